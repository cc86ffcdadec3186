package org.sekkei.inr.entropy;

import org.jspecify.annotations.Nullable;
import org.sekkei.inr.CorruptDataException;

/// Codes signed integers whose size is roughly known: a family of tables for two-sided geometric distributions over a
/// grid of scales, each with a choice of extra probability for zero. Values beyond a table are escaped to an
/// Elias-gamma code, so that any integer of up to 20 bits can be coded by any table.
///
/// The tables are computed with `StrictMath`, so they are the same on every platform. Not thread-safe: tables are made
/// when they are first needed.
public final class LaplaceTables {
    /// Scales on the grid: the mean magnitude of scale `s` is `2^((s - 8) / 4)`, from 1/4 to about 9,700.
    public static final int SCALES = 62;

    /// Choices for the probability of zero; choice 0 is the distribution's own.
    public static final int ZEROS = 16;

    /// The largest magnitude that can be coded.
    public static final int MAX_MAGNITUDE = (1 << 20) - 1;

    private static final int MAX_REGULAR = 1024;

    private final @Nullable SymbolTable[] tables = new SymbolTable[SCALES * ZEROS];

    /// The mean magnitude of scale `scale`.
    public static double meanMagnitude(int scale) {
        return StrictMath.pow(2, (scale - 8) / 4.0);
    }

    /// The scale whose mean magnitude is nearest to `mean` (in ratio).
    public static int scaleFor(double mean) {
        if (!(mean > 0)) {
            return 0;
        }
        return (int) Math.clamp(Math.rint(8 + 4 * Math.log(mean) / Math.log(2)), 0, SCALES - 1);
    }

    /// The probability of zero that choice `zeros` of 1..15 stands for.
    public static double zeroProbability(int zeros) {
        return zeros / 16.0;
    }

    private static int regular(int scale) {
        return (int) Math.min(MAX_REGULAR, Math.ceil(10 * meanMagnitude(scale)) + 2);
    }

    private SymbolTable table(int scale, int zeros) {
        SymbolTable table = tables[scale * ZEROS + zeros];
        if (table == null) {
            table = make(scale, zeros);
            tables[scale * ZEROS + zeros] = table;
        }
        return table;
    }

    /// Symbols: 0 escape, 1 zero, then +1, -1, +2, -2 ...
    private static SymbolTable make(int scale, int zeros) {
        int regular = regular(scale);
        // A two-sided geometric distribution of parameter r has mean magnitude 2r / (1 - r^2).
        double mean = meanMagnitude(scale);
        double ratio = (StrictMath.sqrt(1 + mean * mean) - 1) / mean;
        double[] weights = new double[2 + 2 * regular];
        double tail = 0;
        double magnitude = 1;
        for (int m = 1; m <= regular; m++) {
            magnitude *= ratio;
            weights[2 * m] = magnitude;
            weights[2 * m + 1] = magnitude;
            tail += 2 * magnitude;
        }
        if (zeros == 0) {
            weights[1] = 1;
        } else {
            double probability = zeroProbability(zeros);
            weights[1] = tail * probability / (1 - probability);
        }
        return SymbolTable.of(weights);
    }

    /// Codes `value` with the table of `scale` and `zeros`.
    public void put(RansEncoder encoder, int scale, int zeros, int value) {
        int magnitude = Math.abs(value);
        if (magnitude > MAX_MAGNITUDE) {
            throw new IllegalArgumentException("magnitude " + magnitude);
        }
        SymbolTable table = table(scale, zeros);
        if (magnitude <= regular(scale)) {
            encoder.put(table, magnitude == 0 ? 1 : 2 * magnitude + (value < 0 ? 1 : 0));
            return;
        }
        encoder.put(table, 0);
        int digits = 32 - Integer.numberOfLeadingZeros(magnitude);
        encoder.putBits(digits, 5);
        encoder.putBits(value < 0 ? 1 : 0, 1);
        for (int shift = 0; shift < digits; shift += 10) {
            encoder.putBits(magnitude >>> shift, Math.min(10, digits - shift));
        }
    }

    public int get(RansDecoder decoder, int scale, int zeros) throws CorruptDataException {
        int symbol = decoder.get(table(scale, zeros));
        if (symbol != 0) {
            int magnitude = symbol >>> 1;
            return (symbol & 1) == 0 ? magnitude : magnitude == 0 ? 0 : -magnitude;
        }
        int digits = decoder.getBits(5);
        if (digits > 20) {
            throw new CorruptDataException("the coefficient stream holds a number of " + digits + " bits");
        }
        boolean negative = decoder.getBits(1) == 1;
        int magnitude = 0;
        for (int shift = 0; shift < digits; shift += 10) {
            magnitude |= decoder.getBits(Math.min(10, digits - shift)) << shift;
        }
        return negative ? -magnitude : magnitude;
    }

    /// What `put` costs, in bits.
    public double cost(int scale, int zeros, int value) {
        int magnitude = Math.abs(value);
        SymbolTable table = table(scale, zeros);
        if (magnitude <= regular(scale)) {
            return table.cost(magnitude == 0 ? 1 : 2 * magnitude + (value < 0 ? 1 : 0));
        }
        return table.cost(0) + 6 + (32 - Integer.numberOfLeadingZeros(magnitude));
    }
}
