package org.sekkei.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;

/// Some pictures of a data set, from all over it, each decoded and beside its original where that is at hand.
record ContactSheet(List<Pair> pairs) {
    private static final int SIDE = 192;
    private static final int COLUMNS = 4;

    /// @param original null where the source is not at hand
    record Pair(@Nullable Raster original, Raster decoded, String caption) {}

    static ContactSheet of(Dataset dataset, Originals originals, int pictures) throws IOException {
        var decoded = new DecodedPictures(dataset);
        int shown = Math.min(pictures, dataset.size());
        var pairs = new ArrayList<Pair>();
        for (int i = 0; i < shown; i++) {
            int index = (int) ((long) i * dataset.size() / shown);
            var info = dataset.info(index);
            Raster original = originals.find(info);
            pairs.add(new Pair(
                    original == null ? null : original.shownAt(SIDE),
                    decoded.raster(index).shownAt(SIDE),
                    info.name() + ", " + Figures.decibel(info.psnr()) + ", "
                            + Figures.bytes(dataset.recordBytes(index))));
        }
        return new ContactSheet(pairs);
    }

    boolean hasOriginals() {
        return pairs.stream().anyMatch(pair -> pair.original() != null);
    }

    /// Rows of originals with the row of their decodes below; only decodes if there are no originals.
    Raster grid() {
        if (!hasOriginals()) {
            return Raster.grid(pairs.stream().map(Pair::decoded).toList(), Math.min(COLUMNS, pairs.size()));
        }
        var cells = new ArrayList<Raster>();
        for (int start = 0; start < pairs.size(); start += COLUMNS) {
            List<Pair> row = pairs.subList(start, Math.min(start + COLUMNS, pairs.size()));
            row.forEach(pair -> cells.add(pair.original() == null ? blank(pair.decoded()) : pair.original()));
            pad(cells);
            row.forEach(pair -> cells.add(pair.decoded()));
            pad(cells);
        }
        return Raster.grid(cells, COLUMNS);
    }

    private static void pad(List<Raster> cells) {
        while (cells.size() % COLUMNS != 0) {
            cells.add(Raster.white(1, 1));
        }
    }

    private static Raster blank(Raster like) {
        return Raster.white(like.image().getWidth(), like.image().getHeight());
    }
}
