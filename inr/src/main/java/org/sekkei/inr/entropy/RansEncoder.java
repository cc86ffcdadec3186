package org.sekkei.inr.entropy;

import java.util.Arrays;

/// Range asymmetric numeral systems (Duda, arXiv 1311.2540) over bytes with a 31-bit state. Symbols come out of
/// [RansDecoder] in the order in which they are put in here.
public final class RansEncoder {
    static final int LOWER_BOUND = 1 << 23;

    private int[] starts = new int[256];
    private int[] frequencies = new int[256];
    private int[] bits = new int[256];
    private int count;

    public void put(SymbolTable table, int symbol) {
        push(table.start(symbol), table.frequency(symbol), SymbolTable.BITS);
    }

    /// Appends the low `width` bits of `value`, `width` in 1..14, at a cost of `width` bits.
    public void putBits(int value, int width) {
        push(value & ((1 << width) - 1), 1, width);
    }

    private void push(int start, int frequency, int precision) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            frequencies = Arrays.copyOf(frequencies, 2 * count);
            bits = Arrays.copyOf(bits, 2 * count);
        }
        starts[count] = start;
        frequencies[count] = frequency;
        bits[count] = precision;
        count++;
    }

    /// The coded bytes; the encoder is then empty. The decoder ends in the state that the encoder begins with, which is
    /// how it knows that the stream was whole.
    public byte[] finish() {
        byte[] reversed = new byte[2 * count + 8];
        int length = 0;
        int state = LOWER_BOUND;
        for (int i = count - 1; i >= 0; i--) {
            long limit = ((long) (LOWER_BOUND >>> bits[i]) << 8) * frequencies[i];
            while (state >= limit) {
                reversed[length++] = (byte) state;
                state >>>= 8;
            }
            state = ((state / frequencies[i]) << bits[i]) + state % frequencies[i] + starts[i];
        }
        for (int i = 0; i < 4; i++) {
            reversed[length++] = (byte) (state >>> (8 * i));
        }
        count = 0;
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = reversed[length - 1 - i];
        }
        return bytes;
    }
}
