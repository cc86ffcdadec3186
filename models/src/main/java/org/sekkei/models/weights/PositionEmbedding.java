package org.sekkei.models.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Tensor;

/// Where in the picture each token of a vision transformer stands: \[1, tokens before + height * width, C\], the grid
/// in
/// row-major order.
public final class PositionEmbedding {
    /// How the grid is resized, by a cubic either way.
    public enum Interpolation {
        /// The corner positions stay where they are, as in torchvision.
        CORNERS_ALIGNED,
        /// Positions are areas, and the cubic widens on the way down, as in timm.
        ANTIALIASED
    }

    /// Whose way goes with whose name.
    private static final Map<String, Interpolation> NAMES =
            Map.of("pos_embed", Interpolation.ANTIALIASED, "encoder.pos_embedding", Interpolation.CORNERS_ALIGNED);

    private PositionEmbedding() {}

    /// A square grid, maybe behind a class token.
    ///
    /// @param before tokens before the grid, 0 or 1
    record Grid(int before, long side) {
        /// Null if so many tokens are no square, nor a square and one. Only one token could be both; it is the square.
        static @Nullable Grid of(long tokens) {
            for (int before = 0; before <= 1; before++) {
                long side = Math.round(Math.sqrt(Math.max(0, tokens - before)));
                if (side > 0 && side * side == tokens - before) {
                    return new Grid(before, side);
                }
            }
            return null;
        }
    }

    /// Brings the grid to another size; the tokens before it keep theirs.
    ///
    /// @param embedding \[1, before + S * S, C\]
    /// @return \[1, before + height * width, C\]
    public static Tensor resize(Tensor embedding, int before, long height, long width, Interpolation interpolation) {
        long side = Math.round(Math.sqrt((double) embedding.size(1) - before));
        if (side == height && side == width) {
            return embedding;
        }
        Tensor grid = embedding
                .narrow(1, before, side * side)
                .transpose(1, 2)
                .reshape(1, embedding.size(2), side, side); // [1, C, S, S]
        Tensor resized = switch (interpolation) {
            case CORNERS_ALIGNED -> Functional.interpolateBetweenCornerCentres(grid, height, width);
            case ANTIALIASED -> Functional.interpolateAntialiased(grid, height, width);
        };
        List<Tensor> parts = new ArrayList<>();
        if (before > 0) {
            parts.add(embedding.narrow(1, 0, before));
        }
        parts.add(resized.flatten(2, 3).transpose(1, 2));
        return Tensor.cat(parts, 1);
    }

    /// Whether an embedding of one shape can be brought to the other. One without a class token can get one, of zeros:
    /// such a network adds nothing to its class token. The other way, what is added would be lost.
    static boolean fits(String name, List<Long> from, List<Long> to) {
        if (!NAMES.containsKey(name) || from.size() != 3 || to.size() != 3) {
            return false;
        }
        Grid source = Grid.of(from.get(1));
        Grid target = Grid.of(to.get(1));
        return source != null
                && target != null
                && source.before <= target.before
                && from.getFirst() == 1
                && to.getFirst() == 1
                && from.get(2).equals(to.get(2));
    }

    static Interpolation interpolation(String name) {
        return NAMES.getOrDefault(name, Interpolation.ANTIALIASED);
    }
}
