package org.sekkei.tasks.track;

import java.util.Arrays;

/// Histograms of the directions of edges, and colours, in cells of four pixels: features that need no training and are
/// twice as fine as the network's (after Dalal and Triggs, Histograms of Oriented Gradients, 2005).
final class Gradients {
    private static final int CELL = 4;
    private static final int DIRECTIONS = 9;
    private static final int COLOURS = 3;

    /// Cells of a position of the network's maps, across and down.
    private static final int FINER = Measures.STRIDE / CELL;

    /// Numbers of a position.
    static final int CHANNELS = FINER * FINER * (DIRECTIONS + COLOURS);

    private static final double CLIP = 0.4;

    /// Edges as weak as that, in normalised shades, are noise.
    private static final double FLAT = 0.02;

    /// Colours count about as much as edges do.
    private static final double COLOUR = 0.1;

    private Gradients() {}

    /// @param values \[3, pixels, pixels\], BGR, normalised
    /// @return \[CHANNELS, side, side\], of as many positions as the network's maps have
    static float[] of(float[] values, int pixels) {
        int side = Measures.positions(pixels);
        int cells = side * FINER;
        var histograms = new double[cells * cells * DIRECTIONS];
        var colours = new double[cells * cells * COLOURS];
        var counts = new int[cells * cells];
        int plane = pixels * pixels;
        for (int y = 0; y < pixels; y++) {
            for (int x = 0; x < pixels; x++) {
                double most = -1;
                double mostX = 0;
                double mostY = 0;
                int cell = y / CELL * cells + x / CELL;
                counts[cell]++;
                for (int channel = 0; channel < 3; channel++) {
                    int from = channel * plane;
                    double dx = values[from + y * pixels + Math.min(pixels - 1, x + 1)]
                            - values[from + y * pixels + Math.max(0, x - 1)];
                    double dy = values[from + Math.min(pixels - 1, y + 1) * pixels + x]
                            - values[from + Math.max(0, y - 1) * pixels + x];
                    if (dx * dx + dy * dy > most) {
                        most = dx * dx + dy * dy;
                        mostX = dx;
                        mostY = dy;
                    }
                    colours[cell * COLOURS + channel] += values[from + y * pixels + x];
                }
                double turn = Math.atan2(mostY, mostX) / Math.PI;
                double at = (turn - Math.floor(turn)) * DIRECTIONS;
                int lower = (int) at;
                double share = at - lower;
                double length = Math.sqrt(most);
                histograms[cell * DIRECTIONS + lower % DIRECTIONS] += length * (1 - share);
                histograms[cell * DIRECTIONS + (lower + 1) % DIRECTIONS] += length * share;
            }
        }
        double[] energies = energies(histograms, cells);
        var features = new float[CHANNELS * side * side];
        for (int y = 0; y < cells; y++) {
            for (int x = 0; x < cells; x++) {
                int cell = y * cells + x;
                int position = y / FINER * side + x / FINER;
                int first = (y % FINER * FINER + x % FINER) * (DIRECTIONS + COLOURS);
                double scale = 1 / (Math.sqrt(energies[cell]) + FLAT * CELL * CELL);
                for (int direction = 0; direction < DIRECTIONS; direction++) {
                    features[(first + direction) * side * side + position] =
                            (float) Math.min(CLIP, histograms[cell * DIRECTIONS + direction] * scale);
                }
                for (int channel = 0; channel < COLOURS; channel++) {
                    features[(first + DIRECTIONS + channel) * side * side + position] =
                            (float) (COLOUR * colours[cell * COLOURS + channel] / Math.max(1, counts[cell]));
                }
            }
        }
        return features;
    }

    /// Of each cell and those around it, on average.
    private static double[] energies(double[] histograms, int cells) {
        var own = new double[cells * cells];
        for (int cell = 0; cell < own.length; cell++) {
            own[cell] = Arrays.stream(histograms, cell * DIRECTIONS, (cell + 1) * DIRECTIONS)
                    .map(value -> value * value)
                    .sum();
        }
        var energies = new double[own.length];
        for (int y = 0; y < cells; y++) {
            for (int x = 0; x < cells; x++) {
                double sum = 0;
                int count = 0;
                for (int row = Math.max(0, y - 1); row <= Math.min(cells - 1, y + 1); row++) {
                    for (int column = Math.max(0, x - 1); column <= Math.min(cells - 1, x + 1); column++) {
                        sum += own[row * cells + column];
                        count++;
                    }
                }
                energies[y * cells + x] = sum / count;
            }
        }
        return energies;
    }
}
