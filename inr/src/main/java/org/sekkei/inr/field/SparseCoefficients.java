package org.sekkei.inr.field;

import java.util.Arrays;
import org.sekkei.inr.PictureSize;

/// A picture as those of its quantised coefficients that are not zero: what entropy decoding makes of a record, for
/// pictures that are evaluated again and again.
///
/// A term is `channel << 16 | value & 0xFFFF`. The terms of a cell follow each other by the parity of their functions,
/// then by channel: those of parity `p` are `starts[4 * cell + p] .. starts[4 * cell + p + 1] - 1`.
///
/// @param size of the picture in pixels
/// @param level of the quantiser's step, 0..127, see [FieldBasis#step]
/// @param rows of cells
/// @param columns of cells
/// @param starts `[4 * rows * columns + 1]`, at least; longer arrays are legal so that they can be used again
/// @param terms of all cells, at least
public record SparseCoefficients(PictureSize size, int level, int rows, int columns, int[] starts, int[] terms) {
    public SparseCoefficients {
        if (level < 0 || level >= FieldCoefficients.LEVELS) {
            throw new IllegalArgumentException("the quantiser's level " + level);
        }
        long places = 4L * rows * columns;
        if (rows < 1 || columns < 1 || starts.length <= places || terms.length < starts[(int) places]) {
            throw new IllegalArgumentException(
                    terms.length + " terms in " + starts.length + " places for " + rows + " x " + columns + " cells");
        }
    }

    /// The terms of these coefficients, in memory of their own.
    public static SparseCoefficients of(FieldBasis basis, FieldCoefficients coefficients) {
        return of(basis.parity(), coefficients);
    }

    static SparseCoefficients of(byte[] parity, FieldCoefficients coefficients) {
        int cells = coefficients.cells();
        int channels = coefficients.channels();
        short[] values = coefficients.values();
        int[] starts = new int[4 * cells + 1];
        for (int i = 0; i < cells * channels; i++) {
            if (values[i] != 0) {
                starts[4 * (i / channels) + parity[i % channels] + 1]++;
            }
        }
        for (int i = 0; i < 4 * cells; i++) {
            starts[i + 1] += starts[i];
        }
        int[] next = starts.clone();
        int[] terms = new int[starts[4 * cells]];
        for (int i = 0; i < cells * channels; i++) {
            if (values[i] != 0) {
                int channel = i % channels;
                terms[next[4 * (i / channels) + parity[channel]]++] = channel << 16 | values[i] & 0xFFFF;
            }
        }
        return new SparseCoefficients(
                coefficients.size(), coefficients.level(), coefficients.rows(), coefficients.columns(), starts, terms);
    }

    /// All coefficients, zeros included, in memory of their own.
    ///
    /// @param channels of a cell
    public FieldCoefficients dense(int channels) {
        short[] values = new short[Math.multiplyExact(cells(), channels)];
        for (int cell = 0; cell < cells(); cell++) {
            for (int n = starts[4 * cell]; n < starts[4 * cell + 4]; n++) {
                values[cell * channels + channel(terms[n])] = (short) value(terms[n]);
            }
        }
        return new FieldCoefficients(size, level, rows, columns, channels, values);
    }

    /// The same in memory of its own, no longer than needed.
    SparseCoefficients compact() {
        int places = 4 * cells();
        return new SparseCoefficients(
                size, level, rows, columns, Arrays.copyOf(starts, places + 1), Arrays.copyOf(terms, starts[places]));
    }

    public int cells() {
        return rows * columns;
    }

    /// How many coefficients are not zero.
    public int count() {
        return starts[4 * cells()];
    }

    /// The channel of a term.
    public static int channel(int term) {
        return term >>> 16;
    }

    /// The value of a term, not zero.
    public static int value(int term) {
        return (short) term;
    }

    /// Memory that the arrays take.
    public long bytes() {
        return Integer.BYTES * ((long) starts.length + terms.length);
    }
}
