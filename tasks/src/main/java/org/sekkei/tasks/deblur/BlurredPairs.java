package org.sekkei.tasks.deblur;

import org.sekkei.torch.Tensor;

/// Blurred crops and the sharp ones that they were. A pair depends on its index alone.
public interface BlurredPairs {
    /// @param blurred \[B, 3, crop, crop\], RGB in 0..1
    /// @param sharp \[B, 3, crop, crop\]
    record Batch(Tensor blurred, Tensor sharp) {}

    /// Side of a pair in pixels.
    int crop();

    /// Pairs from an index on, on the device where they are trained with.
    Batch batch(long first, int count);

    /// What decides all pairs, as text: a training goes on only with the same.
    String identity();
}
