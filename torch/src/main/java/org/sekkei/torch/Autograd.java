package org.sekkei.torch;

import org.bytedeco.pytorch.GradMode;

/// Whether the operations of the current thread are recorded for [Tensor#backward()].
public final class Autograd {
    private Autograd() {}

    /// Records nothing until the guard is closed.
    public static Guard noGrad() {
        return mode(false);
    }

    /// Records again inside a [#noGrad()].
    public static Guard enableGrad() {
        return mode(true);
    }

    public static boolean isEnabled() {
        return GradMode.is_enabled();
    }

    private static Guard mode(boolean enabled) {
        boolean before = GradMode.is_enabled();
        GradMode.set_enabled(enabled);
        return () -> GradMode.set_enabled(before);
    }
}
