package org.sekkei.models;

import org.sekkei.torch.Tensor;

/// What networks that go down and up again ask of a picture.
final class Sides {
    private Sides() {}

    /// @param pictures \[B, C, H, W\]
    /// @throws IllegalArgumentException if a side is no multiple
    static void requireMultiple(Tensor pictures, int multiple) {
        long height = pictures.size(2);
        long width = pictures.size(3);
        if (height % multiple != 0 || width % multiple != 0) {
            throw new IllegalArgumentException(
                    "pictures of " + width + " x " + height + " do not fit this network; make both sides multiples of "
                            + multiple + ", by padding or cropping");
        }
    }
}
