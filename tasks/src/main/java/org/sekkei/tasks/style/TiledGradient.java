package org.sekkei.tasks.style;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// The gradient of [WholeGradient], exactly, in the memory of one tile.
///
/// A first pass adds up the moments of all tiles. They give the derivative by every feature in closed form, `A F + b`
/// for
/// a style and a multiple of the difference for content. A second pass takes it back to the pixels, tile by tile. Each
/// feature belongs to one tile, which holds all pixels it depends on, and the tiles' gradients are added where they
/// overlap; so the overlap is half of what cropped gradients would need.
///
/// @param side pixels a tile owns across and down; its surroundings come on top
public record TiledGradient(Objective objective, int side) implements Gradient {
    @Override
    public Slope at(Tensor picture) {
        try (Scope scope = Scope.open()) {
            List<Tile> tiles = Tile.of(objective.network(), objective.taps(), picture, side);
            double[] loss = {0};
            List<String> styles = objective.style().stream()
                    .map(Objective.StyleTerm::tap)
                    .distinct()
                    .toList();
            Map<String, Moments> moments = new TiledFeatures(objective.network(), side).moments(picture, styles, tiles);
            Map<String, Line> lines = lines(moments, loss);
            Tensor gradient = picture.detach().copy().zeroInPlace();
            loss[0] += objective.totalVariation().addGradient(picture, gradient);
            for (Tile tile : tiles) {
                back(picture, tile, lines, gradient, loss);
            }
            return new Slope(loss[0], scope.keep(gradient));
        }
    }

    /// The derivative of a tap's style terms by its features, `slope F + shift`.
    private record Line(Tensor slope, Tensor shift) {}

    /// The loss of each style term by autograd over a few small matrices, whatever the picture's size.
    private Map<String, Line> lines(Map<String, Moments> moments, double[] loss) {
        Map<String, Line> lines = new HashMap<>();
        for (Objective.StyleTerm term : objective.style()) {
            Moments sums = Objects.requireNonNull(moments.get(term.tap()));
            Moments free = new Moments(
                    sums.products().copy().requiresGrad(true),
                    sums.sums().copy().requiresGrad(true),
                    sums.count());
            Tensor distance = term.target().from(free).mul(term.weight());
            distance.backward();
            loss[0] += distance.item();
            Tensor products = Objects.requireNonNull(free.products().grad());
            Tensor shift = free.sums().grad();
            Line line = new Line(
                    products.add(products.transpose(0, 1)).detach(),
                    shift == null ? sums.sums().mul(0) : shift.detach());
            lines.merge(term.tap(), line, (a, b) -> new Line(a.slope.add(b.slope), a.shift.add(b.shift)));
        }
        return lines;
    }

    private void back(Tensor picture, Tile tile, Map<String, Line> lines, Tensor gradient, double[] loss) {
        try (var _ = Scope.open()) {
            Tensor pixels = tile.of(picture).detach().copy().requiresGrad(true);
            // The derivative by the features is constant here: the gradient of their product with it is what is sought.
            List<Tensor> products = new ArrayList<>();
            tile.forEachOwned(objective.network(), pixels, objective.taps(), (tap, features) -> {
                try (Scope inner = Scope.open()) {
                    Tensor derivative = derivative(tap, tile, features.detach(), lines.get(tap), loss);
                    products.add(inner.keep(features.mul(derivative).sum()));
                }
            });
            if (products.isEmpty()) {
                return;
            }
            Tensor.stack(products, 0).sum().backward();
            tile.of(gradient).addInPlace(Objects.requireNonNull(pixels.grad()));
        }
    }

    private Tensor derivative(String tap, Tile tile, Tensor features, @Nullable Line line, double[] loss) {
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor total;
            if (line == null) {
                total = features.copy().zeroInPlace();
            } else {
                Tensor flat = Moments.positions(features).matmul(line.slope).addInPlace(line.shift); // [N, C]
                total = flat.view(1, features.size(2), features.size(3), features.size(1))
                        .permute(0, 3, 1, 2);
            }
            for (Objective.ContentTerm term : objective.content()) {
                if (term.tap().equals(tap)) {
                    Tensor difference =
                            features.sub(tile.ownedOfWhole(tap, term.target()).to(features.dtype()));
                    double scale = term.weight() / term.target().numel();
                    loss[0] += difference.square().sum().item() * scale;
                    total.addScaledInPlace(2 * scale, difference);
                }
            }
            return scope.keep(total);
        }
    }
}
