package org.sekkei.inr.field;

import java.util.Arrays;

/// Writes symbols by interleaved rANS (Duda, arXiv 1311.2540): each lane has a state of its own, all share one
/// stream
/// of
/// 16-bit words. Symbols come out in the order in which they are put in, so they are kept and coded backwards.
final class LaneEncoder {
    /// Where the states of a decoder end.
    static final int LOWER_BOUND = 1 << 16;

    private final int[] frequencies;
    private final int[] starts = new int[FieldBasis.TABLES * FieldBasis.SYMBOLS];
    private final int lanes;
    private long[] steps = new long[1024];
    private int count;
    private int lane;

    LaneEncoder(FieldBasis basis, int lanes) {
        this.lanes = lanes;
        this.frequencies = basis.frequencies();
        for (int i = 0; i < starts.length; i++) {
            starts[i] = i % FieldBasis.SYMBOLS == 0 ? 0 : starts[i - 1] + frequencies[i - 1];
        }
    }

    /// Begins a list: its first value goes to the first lane.
    void beginList() {
        lane = 0;
    }

    /// Appends a value of the list, at a scale index from 1 on.
    void put(int scale, int value) {
        int shift = FieldCosts.shift(scale);
        int row = FieldCosts.table(scale) * FieldBasis.SYMBOLS;
        int shifted = value + (1 << shift >> 1);
        int coded = shifted >> shift;
        int magnitude = Math.abs(coded);
        boolean escaped = magnitude >= FieldBasis.SYMBOLS / 2;
        int symbol = row + (escaped ? 0 : FieldCosts.symbol(coded));
        push(starts[symbol], frequencies[symbol], FieldBasis.FREQUENCY_BITS);
        if (escaped) {
            int digits = FieldCosts.digits(magnitude);
            int rest = magnitude - 15;
            pushBits(digits, 5);
            pushBits(rest, Math.min(8, digits - 1));
            pushBits(rest >>> 8 & (1 << Math.max(0, digits - 9)) - 1, Math.max(0, digits - 9));
            pushBits(coded < 0 ? 1 : 0, 1);
        }
        pushBits(shifted, shift);
        lane = lane + 1 == lanes ? 0 : lane + 1;
    }

    private void pushBits(int value, int width) {
        if (width > 0) {
            push(value & (1 << width) - 1, 1, width);
        }
    }

    private void push(int start, int frequency, int bits) {
        if (count == steps.length) {
            steps = Arrays.copyOf(steps, 2 * count);
        }
        steps[count++] = (long) lane << 32 | (long) bits << 28 | (long) start << 14 | frequency;
    }

    /// The states, then the words; the encoder is then empty.
    byte[] finish() {
        long[] states = new long[lanes];
        Arrays.fill(states, LOWER_BOUND);
        // Backwards: a step writes one word at most.
        byte[] reversed = new byte[2 * count + 4 * lanes];
        int length = 0;
        for (int i = count - 1; i >= 0; i--) {
            long step = steps[i];
            int to = (int) (step >>> 32);
            int bits = (int) (step >>> 28) & 15;
            int start = (int) (step >>> 14) & 0x3FFF;
            int frequency = (int) step & 0x3FFF;
            long state = states[to];
            if (state >= (long) frequency << 32 - bits) {
                reversed[length++] = (byte) (state >>> 8);
                reversed[length++] = (byte) state;
                state >>>= 16;
            }
            states[to] = (state / frequency << bits) + state % frequency + start;
        }
        for (int to = lanes - 1; to >= 0; to--) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                reversed[length++] = (byte) (states[to] >>> shift);
            }
        }
        count = 0;
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = reversed[length - 1 - i];
        }
        return bytes;
    }
}
