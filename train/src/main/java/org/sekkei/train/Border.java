package org.sekkei.train;

import java.util.Arrays;
import java.util.List;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// What lies outside of a picture: one colour. A field is defined there too, but nobody fitted it.
final class Border {
    private final float[] colour = new float[3];

    /// @param colour red, green, blue in 0..1
    Border(List<Float> colour) {
        for (int channel = 0; channel < 3; channel++) {
            this.colour[channel] = colour.get(channel);
        }
    }

    /// Replaces the pixels of planar `rgb` whose positions are not on the picture.
    void fill(Sampling sampling, PictureSize size, float[] rgb) {
        int width = sampling.width();
        int height = sampling.height();
        // The raster is mapped to a parallelogram: it is inside if its corners are.
        boolean inside = contains(sampling, size, 0.5, 0.5)
                && contains(sampling, size, width - 0.5, 0.5)
                && contains(sampling, size, 0.5, height - 0.5)
                && contains(sampling, size, width - 0.5, height - 0.5);
        if (inside) {
            return;
        }
        int pixels = width * height;
        for (int y = 0; y < height; y++) {
            // Each row meets the picture in one run of pixels: find it from both sides.
            int first = 0;
            while (first < width && !contains(sampling, size, first + 0.5, y + 0.5)) {
                first++;
            }
            int end = width;
            while (end > first && !contains(sampling, size, end - 0.5, y + 0.5)) {
                end--;
            }
            for (int channel = 0; channel < 3; channel++) {
                int row = channel * pixels + y * width;
                Arrays.fill(rgb, row, row + first, colour[channel]);
                Arrays.fill(rgb, row + end, row + width, colour[channel]);
            }
        }
    }

    private static boolean contains(Sampling sampling, PictureSize size, double x, double y) {
        double sourceX = sampling.sourceX(x, y);
        double sourceY = sampling.sourceY(x, y);
        return sourceX >= 0 && sourceX < size.width() && sourceY >= 0 && sourceY < size.height();
    }
}
