package org.sekkei.torch;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Mixed precision: while a guard is open, convolutions and matrix products of the current thread run in bfloat16
/// and numerically delicate operations in float32. Parameters stay float32, and no loss scaling is needed.
///
/// Close the guard before [Tensor#backward()]; the backward pass uses the types of the forward pass by itself.
public final class Autocast {
    private Autocast() {}

    /// Lets operations on this kind of device use bfloat16.
    public static Guard bfloat16(Device.Kind kind) {
        return mode(kind.type, true);
    }

    /// Keeps to the types of the operands inside a [#bfloat16(Device.Kind)].
    public static Guard disabled(Device.Kind kind) {
        return mode(kind.type, false);
    }

    private static Guard mode(DeviceType type, boolean enabled) {
        boolean enabledBefore = torch.is_autocast_enabled(type);
        ScalarType typeBefore = torch.get_autocast_dtype(type);
        torch.set_autocast_enabled(type, enabled);
        torch.set_autocast_dtype(type, ScalarType.BFloat16);
        torch.increment_nesting();
        return () -> {
            // The outermost guard drops the bfloat16 copies of the parameters, which the optimiser's step makes stale.
            if (torch.decrement_nesting() == 0) {
                torch.clear_cache();
            }
            torch.set_autocast_enabled(type, enabledBefore);
            torch.set_autocast_dtype(type, typeBefore);
        };
    }
}
