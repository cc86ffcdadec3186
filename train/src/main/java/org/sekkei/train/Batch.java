package org.sekkei.train;

import java.util.List;
import org.sekkei.inr.Box;
import org.sekkei.torch.Tensor;

/// Some pictures as a network takes them in. Valid until the next call of [Batches#next] or [Batches#close]: the
/// memory of the pictures is then used again.
///
/// @param pictures \[B, 3, S, S\], normalised float32
/// @param labels \[B\], int64
/// @param indices the pictures' places in the data set
/// @param boxes of each picture, in pixels of the input
public record Batch(Tensor pictures, Tensor labels, int[] indices, List<List<Box>> boxes) {
    public int size() {
        return indices.length;
    }
}
