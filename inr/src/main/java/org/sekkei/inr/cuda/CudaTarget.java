package org.sekkei.inr.cuda;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.PixelFormat;

/// Where the pixels of a batch go on a card.
///
/// @param address of the first picture; they follow each other without gaps
/// @param width of every picture
/// @param height of every picture
/// @param format order, type and normalisation of the numbers
/// @param border red, green and blue in 0..1 of positions that are not on the picture; null to evaluate the
///     field there
public record CudaTarget(
        long address,
        int width,
        int height,
        PixelFormat format,
        @Nullable List<Float> border) {
    static final int BYTES = 64;

    public CudaTarget {
        if (width < 1 || height < 1 || 3L * width * height > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("pictures of " + width + " x " + height + " pixels");
        }
    }

    /// Writes the kernels' `Output`.
    ///
    /// @param picture the first of a part of the batch
    void write(ByteBuffer job, int picture) {
        job.putLong(address + picture * format.bytes(width, height));
        job.putInt(width).putInt(height);
        job.putInt(
                switch (format.type()) {
                    case FLOAT32 -> 0;
                    case BFLOAT16 -> 1;
                    case FLOAT16 -> 2;
                    case UINT8 -> 3;
                });
        job.putInt(format.layout() == PixelFormat.Layout.HWC ? 1 : 0);
        for (float deviation : format.deviation()) {
            job.putFloat(1 / deviation);
        }
        for (int colour = 0; colour < 3; colour++) {
            job.putFloat(-format.mean().get(colour) / format.deviation().get(colour));
        }
        for (int colour = 0; colour < 3; colour++) {
            job.putFloat(border == null ? 0 : border.get(colour));
        }
        job.putInt(0);
    }
}
