package org.sekkei.torch;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

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

    /// The derivative of one element by each of another tensor's, recorded itself: a loss may be made of it.
    /// Adds to no [Tensor#grad()].
    ///
    /// @param input what the element was computed from, with [Tensor#requiresGrad()]
    /// @return of the input's shape
    public static Tensor derivative(Tensor element, Tensor input) {
        return Native.call(
                "derivative",
                () -> {
                    TensorVector found = torch.grad(
                            new TensorVector(element.handle),
                            new TensorVector(input.handle),
                            new TensorVector(),
                            new BoolOptional(true),
                            true,
                            false);
                    return new org.bytedeco.pytorch.Tensor(found.get(0)); // the vector owns its own
                },
                element,
                input);
    }

    private static Guard mode(boolean enabled) {
        boolean before = GradMode.is_enabled();
        GradMode.set_enabled(enabled);
        return () -> GradMode.set_enabled(before);
    }
}
