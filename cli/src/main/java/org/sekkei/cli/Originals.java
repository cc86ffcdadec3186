package org.sekkei.cli;

import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PictureInfo;

/// The pictures that a data set was packed from, as far as its source is still where it was.
final class Originals {
    static Originals of(Dataset dataset) {
        return new Originals();
    }

    /// The original of a picture at the size that it was packed in; null if it is not at hand.
    @Nullable
    Raster find(PictureInfo info) {
        return null;
    }
}
