package org.sekkei.models;

import java.util.List;
import org.sekkei.torch.Tensor;

/// What vision transformers share: a picture as a row of tokens.
final class Patches {
    private Patches() {}

    /// @throws IllegalArgumentException if the sides are no multiples of the patch
    static void require(Tensor pictures, int patch) {
        long height = pictures.size(2);
        long width = pictures.size(3);
        if (height < patch || width < patch || height % patch != 0 || width % patch != 0) {
            throw new IllegalArgumentException("pictures of " + width + " x " + height
                    + " do not divide into patches of " + patch + " pixels; take sides that are multiples of " + patch);
        }
    }

    /// A class token before the patches in row-major order.
    ///
    /// @param grid \[B, C, H, W\]
    /// @param token \[1, 1, C\]
    /// @return \[B, 1 + H * W, C\]
    static Tensor tokens(Tensor grid, Tensor token) {
        Tensor patches = grid.flatten(2, 3).transpose(1, 2); // [B, H * W, C]
        return Tensor.cat(List.of(token.expand(grid.size(0), -1, -1), patches), 1);
    }
}
