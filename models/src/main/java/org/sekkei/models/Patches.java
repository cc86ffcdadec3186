package org.sekkei.models;

import java.util.List;
import java.util.SequencedMap;
import org.sekkei.torch.Layer;
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

    /// A grid \[B, C, H, W\] in row-major order, \[B, H * W, C\].
    static Tensor row(Tensor grid) {
        return grid.flatten(2, 3).transpose(1, 2);
    }

    /// A class token \[1, 1, C\] before the patches \[B, N, C\].
    static Tensor withClass(Tensor token, Tensor patches) {
        return Tensor.cat(List.of(token.expand(patches.size(0), -1, -1), patches), 1);
    }

    /// timm's `patch_embed`, of which the stem is a part: pictures \[B, 3, H, W\] to \[B, patches, C\].
    static final class Embedding extends Layer {
        private final List<Layer> stem;

        Embedding(SequencedMap<String, Layer> stem) {
            this.stem = List.copyOf(stem.values());
            stem.forEach(this::child);
        }

        @Override
        protected Tensor forward(Tensor pictures) {
            Tensor grid = pictures;
            for (Layer layer : stem) {
                grid = layer.apply(grid);
            }
            return row(grid);
        }
    }
}
