package org.sekkei.fit.field;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldContexts;

/// How large the residuals of group 0 are in each of their contexts: running means of magnitudes, which are the best
/// scales of Laplace distributions.
final class MeansStatistics {
    private static final double MEMORY = 0.99;
    /// What a context counts for before it was seen.
    private static final double PRIOR = 2;

    private final double[] sums;
    private final double[] counts;
    private final double[] newSums;
    private final double[] newCounts;

    MeansStatistics(int channels) {
        int contexts = FieldBasis.GRID_LEVELS * 2 * channels * FieldBasis.SPREADS;
        sums = new double[contexts];
        counts = new double[contexts];
        newSums = new double[contexts];
        newCounts = new double[contexts];
        for (int i = 0; i < contexts; i++) {
            int spread = i % FieldBasis.SPREADS;
            // Neighbours scatter by about twice the residual's scale; without neighbours all is open.
            sums[i] = PRIOR * (spread == FieldBasis.SPREADS - 1 ? 30 : Math.pow(2, spread / 2.0 - 1));
            counts[i] = PRIOR;
        }
    }

    double mean(int context) {
        return Math.max(1 / 32.0, sums[context] / counts[context]);
    }

    /// Adds what a picture showed; takes effect with [#advance].
    void add(int context, int magnitude) {
        newSums[context] += magnitude;
        newCounts[context]++;
    }

    /// Ends a step.
    void advance() {
        for (int i = 0; i < sums.length; i++) {
            // Rare contexts forget only when they learn.
            double memory = newCounts[i] == 0 ? 1 : Math.max(MEMORY, 1 - newCounts[i] / (newCounts[i] + 200));
            sums[i] = memory * sums[i] + newSums[i];
            counts[i] = memory * counts[i] + newCounts[i];
        }
        Arrays.fill(newSums, 0);
        Arrays.fill(newCounts, 0);
    }

    /// Scale indices 1..63 for `prediction` of [FieldBasis].
    byte[] scales() {
        byte[] scales = new byte[sums.length];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (byte) Math.clamp(Math.rint(4 * (Math.log(mean(i)) / Math.log(2) + 4)), 1, 63);
        }
        return scales;
    }

    /// The context of a residual.
    static int context(int level, int kind, int channels, int channel, int spread) {
        return ((level * 2 + kind) * channels + channel) * FieldBasis.SPREADS + spread;
    }

    /// How far the known neighbours of a cell spread, as part of a context.
    ///
    /// @param neighbours four from `offset` on, -1 where there is none
    /// @param values `[cells, stride]`
    static int spread(int[] neighbours, int offset, short[] values, int stride, int channel) {
        int count = 0;
        int lowest = Integer.MAX_VALUE;
        int highest = Integer.MIN_VALUE;
        for (int n = offset; n < offset + 4; n++) {
            if (neighbours[n] >= 0) {
                int value = values[neighbours[n] * stride + channel];
                count++;
                lowest = Math.min(lowest, value);
                highest = Math.max(highest, value);
            }
        }
        return count <= 1
                ? FieldBasis.SPREADS - 1
                : Math.min(FieldBasis.SPREADS - 2, FieldContexts.logarithm(highest - lowest) >> 3);
    }

    void save(DataOutput out) throws IOException {
        for (int i = 0; i < sums.length; i++) {
            out.writeDouble(sums[i]);
            out.writeDouble(counts[i]);
        }
    }

    void load(DataInput in) throws IOException {
        for (int i = 0; i < sums.length; i++) {
            sums[i] = in.readDouble();
            counts[i] = in.readDouble();
        }
    }
}
