package org.sekkei.inr.entropy;

import java.util.Arrays;

/// Integer frequencies of the symbols `0..size-1`, each at least 1, which add up to `2^BITS`.
public final class SymbolTable {
    /// Precision of the frequencies in bits.
    public static final int BITS = 14;

    /// What the frequencies of a table add up to.
    public static final int TOTAL = 1 << BITS;

    private final int[] starts;

    private SymbolTable(int[] starts) {
        this.starts = starts;
    }

    /// A table whose frequencies follow `weights`, which need not add up to anything. Every symbol gets a frequency of
    /// at
    /// least 1; what rounding leaves over goes to the heaviest symbol (the first of equals).
    ///
    /// @throws IllegalArgumentException if there are no or too many weights, or one is negative or not finite
    public static SymbolTable of(double[] weights) {
        if (weights.length == 0 || weights.length > TOTAL / 2) {
            throw new IllegalArgumentException(weights.length + " symbols in a table of " + TOTAL);
        }
        double sum = 0;
        int heaviest = 0;
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] >= 0 && weights[i] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("weight " + weights[i] + " of symbol " + i);
            }
            sum += weights[i];
            if (weights[i] > weights[heaviest]) {
                heaviest = i;
            }
        }
        int spare = TOTAL - weights.length;
        int[] frequencies = new int[weights.length];
        int used = 0;
        for (int i = 0; i < weights.length; i++) {
            frequencies[i] = 1 + (sum > 0 ? (int) Math.floor(spare * (weights[i] / sum)) : 0);
            used += frequencies[i];
        }
        frequencies[heaviest] += TOTAL - used;
        int[] starts = new int[weights.length + 1];
        for (int i = 0; i < weights.length; i++) {
            starts[i + 1] = starts[i] + frequencies[i];
        }
        return new SymbolTable(starts);
    }

    public int size() {
        return starts.length - 1;
    }

    /// The sum of the frequencies of the symbols below `symbol`.
    public int start(int symbol) {
        return starts[symbol];
    }

    public int frequency(int symbol) {
        return starts[symbol + 1] - starts[symbol];
    }

    /// The symbol whose interval holds `slot`, which lies in `0..TOTAL-1`.
    public int symbolAt(int slot) {
        int found = Arrays.binarySearch(starts, slot);
        return found >= 0 ? found : -found - 2;
    }

    /// What coding `symbol` costs, in bits.
    public double cost(int symbol) {
        return BITS - Math.log(frequency(symbol)) / Math.log(2);
    }
}
