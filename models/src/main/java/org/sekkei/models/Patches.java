package org.sekkei.models;

import java.util.List;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Tensor;

/// What vision transformers share: a picture as a row of tokens, and where in the picture they stand.
final class Patches {
    private Patches() {}

    /// How position embeddings are resized to another grid of patches.
    enum Interpolation {
        /// torchvision's way.
        CORNERS_ALIGNED,
        /// timm's way.
        ANTIALIASED
    }

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

    /// Position embeddings for a grid of `height` x `width` patches.
    ///
    /// @param embedding \[1, 1 + S * S, C\]
    /// @return \[1, 1 + height * width, C\]
    static Tensor positions(Tensor embedding, long height, long width, Interpolation interpolation) {
        long side = Math.round(Math.sqrt(embedding.size(1) - 1.0));
        if (side == height && side == width) {
            return embedding;
        }
        Tensor grid = embedding
                .narrow(1, 1, side * side)
                .transpose(1, 2)
                .reshape(1, embedding.size(2), side, side); // [1, C, S, S]
        Tensor resized = switch (interpolation) {
            case CORNERS_ALIGNED -> Functional.interpolateBetweenCornerCentres(grid, height, width);
            case ANTIALIASED -> Functional.interpolateAntialiased(grid, height, width);
        };
        return Tensor.cat(
                List.of(embedding.narrow(1, 0, 1), resized.flatten(2, 3).transpose(1, 2)), 1);
    }
}
