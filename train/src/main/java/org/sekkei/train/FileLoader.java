package org.sekkei.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureSource;

/// Batches from the files that a data set was packed from: the ordinary pipeline, to compare with. Each sample's
/// file is read and decoded when its turn comes, on as many threads as are asked for; then cropped, resized and
/// flipped in one step.
///
/// Labels, splits, order and augmentation are those of an [InrLoader] of the same configuration; only the pixels
/// come from the files.
public final class FileLoader extends SampledLoader {
    private FileLoader(Catalogue catalogue, LoaderConfig config, Decoding decoding) {
        super(catalogue, config, decoding);
    }

    /// @param source what `dataset` was packed from; stays open as long as the loader, and is not closed by it
    /// @param dataset may be closed afterwards
    /// @throws IllegalArgumentException if a picture of the data set is not in the source; the message names it
    public static FileLoader open(PictureSource source, Dataset dataset, LoaderConfig config) {
        Catalogue catalogue = Catalogue.of(dataset);
        int[] entries = entries(source, dataset);
        var border = new Border(config.normalization().mean());
        List<SampleReader> readers = new ArrayList<>();
        for (int i = 0; i < config.threads(); i++) {
            readers.add(new Reader(source, entries, catalogue, border));
        }
        return new FileLoader(catalogue, config, new ThreadedDecoding(readers, 0, () -> {}));
    }

    /// Where each picture of the data set is in its source.
    private static int[] entries(PictureSource source, Dataset dataset) {
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < source.size(); i++) {
            places.put(source.entry(i).name(), i);
        }
        int[] entries = new int[dataset.size()];
        for (int i = 0; i < entries.length; i++) {
            String name = dataset.info(i).name();
            Integer place = places.get(name);
            if (place == null) {
                throw new IllegalArgumentException(dataset.folder() + " was not packed from this source ("
                        + source.description() + "), which has no picture " + name);
            }
            entries[i] = place;
        }
        return entries;
    }

    private static final class Reader implements SampleReader {
        private final PictureSource source;
        private final int[] entries;
        private final Catalogue catalogue;
        private final Border border;
        private final Resampler resampler = new Resampler();

        Reader(PictureSource source, int[] entries, Catalogue catalogue, Border border) {
            this.source = source;
            this.entries = entries;
            this.catalogue = catalogue;
            this.border = border;
        }

        @Override
        public void read(int index, Sampling sampling, float[] rgb) throws IOException {
            Picture picture = source.picture(entries[index]);
            Sampling inFile = scaled(sampling, catalogue.size(index), picture);
            resampler.resample(picture.rgb(), picture.width(), picture.height(), inFile, rgb);
            border.fill(inFile, new PictureSize(picture.width(), picture.height()), rgb);
        }

        /// The same positions in a file that may be larger than it was packed.
        private static Sampling scaled(Sampling sampling, PictureSize packed, Picture picture) {
            double scaleX = picture.width() / (double) packed.width();
            double scaleY = picture.height() / (double) packed.height();
            return new Sampling(
                    sampling.width(),
                    sampling.height(),
                    sampling.xx() * scaleX,
                    sampling.xy() * scaleX,
                    sampling.x0() * scaleX,
                    sampling.yx() * scaleY,
                    sampling.yy() * scaleY,
                    sampling.y0() * scaleY);
        }
    }
}
