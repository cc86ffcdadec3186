package org.sekkei.inr.field;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.sekkei.inr.CorruptDataException;

/// Reads what [LaneEncoder] wrote. Not thread-safe; one can read many streams, one after the other.
///
/// A value is looked up by the low 12 bits of its lane's state in the table of its scale index. The lists of a
/// stream
/// come as entries, each `position << 6 | scale index`.
final class LaneDecoder {
    /// Bits of an entry below its position.
    static final int SCALE_BITS = 6;

    private static final int SLOTS = 1 << FieldBasis.FREQUENCY_BITS;
    private static final int ESCAPE = -64;
    private static final ValueLayout.OfChar WORD = ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt STATE = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// For each table and slot: the value in the top 7 bits, then 13 bits of its frequency and 12 bits of the
    /// slot's
    /// place in the value's interval.
    private final int[] slots = new int[FieldBasis.TABLES * SLOTS];

    /// Where the table of a scale index begins.
    private final int[] rows = new int[FieldCosts.SCALES];

    private final int[] states = new int[FieldFormat.LANES];
    private char[] words = new char[0];
    private int end;
    private int position;
    private int current;

    LaneDecoder(FieldBasis basis) {
        int[] frequencies = basis.frequencies();
        for (int scale = 0; scale < rows.length; scale++) {
            rows[scale] = FieldCosts.table(scale) << FieldBasis.FREQUENCY_BITS;
        }
        int slot = 0;
        for (int i = 0; i < frequencies.length; i++) {
            int symbol = i % FieldBasis.SYMBOLS;
            int magnitude = symbol >>> 1;
            int value = symbol == 0 ? ESCAPE : (symbol & 1) == 0 ? magnitude : magnitude == 0 ? 0 : -magnitude;
            for (int place = 0; place < frequencies[i]; place++) {
                slots[slot++] = value << 25 | frequencies[i] << 12 | place;
            }
        }
    }

    /// @throws CorruptDataException if the stream cannot hold its states
    void begin(MemorySegment record, long offset, int lanes) throws CorruptDataException {
        long bytes = record.byteSize() - offset;
        if (bytes < 4L * lanes || (bytes & 1) != 0 || bytes > Integer.MAX_VALUE - 16) {
            throw new CorruptDataException("a field record with a stream of " + bytes + " bytes");
        }
        for (int lane = 0; lane < lanes; lane++) {
            states[lane] = record.get(STATE, offset + 4L * lane);
            if (states[lane] >>> 16 == 0) {
                throw new CorruptDataException("the coefficient stream begins with an illegal state");
            }
        }
        end = (int) (bytes - 4L * lanes) / 2;
        position = 0;
        if (words.length <= end) {
            words = new char[end + 1 + end / 4];
        }
        MemorySegment.copy(record, WORD, offset + 4L * lanes, words, 0, end);
    }

    /// Reads the values of entries `0..count-1`; the first belongs to `lane`.
    ///
    /// @param lane the lane of the first value; 0 at the beginning of a list
    /// @param lanes 1 or [FieldFormat#LANES]
    /// @param values receives each at its entry's position plus `offset`, modulo 2^16
    /// @return the lane of the value after the last
    /// @throws CorruptDataException if the words do not suffice, or a value is none
    int list(int[] entries, int count, int lane, int lanes, short[] values, int offset) throws CorruptDataException {
        // The states go round in four variables, the next one to be used is always the first.
        int mask = lanes - 1;
        boolean single = lanes == 1;
        int first = states[lane];
        int second = states[lane + 1 & mask];
        int third = states[lane + 2 & mask];
        int fourth = states[lane + 3 & mask];
        int at = position;
        for (int i = 0; i < count; i++) {
            int entry = entries[i];
            int scale = entry & (1 << SCALE_BITS) - 1;
            int slot = slots[rows[scale] | first & SLOTS - 1];
            int state = (slot >>> 12 & 0x1FFF) * (first >>> 12) + (slot & 0xFFF);
            if (state >>> 16 == 0) {
                state = state << 16 | words[Math.min(at++, end)];
            }
            int value = slot >> 25;
            if (value == ESCAPE || scale >= FieldBasis.TABLES) {
                current = state;
                position = at;
                value = rest(value, scale);
                state = current;
                at = position;
            }
            values[offset + (entry >>> SCALE_BITS)] = (short) value;
            if (single) {
                first = state;
            } else {
                first = second;
                second = third;
                third = fourth;
                fourth = state;
            }
        }
        position = at;
        int next = lane + count & mask;
        states[next] = first;
        if (!single) {
            states[next + 1 & mask] = second;
            states[next + 2 & mask] = third;
            states[next + 3 & mask] = fourth;
        }
        if (position > end) {
            throw new CorruptDataException("the coefficient stream ends too early");
        }
        return next;
    }

    /// What follows a symbol on the lane whose state is `current`.
    private int rest(int symbol, int scale) throws CorruptDataException {
        int value = symbol == ESCAPE ? escaped() : symbol;
        int shift = FieldCosts.shift(scale);
        return shift == 0 ? value : (value << shift | bits(shift)) - (1 << shift - 1);
    }

    private int escaped() throws CorruptDataException {
        int digits = bits(5);
        if (digits < 1 || digits > 16) {
            throw new CorruptDataException("the coefficient stream holds a number of " + digits + " digits");
        }
        int rest = bits(Math.min(8, digits - 1));
        rest |= bits(Math.max(0, digits - 9)) << 8;
        int magnitude = (1 << digits - 1 | rest) + 15;
        return bits(1) == 0 ? magnitude : -magnitude;
    }

    private int bits(int width) {
        int value = current & (1 << width) - 1;
        current >>>= width;
        if (current >>> 16 == 0) {
            // The word after the last is read over and over where a stream ends too early: the list's end tells.
            current = current << 16 | words[Math.min(position++, end)];
        }
        return value;
    }

    /// Checks that the stream ends here.
    void finish(int lanes) throws CorruptDataException {
        boolean whole = position == end;
        for (int lane = 0; lane < lanes; lane++) {
            whole &= states[lane] == LaneEncoder.LOWER_BOUND;
        }
        if (!whole) {
            throw new CorruptDataException("the coefficient stream does not end where its symbols do");
        }
    }
}
