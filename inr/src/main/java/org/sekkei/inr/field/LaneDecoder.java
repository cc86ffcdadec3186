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
    private static final ValueLayout.OfShort WORD = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt STATE = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// For each table and slot: the value in the top 7 bits, then 13 bits of its frequency and 12 bits of the
    /// slot's
    /// place in the value's interval.
    private final int[] slots = new int[FieldBasis.TABLES * SLOTS];

    private final int[] states = new int[FieldFormat.LANES];
    private char[] words = new char[0];
    private int end;
    private int position;

    LaneDecoder(FieldBasis basis) {
        int[] frequencies = basis.frequencies();
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
        MemorySegment.copy(record, WORD, offset + 4L * lanes, MemorySegment.ofArray(words), WORD_HERE, 0, end);
    }

    private static final ValueLayout.OfShort WORD_HERE = ValueLayout.JAVA_SHORT_UNALIGNED;

    /// Reads the values of entries `0..count-1`; the first belongs to `lane`.
    ///
    /// @param lane the lane of the first value; 0 at the beginning of a list
    /// @param values receives each at its entry's position plus `offset`, modulo 2^16
    /// @return the lane of the value after the last
    /// @throws CorruptDataException if the words do not suffice, or a value is none
    int list(int[] entries, int count, int lane, int lanes, short[] values, int offset) throws CorruptDataException {
        int to = lane;
        for (int i = 0; i < count; i++) {
            int entry = entries[i];
            values[offset + (entry >>> SCALE_BITS)] = (short) value(entry & 63, to);
            to = to + 1 == lanes ? 0 : to + 1;
        }
        if (position > end) {
            throw new CorruptDataException("the coefficient stream ends too early");
        }
        return to;
    }

    private int value(int scale, int lane) throws CorruptDataException {
        int state = states[lane];
        int slot = slots[FieldCosts.table(scale) << 12 | state & SLOTS - 1];
        states[lane] = refilled((slot >>> 12 & 0x1FFF) * (state >>> 12) + (slot & 0xFFF));
        int value = slot >> 25;
        int shift = FieldCosts.shift(scale);
        if (value == ESCAPE) {
            value = escaped(lane);
        }
        return shift == 0 ? value : (value << shift | bits(shift, lane)) - (1 << shift - 1);
    }

    private int escaped(int lane) throws CorruptDataException {
        int digits = bits(5, lane);
        if (digits < 1 || digits > 16) {
            throw new CorruptDataException("the coefficient stream holds a number of " + digits + " digits");
        }
        int rest = bits(Math.min(8, digits - 1), lane);
        rest |= bits(Math.max(0, digits - 9), lane) << 8;
        int magnitude = (1 << digits - 1 | rest) + 15;
        return bits(1, lane) == 0 ? magnitude : -magnitude;
    }

    private int bits(int width, int lane) {
        if (width == 0) {
            return 0;
        }
        int state = states[lane];
        states[lane] = refilled(state >>> width);
        return state & (1 << width) - 1;
    }

    /// The word after the last is read over and over where a stream ends too early: the list's end tells.
    private int refilled(int state) {
        return state >>> 16 == 0 ? state << 16 | words[Math.min(position++, end)] : state;
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
