package org.sekkei.models.weights;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// A checkpoint's position embedding for a network of another grid.
///
/// @param name the network's, which tells how to interpolate
/// @param shape the network's, which [PositionEmbedding#fits]
record ResizedPositions(String name, Weight source, List<Long> shape) implements Weight {
    ResizedPositions {
        shape = List.copyOf(shape);
    }

    @Override
    public DType dtype() {
        return source.dtype();
    }

    @Override
    public void copyInto(Tensor target) throws IOException {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            PositionEmbedding.Grid from = grid(source.shape());
            PositionEmbedding.Grid to = grid(shape);
            Tensor resized = PositionEmbedding.resize(
                    source.load().to(DType.FLOAT32),
                    from.before(),
                    to.side(),
                    to.side(),
                    PositionEmbedding.interpolation(name));
            int added = to.before() - from.before();
            if (added > 0) {
                target.narrow(1, 0, added).zeroInPlace();
            }
            target.narrow(1, added, resized.size(1)).copyInPlace(resized);
        }
    }

    /// For instance `pos_embed from 24 x 24 to 14 x 14`.
    String describe() {
        PositionEmbedding.Grid from = grid(source.shape());
        PositionEmbedding.Grid to = grid(shape);
        return name + " from " + from.side() + " x " + from.side() + (from.before() > 0 ? "" : " without class token")
                + " to " + to.side() + " x " + to.side() + (to.before() > 0 ? "" : " without class token");
    }

    private static PositionEmbedding.Grid grid(List<Long> shape) {
        return Objects.requireNonNull(PositionEmbedding.Grid.of(shape.get(1)));
    }
}
