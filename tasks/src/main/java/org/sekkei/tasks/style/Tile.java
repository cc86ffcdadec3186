package org.sekkei.tasks.style;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.sekkei.torch.Tensor;

/// A rectangle of a picture, and the features that belong to it.
record Tile(Tiling.Part rows, Tiling.Part columns) {
    /// All tiles of a picture of \[1, 3, H, W\], row by row.
    ///
    /// @param side pixels a tile owns across and down
    /// @throws IllegalArgumentException if the picture is too small for the features
    static List<Tile> of(FeatureNetwork network, Collection<String> taps, Tensor picture, int side) {
        int height = Math.toIntExact(picture.size(2));
        int width = Math.toIntExact(picture.size(3));
        network.requireRoom(height, width, taps);
        Tiling columns = Tiling.of(network, taps, width, side);
        List<Tile> tiles = new ArrayList<>();
        for (Tiling.Part row : Tiling.of(network, taps, height, side).parts()) {
            for (Tiling.Part column : columns.parts()) {
                if (row.length() > 0 && column.length() > 0) {
                    tiles.add(new Tile(row, column));
                }
            }
        }
        return tiles;
    }

    /// A view.
    Tensor of(Tensor picture) {
        return picture.narrow(2, rows.start(), rows.length()).narrow(3, columns.start(), columns.length());
    }

    /// Computes the features of these names and gives those that belong to this tile, each name in its turn.
    ///
    /// @param pixels what [#of] gave
    void forEachOwned(FeatureNetwork network, Tensor pixels, Collection<String> taps, BiConsumer<String, Tensor> use) {
        List<String> present = taps.stream().filter(this::owns).toList();
        if (!present.isEmpty()) {
            network.features(pixels, present).forEach((tap, values) -> use.accept(tap, owned(tap, values)));
        }
    }

    private boolean owns(String tap) {
        return range(rows, tap).length() > 0 && range(columns, tap).length() > 0;
    }

    private Tensor owned(String tap, Tensor features) {
        Tiling.Owned y = range(rows, tap);
        Tiling.Owned x = range(columns, tap);
        return features.narrow(2, y.offset(), y.length()).narrow(3, x.offset(), x.length());
    }

    /// The same features among those of the whole picture; a view.
    Tensor ownedOfWhole(String tap, Tensor features) {
        Tiling.Owned y = range(rows, tap);
        Tiling.Owned x = range(columns, tap);
        return features.narrow(2, y.first(), y.length()).narrow(3, x.first(), x.length());
    }

    private static Tiling.Owned range(Tiling.Part part, String tap) {
        return Objects.requireNonNull(part.owned().get(tap));
    }
}
