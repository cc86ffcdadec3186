package org.sekkei.pictures;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Separable resampling in single precision: rows first, then columns.
final class Resizer {
    private static final double LOBES = 3;

    private Resizer() {}

    static Picture lanczos(Picture picture, int width, int height) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a picture of " + width + " x " + height + " pixels");
        }
        Taps across = Taps.between(picture.width(), width);
        Taps down = Taps.between(picture.height(), height);
        byte[] out = new byte[Math.toIntExact(3L * width * height)];
        // Narrowed rows live only while some output row still reaches them.
        float[] @Nullable [] rows = new float[picture.height()][];
        int freed = 0;
        float[] sum = new float[3 * width];
        for (int y = 0; y < height; y++) {
            int first = down.first[y];
            while (freed < first) {
                rows[freed++] = null;
            }
            Arrays.fill(sum, 0);
            float[] weights = down.weights[y];
            for (int k = 0; k < weights.length; k++) {
                float[] row = rows[first + k];
                if (row == null) {
                    row = across.apply(picture, first + k);
                    rows[first + k] = row;
                }
                float weight = weights[k];
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += weight * row[i];
                }
            }
            int at = 3 * width * y;
            for (int i = 0; i < sum.length; i++) {
                out[at + i] = (byte) Math.clamp(Math.round(sum[i]), 0, 255);
            }
        }
        return new Picture(width, height, out);
    }

    /// For each output position the input positions it reads, from `first` on, and their weights.
    private record Taps(int[] first, float[][] weights) {
        static Taps between(int from, int to) {
            double scale = (double) from / to;
            double widening = Math.max(scale, 1);
            double support = LOBES * widening;
            int[] first = new int[to];
            float[][] weights = new float[to][];
            for (int i = 0; i < to; i++) {
                double centre = (i + 0.5) * scale;
                int low = Math.max(0, (int) Math.floor(centre - support + 0.5));
                int high = Math.min(from, (int) Math.floor(centre + support + 0.5));
                double[] exact = new double[high - low];
                double total = 0;
                for (int k = 0; k < exact.length; k++) {
                    exact[k] = kernel((low + k + 0.5 - centre) / widening);
                    total += exact[k];
                }
                first[i] = low;
                weights[i] = new float[exact.length];
                for (int k = 0; k < exact.length; k++) {
                    weights[i][k] = (float) (exact[k] / total);
                }
            }
            return new Taps(first, weights);
        }

        private static double kernel(double x) {
            if (x == 0) {
                return 1;
            }
            if (Math.abs(x) >= LOBES) {
                return 0;
            }
            double angle = Math.PI * x;
            return LOBES * StrictMath.sin(angle) * StrictMath.sin(angle / LOBES) / (angle * angle);
        }

        float[] apply(Picture picture, int y) {
            byte[] rgb = picture.rgb();
            int start = 3 * picture.width() * y;
            float[] row = new float[3 * first.length];
            for (int x = 0; x < first.length; x++) {
                int at = start + 3 * first[x];
                float red = 0;
                float green = 0;
                float blue = 0;
                for (float weight : weights[x]) {
                    red += weight * (rgb[at] & 0xff);
                    green += weight * (rgb[at + 1] & 0xff);
                    blue += weight * (rgb[at + 2] & 0xff);
                    at += 3;
                }
                row[3 * x] = red;
                row[3 * x + 1] = green;
                row[3 * x + 2] = blue;
            }
            return row;
        }
    }
}
