package org.sekkei.fit.siren;

import java.util.SplittableRandom;

/// Pixels of a picture, by their row-major indices: `(first + i * stride) mod pixels` for `i` in `0..count-1`.
record PixelSubset(int count, long first, long stride, int pixels) {
    private static final double GOLDEN = 0.6180339887498949;

    static PixelSubset all(int pixels) {
        return new PixelSubset(pixels, 0, 1, pixels);
    }

    /// About `wanted` pixels spread evenly over the picture, from a random one on; all of them if there are no more.
    static PixelSubset spread(int pixels, int wanted, SplittableRandom random) {
        if (wanted >= pixels) {
            return all(pixels);
        }
        // Multiples of the golden ratio leave no large gaps; a stride without a common divisor repeats no pixel.
        long stride = Math.max(1, Math.round(pixels * GOLDEN));
        while (greatestCommonDivisor(stride, pixels) != 1) {
            stride++;
        }
        return new PixelSubset(wanted, random.nextInt(pixels), stride, pixels);
    }

    int pixel(int i) {
        return (int) ((first + i * stride) % pixels);
    }

    private static long greatestCommonDivisor(long a, long b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
