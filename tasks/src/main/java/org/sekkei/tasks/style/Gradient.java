package org.sekkei.tasks.style;

import org.sekkei.torch.Tensor;

/// How an objective changes with the picture.
@FunctionalInterface
public interface Gradient {
    /// @param picture \[1, 3, H, W\]
    /// @return owned by the scope that is open
    Slope at(Tensor picture);

    /// @param gradient \[1, 3, H, W\], of the picture's type
    record Slope(double loss, Tensor gradient) {}
}
