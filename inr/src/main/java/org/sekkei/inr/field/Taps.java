package org.sekkei.inr.field;

import java.util.Arrays;

/// Along one axis: which pixels of an octave each output position is made of, and their weights. Antialiased
/// linear
/// interpolation as PIL and torchvision define it: a triangle as wide as the larger of an output and an octave
/// pixel, cut
/// off at the picture's edges. Positions beyond the picture are moved to its outermost pixel.
///
/// @param count taps a position; those that are not needed have the weight 0
/// @param first `[positions]`: the first tap's pixel
/// @param weights `[count, positions]`
public record Taps(int count, int[] first, float[] weights) {
    /// @param positions of the output along the axis
    /// @param slope of the source position by the output's
    /// @param start the source position at the output's edge
    /// @param length of the picture in source pixels
    /// @param octave whose pixels the taps are
    public static Taps of(int positions, double slope, double start, int length, int octave) {
        double radius = Math.max(1, Math.abs(slope));
        if (octave == 0 && slope == 1 && start == Math.rint(start) && start >= 0 && start + positions <= length) {
            return onPixels(positions, (int) start);
        }
        int pixels = (length - 1 >> octave) + 1;
        // A triangle that is no whole number of blocks wide may begin and end within one.
        int count = (int) Math.min(pixels, Math.ceil(2 * radius / (1 << octave)) + (octave == 0 ? 0 : 1));
        int[] first = new int[positions];
        float[] weights = new float[count * positions];
        double narrowness = 1 / radius;
        double[] triangle = new double[(int) Math.min(length, Math.ceil(2 * radius) + 1)];
        BlockFit fit = new BlockFit(octave, count);
        for (int i = 0; i < positions; i++) {
            double centre = centre(slope * (i + 0.5) + start, length);
            int from = Math.max(0, (int) (centre - radius + 0.5));
            int to = Math.min(length, (int) (centre + radius + 0.5));
            double sum = 0;
            for (int p = from; p < to; p++) {
                triangle[p - from] = Math.max(0, 1 - Math.abs(p + 0.5 - centre) * narrowness);
                sum += triangle[p - from];
            }
            double share = 1 / sum;
            for (int p = from; p < to; p++) {
                triangle[p - from] *= share;
            }
            // The window is moved inside, so that every tap is a pixel.
            first[i] = Math.min(from >> octave, pixels - count);
            double[] own = fit.fit(triangle, from, to, first[i]);
            for (int tap = 0; tap < count; tap++) {
                weights[tap * positions + i] = (float) own[tap];
            }
        }
        return new Taps(count, first, weights);
    }

    /// Positions that are the centres of consecutive pixels.
    private static Taps onPixels(int positions, int start) {
        int[] first = new int[positions];
        Arrays.setAll(first, i -> start + i);
        float[] weights = new float[positions];
        Arrays.fill(weights, 1);
        return new Taps(1, first, weights);
    }

    /// Whether the positions are consecutive pixels.
    boolean identity() {
        return count == 1 && first[first.length - 1] - first[0] == first.length - 1;
    }

    /// A source position moved to the centre of the outermost pixel if it is beyond that.
    public static double centre(double position, int length) {
        return Math.clamp(position, 0.5, length - 0.5);
    }

    /// The first pixel of all.
    public int lowest() {
        return lowest(0, first.length);
    }

    /// One past the last pixel.
    public int end() {
        return end(0, first.length);
    }

    /// The first pixel of these positions.
    int lowest(int begin, int end) {
        int lowest = Integer.MAX_VALUE;
        for (int i = begin; i < end; i++) {
            lowest = Math.min(lowest, first[i]);
        }
        return lowest;
    }

    /// One past the last pixel of these positions.
    int end(int begin, int end) {
        int highest = 0;
        for (int i = begin; i < end; i++) {
            highest = Math.max(highest, first[i]);
        }
        return highest + count;
    }
}
