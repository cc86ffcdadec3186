package org.sekkei.cli;

import java.io.IOException;
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
        decoder.decode(dataset.record(index), Sampling.full(size.width(), size.height()), rgb, 0);
        return rgb;
    }

    Raster raster(int index) throws IOException {
        PictureSize size = dataset.info(index).size();
        return Raster.ofPlanar(planar(index), size.width(), size.height());
    }
}
