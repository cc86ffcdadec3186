package org.sekkei.cli;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Decoder;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// The pictures of a data set, decoded one at a time. Not thread-safe.
final class DecodedPictures {
    private final Dataset dataset;
    private final Decoder decoder;

    DecodedPictures(Dataset dataset) throws IOException {
        this.dataset = dataset;
        this.decoder = Codecs.newDecoder(dataset);
    }

    /// Picture `index` at its own size, `[3, height, width]`, 0..1.
    float[] planar(int index) throws IOException {
        PictureSize size = dataset.info(index).size();
        var rgb = new float[Math.toIntExact(3 * size.pixels())];
        MemorySegment record = dataset.record(index);
        try {
            decoder.decode(record, Sampling.full(size.width(), size.height()), rgb, 0);
        } catch (CorruptDataException damage) {
            throw new IOException(
                    "%s: picture %d (%s) cannot be decoded: %s"
                            .formatted(
                                    dataset.folder(), index, dataset.info(index).name(), damage.getMessage()),
                    damage);
        }
        return rgb;
    }

    Raster raster(int index) throws IOException {
        PictureSize size = dataset.info(index).size();
        return Raster.ofPlanar(planar(index), size.width(), size.height());
    }
}
