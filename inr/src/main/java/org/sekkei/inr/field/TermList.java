package org.sekkei.inr.field;

import java.util.Arrays;
import org.sekkei.inr.PictureSize;

/// Sorts coefficients, which are decoded group by group, by cell and parity. Not thread-safe: owns memory that the next
/// picture uses again.
final class TermList {
    private final byte[] parity;
    private final int[] energy;
    private int[] places = new int[0];
    private int[] unsorted = new int[0];
    private int size;
    private int cells;
    private int[] starts = new int[0];
    private int[] terms = new int[0];

    TermList(FieldBasis basis) {
        this.parity = basis.parity();
        this.energy = basis.energy();
    }

    void begin(int cells) {
        this.cells = cells;
        size = 0;
        if (starts.length < 4 * cells + 2) {
            starts = new int[4 * cells + 2];
        } else {
            Arrays.fill(starts, 0, 4 * cells + 2, 0);
        }
    }

    /// Takes in a coefficient that may be zero.
    void add(int cell, int channel, short value) {
        if (value != 0) {
            reserve(1);
            append(cell, channel, value & 0xFFFF);
        }
    }

    /// Takes in coefficients of a group.
    ///
    /// @param found pairs of a position and a value, none zero; a position is `cell << shift | channel`
    /// @param cell the cell of position 0
    /// @param channel its channel
    /// @param energies of the cells in this group, to which theirs are added
    void add(int[] found, int count, int cell, int channel, int shift, int[] energies) {
        reserve(count);
        int mask = (1 << shift) - 1;
        for (int i = 0; i < count; i++) {
            int position = found[2 * i];
            int value = found[2 * i + 1];
            int itsCell = cell + (position >>> shift);
            int itsChannel = channel + (position & mask);
            energies[itsCell] += energy[itsChannel] * Math.min(Math.abs(value), FieldContexts.MAX_MAGNITUDE);
            append(itsCell, itsChannel, value & 0xFFFF);
        }
    }

    private void reserve(int count) {
        if (places.length < size + count) {
            places = Arrays.copyOf(places, 2 * size + count);
            unsorted = Arrays.copyOf(unsorted, places.length);
        }
    }

    private void append(int cell, int channel, int value) {
        int place = 4 * cell + parity[channel];
        places[size] = place;
        unsorted[size++] = channel << 16 | value;
        // Two further on: sums of them become the starts, and sorting moves those by one place.
        starts[place + 2]++;
    }

    /// What was taken in, in memory that the next picture uses again.
    SparseCoefficients sorted(PictureSize picture, int level, int rows, int columns) {
        for (int i = 2; i < 4 * cells + 2; i++) {
            starts[i] += starts[i - 1];
        }
        if (terms.length < size) {
            terms = new int[places.length];
        }
        for (int i = 0; i < size; i++) {
            terms[starts[places[i] + 1]++] = unsorted[i];
        }
        return new SparseCoefficients(picture, level, rows, columns, starts, terms);
    }
}
