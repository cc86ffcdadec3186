package org.sekkei.train;

import java.io.IOException;
import org.sekkei.inr.Sampling;

/// Evaluates a picture of pixels at a sampling: bilinear where it is enlarged, and where it is reduced by a
/// triangle as wide as two output pixels, as Pillow and torchvision with `antialias=True` do. Beyond the picture's
/// edge its outer pixels go on. Owns scratch memory: one a thread.
final class Resampler {
    // A rotated triangle is not separable; there the same smoothing is done by evaluating more often.
    private final Supersampling rotated = new Supersampling(16);
    private float[] rows = new float[0];

    /// @param pixels HWC uint8 RGB
    /// @param rgb receives planar RGB in 0..1
    void resample(byte[] pixels, int width, int height, Sampling sampling, float[] rgb) throws IOException {
        if (sampling.xy() == 0 && sampling.yx() == 0) {
            separable(pixels, width, height, sampling, rgb);
        } else {
            rotated.evaluate((finer, target) -> bilinear(pixels, width, height, finer, target), sampling, rgb);
        }
    }

    private void separable(byte[] pixels, int width, int height, Sampling sampling, float[] rgb) {
        Taps columns = Taps.of(sampling.width(), sampling.xx(), sampling.x0(), width);
        Taps lines = Taps.of(sampling.height(), sampling.yy(), sampling.y0(), height);
        int top = height;
        int bottom = 0;
        for (int y = 0; y < sampling.height(); y++) {
            top = Math.min(top, lines.first[y]);
            bottom = Math.max(bottom, lines.first[y] + lines.count);
        }
        bottom = Math.min(bottom, height);
        int rowLength = 3 * sampling.width();
        if (rows.length < (bottom - top) * rowLength) {
            rows = new float[(bottom - top) * rowLength];
        }
        for (int y = top; y < bottom; y++) {
            horizontally(pixels, y * width, columns, (y - top) * rowLength, sampling.width());
        }
        for (int y = 0; y < sampling.height(); y++) {
            vertically(lines, y, top, sampling, rgb);
        }
    }

    private void horizontally(byte[] pixels, int rowStart, Taps columns, int to, int width) {
        for (int x = 0; x < width; x++) {
            int weight = x * columns.count;
            int from = 3 * (rowStart + columns.first[x]);
            float red = 0;
            float green = 0;
            float blue = 0;
            for (int i = 0; i < columns.used[x]; i++) {
                float share = columns.weights[weight + i];
                red += share * (pixels[from + 3 * i] & 0xFF);
                green += share * (pixels[from + 3 * i + 1] & 0xFF);
                blue += share * (pixels[from + 3 * i + 2] & 0xFF);
            }
            rows[to + x] = red;
            rows[to + width + x] = green;
            rows[to + 2 * width + x] = blue;
        }
    }

    private void vertically(Taps lines, int y, int top, Sampling sampling, float[] rgb) {
        int width = sampling.width();
        int pixels = width * sampling.height();
        for (int channel = 0; channel < 3; channel++) {
            int to = channel * pixels + y * width;
            for (int x = 0; x < width; x++) {
                rgb[to + x] = 0;
            }
            for (int i = 0; i < lines.used[y]; i++) {
                float share = lines.weights[y * lines.count + i] / 255;
                int from = (lines.first[y] + i - top) * 3 * width + channel * width;
                for (int x = 0; x < width; x++) {
                    rgb[to + x] += share * rows[from + x];
                }
            }
        }
    }

    private static void bilinear(byte[] pixels, int width, int height, Sampling sampling, float[] rgb) {
        int count = sampling.width() * sampling.height();
        int at = 0;
        for (int y = 0; y < sampling.height(); y++) {
            for (int x = 0; x < sampling.width(); x++, at++) {
                double sourceX = Math.clamp(sampling.sourceX(x + 0.5, y + 0.5) - 0.5, 0, width - 1.0);
                double sourceY = Math.clamp(sampling.sourceY(x + 0.5, y + 0.5) - 0.5, 0, height - 1.0);
                int left = (int) sourceX;
                int above = (int) sourceY;
                int right = Math.min(left + 1, width - 1);
                int below = Math.min(above + 1, height - 1);
                float shareX = (float) (sourceX - left);
                float shareY = (float) (sourceY - above);
                for (int channel = 0; channel < 3; channel++) {
                    float upper = mix(
                            pixels[3 * (above * width + left) + channel] & 0xFF,
                            pixels[3 * (above * width + right) + channel] & 0xFF,
                            shareX);
                    float lower = mix(
                            pixels[3 * (below * width + left) + channel] & 0xFF,
                            pixels[3 * (below * width + right) + channel] & 0xFF,
                            shareX);
                    rgb[channel * count + at] = mix(upper, lower, shareY) / 255;
                }
            }
        }
    }

    private static float mix(float from, float to, float share) {
        return from + share * (to - from);
    }

    /// Which source pixels each output pixel of one axis is the weighted mean of.
    ///
    /// @param count the most for any output pixel
    /// @param first the first source pixel of each
    /// @param used how many source pixels each has
    /// @param weights `[outputs, count]`
    private record Taps(int count, int[] first, int[] used, float[] weights) {
        static Taps of(int outputs, double scale, double start, int sources) {
            double reach = Math.max(Math.abs(scale), 1);
            int count = (int) Math.ceil(2 * reach) + 1;
            int[] first = new int[outputs];
            int[] used = new int[outputs];
            float[] weights = new float[outputs * count];
            for (int i = 0; i < outputs; i++) {
                // Within the outer pixels' centres, so that at least one pixel is in reach.
                double centre = Math.clamp(scale * (i + 0.5) + start, 0.5, sources - 0.5);
                first[i] = (int) Math.max(0, Math.ceil(centre - reach - 0.5));
                int end = (int) Math.min(sources, Math.floor(centre + reach - 0.5) + 1);
                used[i] = Math.min(end - first[i], count);
                double sum = 0;
                for (int j = 0; j < used[i]; j++) {
                    sum += triangle(first[i] + j, centre, reach);
                }
                for (int j = 0; j < used[i]; j++) {
                    weights[i * count + j] = (float) (triangle(first[i] + j, centre, reach) / sum);
                }
            }
            return new Taps(count, first, used, weights);
        }

        private static double triangle(int source, double centre, double reach) {
            return Math.max(0, 1 - Math.abs(source + 0.5 - centre) / reach);
        }
    }
}
