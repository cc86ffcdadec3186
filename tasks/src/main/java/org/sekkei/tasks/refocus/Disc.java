package org.sekkei.tasks.refocus;

import java.util.Arrays;

/// The disc that a lens makes of a point out of focus, of any real radius.
///
/// Each row of the disc is a run of its exact area in that row, with ends between pixels; rows are sums of runs, so
/// that
/// a pixel costs as many operations as the disc has rows. A point's light is kept; beyond the edge there is none.
final class Disc {
    private final double radius;

    /// Half the length of the run in rows 0, 1, ... above and below the centre.
    private final double[] halves;

    /// @param radius in pixels; below half a pixel nothing is blurred
    /// @throws IllegalArgumentException if it is negative or not finite
    Disc(double radius) {
        if (!(radius >= 0 && radius < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a disc's radius must be 0 or more, not " + radius);
        }
        this.radius = radius;
        halves = new double[(int) Math.ceil(radius - 0.5) + 1];
        for (int row = 0; row < halves.length; row++) {
            halves[row] = (area(row + 0.5) - area(row - 0.5)) / 2;
        }
    }

    double radius() {
        return radius;
    }

    /// How far in whole pixels it reaches.
    static int reach(double radius) {
        return (int) Math.ceil(radius + 0.5);
    }

    /// The disc's area to the side of a chord, but for a constant.
    private double area(double chord) {
        double t = Math.clamp(chord, -radius, radius);
        return t * StrictMath.sqrt(radius * radius - t * t)
                + radius * radius * StrictMath.asin(radius == 0 ? 0 : t / radius);
    }

    /// What a plane of \[height, width\] becomes.
    float[] blur(float[] plane, int width, int height) {
        if (radius <= 0.5) {
            return plane.clone();
        }
        var blurred = new float[plane.length];
        int margin = reach(radius) + 1;
        var sums = new double[width + 2 * margin + 1]; // in float32 differences would lose what is small
        var run = new float[width];
        double scale = 1 / (Math.PI * radius * radius);
        for (int y = 0; y < height; y++) {
            if (!accumulate(plane, y * width, width, margin, scale, sums)) {
                continue;
            }
            for (int row = 0; row < halves.length; row++) {
                runs(sums, margin, halves[row], run);
                if (y - row >= 0) {
                    add(run, blurred, (y - row) * width);
                }
                if (row > 0 && y + row < height) {
                    add(run, blurred, (y + row) * width);
                }
            }
        }
        return blurred;
    }

    /// Running sums of a row.
    ///
    /// @return whether there is anything in it
    private static boolean accumulate(float[] plane, int from, int width, int margin, double scale, double[] sums) {
        double sum = 0;
        boolean any = false;
        for (int x = 0; x < width; x++) {
            float value = plane[from + x];
            any |= value != 0;
            sum += value * scale;
            sums[margin + x + 1] = sum;
        }
        Arrays.fill(sums, 0, margin + 1, 0);
        Arrays.fill(sums, margin + width + 1, sums.length, sum);
        return any;
    }

    /// Sums over `half` to each side of every pixel's centre.
    private static void runs(double[] sums, int margin, double half, float[] run) {
        double end = margin + 0.5 + half;
        double begin = margin + 0.5 - half;
        int last = (int) end;
        int first = (int) begin;
        double lastShare = end - last;
        double firstShare = begin - first;
        for (int x = 0; x < run.length; x++) {
            double high = sums[x + last] + lastShare * (sums[x + last + 1] - sums[x + last]);
            double low = sums[x + first] + firstShare * (sums[x + first + 1] - sums[x + first]);
            run[x] = (float) (high - low);
        }
    }

    private static void add(float[] run, float[] blurred, int from) {
        for (int x = 0; x < run.length; x++) {
            blurred[from + x] += run[x];
        }
    }
}
