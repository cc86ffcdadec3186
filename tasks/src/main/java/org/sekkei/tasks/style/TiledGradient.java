package org.sekkei.tasks.style;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.BiConsumer;
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
            List<Tile> tiles = tiles(picture);
            double[] loss = {0};
            Map<Objective.StyleTerm, Line> lines = lines(moments(picture, tiles), loss);
            Tensor gradient = totalVariation(picture, loss);
            for (Tile tile : tiles) {
                back(picture, tile, lines, gradient, loss);
            }
            return new Slope(loss[0], scope.keep(gradient));
        }
    }

    private record Tile(Tiling.Part rows, Tiling.Part columns) {
        Tensor of(Tensor picture) {
            return picture.narrow(2, rows.start(), rows.length()).narrow(3, columns.start(), columns.length());
        }

        boolean isEmpty() {
            return rows.length() <= 0 || columns.length() <= 0;
        }

        Tensor owned(String tap, Tensor features) {
            Tiling.Owned y = Objects.requireNonNull(rows.owned().get(tap));
            Tiling.Owned x = Objects.requireNonNull(columns.owned().get(tap));
            return features.narrow(2, y.offset(), y.length()).narrow(3, x.offset(), x.length());
        }

        Tensor ownedOfWhole(String tap, Tensor features) {
            Tiling.Owned y = Objects.requireNonNull(rows.owned().get(tap));
            Tiling.Owned x = Objects.requireNonNull(columns.owned().get(tap));
            return features.narrow(2, y.first(), y.length()).narrow(3, x.first(), x.length());
        }

        boolean owns(String tap) {
            return Objects.requireNonNull(rows.owned().get(tap)).length() > 0
                    && Objects.requireNonNull(columns.owned().get(tap)).length() > 0;
        }
    }

    /// The derivative of a style term by its features, `slope F + shift`.
    private record Line(Tensor slope, Tensor shift) {}

    private List<Tile> tiles(Tensor picture) {
        SequencedSet<String> taps = objective.taps();
        int height = Math.toIntExact(picture.size(2));
        int width = Math.toIntExact(picture.size(3));
        objective.network().requireRoom(height, width, taps);
        Tiling columns = Tiling.of(objective.network(), taps, width, side);
        List<Tile> tiles = new ArrayList<>();
        for (Tiling.Part row :
                Tiling.of(objective.network(), taps, height, side).parts()) {
            for (Tiling.Part column : columns.parts()) {
                Tile tile = new Tile(row, column);
                if (!tile.isEmpty()) {
                    tiles.add(tile);
                }
            }
        }
        return tiles;
    }

    private Map<String, Moments> moments(Tensor picture, List<Tile> tiles) {
        Map<String, Moments> all = new HashMap<>();
        List<String> taps = objective.style().stream()
                .map(Objective.StyleTerm::tap)
                .distinct()
                .toList();
        try (var _ = Autograd.noGrad()) {
            for (Tile tile : tiles) {
                try (Scope scope = Scope.open()) {
                    forEachOwned(tile, tile.of(picture), taps, (tap, features) -> {
                        Moments part = Moments.of(features);
                        Moments before = all.get(tap);
                        if (before != null) {
                            before.products().addInPlace(part.products());
                            before.sums().addInPlace(part.sums());
                            all.put(tap, new Moments(before.products(), before.sums(), before.count() + part.count()));
                        } else {
                            scope.keep(part.products());
                            scope.keep(part.sums());
                            all.put(tap, part);
                        }
                    });
                }
            }
        }
        return all;
    }

    /// Only the features that some tile owns are computed.
    private void forEachOwned(Tile tile, Tensor pixels, List<String> taps, BiConsumer<String, Tensor> use) {
        List<String> present = taps.stream().filter(tile::owns).toList();
        if (!present.isEmpty()) {
            SequencedMap<String, Tensor> features = objective.network().features(pixels, present);
            features.forEach((tap, values) -> use.accept(tap, tile.owned(tap, values)));
        }
    }

    /// The loss of each style term by autograd over a few small matrices, whatever the picture's size.
    private Map<Objective.StyleTerm, Line> lines(Map<String, Moments> moments, double[] loss) {
        Map<Objective.StyleTerm, Line> lines = new HashMap<>();
        for (Objective.StyleTerm term : objective.style()) {
            Moments sums = Objects.requireNonNull(moments.get(term.tap()));
            Moments free = new Moments(
                    sums.products().copy().requiresGrad(true),
                    sums.sums().copy().requiresGrad(true),
                    sums.count());
            Tensor distance = term.loss().between(free, term.target()).mul(term.weight());
            distance.backward();
            loss[0] += distance.item();
            Tensor products = Objects.requireNonNull(free.products().grad());
            Tensor shift = free.sums().grad();
            lines.put(
                    term,
                    new Line(
                            products.add(products.transpose(0, 1)).detach(),
                            shift == null ? sums.sums().mul(0) : shift.detach()));
        }
        return lines;
    }

    private Tensor totalVariation(Tensor picture, double[] loss) {
        if (objective.totalVariation().weight() == 0) {
            return picture.detach().copy().zeroInPlace();
        }
        try (Scope scope = Scope.open()) {
            Tensor x = picture.detach().copy().requiresGrad(true);
            Tensor value = objective.totalVariation().of(x);
            value.backward();
            loss[0] += value.item();
            return scope.keep(Objects.requireNonNull(x.grad()).copy());
        }
    }

    private void back(Tensor picture, Tile tile, Map<Objective.StyleTerm, Line> lines, Tensor gradient, double[] loss) {
        try (var _ = Scope.open()) {
            Tensor pixels = tile.of(picture).detach().copy().requiresGrad(true);
            // The derivative by the features is constant here: the gradient of their product with it is what is sought.
            List<Tensor> products = new ArrayList<>();
            forEachOwned(tile, pixels, List.copyOf(objective.taps()), (tap, features) -> {
                Tensor derivative = derivative(tap, tile, features.detach(), lines, loss);
                products.add(features.mul(derivative).sum());
            });
            if (products.isEmpty()) {
                return;
            }
            Tensor.stack(products, 0).sum().backward();
            tile.of(gradient).addInPlace(Objects.requireNonNull(pixels.grad()));
        }
    }

    private Tensor derivative(
            String tap, Tile tile, Tensor features, Map<Objective.StyleTerm, Line> lines, double[] loss) {
        Tensor total = features.mul(0);
        Tensor flat = features.reshape(features.size(1), -1); // [C, N]
        for (Objective.StyleTerm term : objective.style()) {
            if (term.tap().equals(tap)) {
                Line line = Objects.requireNonNull(lines.get(term));
                Tensor derivative = line.slope().matmul(flat).add(line.shift().unsqueeze(1));
                total = total.add(derivative.reshape(features.shape()));
            }
        }
        for (Objective.ContentTerm term : objective.content()) {
            if (term.tap().equals(tap)) {
                Tensor difference = features.sub(tile.ownedOfWhole(tap, term.target()));
                double scale = term.weight() / term.target().numel();
                loss[0] += difference.square().sum().item() * scale;
                total = total.addScaled(2 * scale, difference);
            }
        }
        return total;
    }
}
