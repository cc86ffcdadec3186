package org.sekkei.inr.cuda;

import java.nio.ByteBuffer;
import java.util.List;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// What both codecs ask of a batch's samplings.
final class Samplings {
    private Samplings() {}

    static void require(int[] indices, List<Sampling> samplings, CudaTarget target, int pictures) {
        if (indices.length != samplings.size()) {
            throw new IllegalArgumentException(indices.length + " pictures and " + samplings.size() + " samplings");
        }
        for (int i = 0; i < indices.length; i++) {
            Sampling sampling = samplings.get(i);
            if (indices[i] < 0 || indices[i] >= pictures) {
                throw new IllegalArgumentException("picture " + indices[i] + " of " + pictures);
            }
            if (sampling.width() != target.width() || sampling.height() != target.height()) {
                throw new IllegalArgumentException("an output of " + sampling.width() + " x " + sampling.height()
                        + " pixels in a batch of " + target.width() + " x " + target.height());
            }
        }
    }

    /// The raster is mapped to a parallelogram: it is on the picture if its corners are.
    static boolean inside(Sampling sampling, PictureSize size) {
        for (int corner = 0; corner < 4; corner++) {
            double x = corner % 2 == 0 ? 0.5 : sampling.width() - 0.5;
            double y = corner / 2 == 0 ? 0.5 : sampling.height() - 0.5;
            double sourceX = sampling.sourceX(x, y);
            double sourceY = sampling.sourceY(x, y);
            if (!(sourceX >= 0 && sourceX < size.width() && sourceY >= 0 && sourceY < size.height())) {
                return false;
            }
        }
        return true;
    }

    /// Writes the kernels' `Map`.
    static void write(ByteBuffer buffer, Sampling sampling) {
        buffer.putDouble(sampling.xx())
                .putDouble(sampling.xy())
                .putDouble(sampling.x0())
                .putDouble(sampling.yx())
                .putDouble(sampling.yy())
                .putDouble(sampling.y0());
    }
}
