package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sekkei.fit.PackSize;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.DatasetSpec;
import org.sekkei.inr.PictureInfo;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.PictureSources;

/// The pictures that a data set was packed from, as far as they are at hand.
final class Originals implements AutoCloseable {
    private final @Nullable PictureSource source;
    private final Map<String, Integer> places = new HashMap<>();

    private Originals(@Nullable PictureSource source) {
        this.source = source;
        for (int index = 0; source != null && index < source.size(); index++) {
            places.put(source.entry(index).name(), index);
        }
    }

    /// Those below `path`; none if nothing that can be read is there.
    static Originals at(Path path) {
        try {
            return new Originals(Files.exists(path) ? PictureSources.open(path) : null);
        } catch (IOException unreadable) {
            return new Originals(null);
        }
    }

    /// Those at the place that the data set says it was packed from.
    static Originals of(Dataset dataset) {
        String place = dataset.attributes().get(DatasetSpec.SOURCE);
        try {
            return place == null ? new Originals(null) : at(Path.of(place));
        } catch (InvalidPathException otherSystem) {
            return new Originals(null);
        }
    }

    /// The original in the size that it was packed in; null if it is not at hand.
    @Nullable
    Raster find(PictureInfo info) {
        Integer place = places.get(info.name());
        if (source == null || place == null) {
            return null;
        }
        try {
            var size = new PackSize.Exact(info.size().width(), info.size().height());
            Picture picture = size.apply(source.picture(place), List.of()).picture();
            return Raster.ofInterleaved(picture.rgb(), picture.width(), picture.height());
        } catch (IOException gone) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        if (source != null) {
            source.close();
        }
    }
}
