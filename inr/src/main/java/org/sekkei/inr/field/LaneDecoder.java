package org.sekkei.inr.field;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
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
    private static final int SCALE = (1 << SCALE_BITS) - 1;
    private static final ValueLayout.OfChar WORD = ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt STATE = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    // A symbol: from bit 0 on 12 bits of its frequency, 1 that is set if its value is not zero, 1 that is set if raw
    // bits
    // follow, 6 of the value, and 12 of the place where its interval begins.
    private static final int FREQUENCY = SLOTS - 1;
    private static final int SET = 12;
    private static final int MORE = 1 << 13;
    private static final int VALUE = 14;
    private static final int BEGIN = 20;
    private static final int ESCAPE = -32;
    private static final int SYMBOL_BITS = 5;

    /// `[SCALES, SLOTS]`: the symbol of each slot. What symbols mean lies elsewhere, so that what is used fits the
    /// cache.
    private final byte[] slots = new byte[FieldCosts.SCALES * SLOTS];

    /// `[SCALES, SYMBOLS]`
    private final int[] symbols = new int[FieldCosts.SCALES * FieldBasis.SYMBOLS];

    private final int[] states = new int[FieldFormat.LANES];
    private char[] words = new char[0];
    private int end;
    private int position;
    private int current;

    LaneDecoder(FieldBasis basis) {
        for (int scale = 0; scale < FieldCosts.SCALES; scale++) {
            int begin = 0;
            for (int symbol = 0; symbol < FieldBasis.SYMBOLS; symbol++) {
                int frequency = basis.frequencies()[FieldCosts.table(scale) * FieldBasis.SYMBOLS + symbol];
                int magnitude = symbol >>> 1;
                int value = symbol == 0 ? ESCAPE : (symbol & 1) == 0 ? magnitude : -magnitude;
                value = symbol == 1 ? 0 : value;
                int more = symbol == 0 || FieldCosts.shift(scale) > 0 ? MORE : 0;
                int set = value == 0 ? 0 : 1 << SET;
                symbols[scale << SYMBOL_BITS | symbol] =
                        frequency | set | more | (value & 0x3F) << VALUE | begin << BEGIN;
                int row = scale << FieldBasis.FREQUENCY_BITS;
                Arrays.fill(slots, row + begin, row + begin + frequency, (byte) symbol);
                begin += frequency;
            }
        }
    }

    private int symbol(int scale, int state) {
        return symbols[scale << SYMBOL_BITS | slots[scale << FieldBasis.FREQUENCY_BITS | state & SLOTS - 1]];
    }

    private static int advanced(int state, int symbol) {
        return (symbol & FREQUENCY) * (state >>> FieldBasis.FREQUENCY_BITS) + (state & SLOTS - 1) - (symbol >>> BEGIN);
    }

    private static int signed(int symbol) {
        return symbol << 32 - BEGIN >> 32 - BEGIN + VALUE;
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

    /// Reads a value.
    ///
    /// @param scale its scale index
    /// @return the value modulo 2^16
    short value(int scale, int lane) throws CorruptDataException {
        int state = states[lane];
        int symbol = symbol(scale, state);
        state = advanced(state, symbol);
        if (state >>> 16 == 0) {
            state = state << 16 | words[Math.min(position++, end)];
        }
        int value = signed(symbol);
        if ((symbol & MORE) != 0) {
            current = state;
            value = rest(value, scale);
            state = current;
        }
        states[lane] = state;
        return (short) value;
    }

    /// Reads the values of entries `0..count-1`; the first belongs to `lane`. Those that are not zero are listed.
    ///
    /// @param lane the lane of the first value; 0 at the beginning of a list
    /// @param lanes 1 or [FieldFormat#LANES]
    /// @param found receives pairs of a position and a value; has room for `2 * (count + 1)`
    /// @return how many were found
    /// @throws CorruptDataException if the words do not suffice, or a value is none
    int list(int[] entries, int count, int lane, int lanes, int[] found) throws CorruptDataException {
        int size;
        if (lanes == 1) {
            size = one(entries, count, found);
        } else {
            int head = Math.min(count, -lane & FieldFormat.LANES - 1);
            size = each(entries, 0, head, lane, found, 0);
            int whole = head + (count - head) / FieldFormat.LANES * FieldFormat.LANES;
            size = four(entries, head, whole, found, size);
            size = each(entries, whole, count, 0, found, size);
        }
        requireWords();
        return size / 2;
    }

    /// @throws CorruptDataException if more words were read than there are
    void requireWords() throws CorruptDataException {
        if (position > end) {
            throw new CorruptDataException("the coefficient stream ends too early");
        }
    }

    private int each(int[] entries, int from, int to, int lane, int[] found, int size) throws CorruptDataException {
        int next = size;
        for (int i = from; i < to; i++) {
            int value = value(entries[i] & SCALE, lane + i - from);
            if (value != 0) {
                found[next++] = entries[i] >>> SCALE_BITS;
                found[next++] = value;
            }
        }
        return next;
    }

    /// Of the only lane.
    private int one(int[] entries, int count, int[] found) throws CorruptDataException {
        int state = states[0];
        int at = position;
        int next = 0;
        for (int i = 0; i < count; i++) {
            int entry = entries[i];
            int symbol = symbol(entry & SCALE, state);
            if ((symbol & MORE) != 0) {
                states[0] = state;
                position = at;
                next = each(entries, i, i + 1, 0, found, next);
                state = states[0];
                at = position;
                continue;
            }
            state = advanced(state, symbol);
            if (state >>> 16 == 0) {
                state = state << 16 | words[Math.min(at++, end)];
            }
            // Written in any case, and kept if it is not zero: nobody could foresee a branch.
            found[next] = entry >>> SCALE_BITS;
            found[next + 1] = signed(symbol);
            next += symbol >>> SET - 1 & 2;
        }
        states[0] = state;
        position = at;
        return next;
    }

    /// Four lanes at a time, in four variables, so that their chains of look-ups overlap. `from` belongs to lane 0.
    private int four(int[] entries, int from, int to, int[] found, int size) throws CorruptDataException {
        int first = states[0];
        int second = states[1];
        int third = states[2];
        int fourth = states[3];
        int at = position;
        int next = size;
        for (int i = from; i < to; i += 4) {
            int entry0 = entries[i];
            int entry1 = entries[i + 1];
            int entry2 = entries[i + 2];
            int entry3 = entries[i + 3];
            int symbol0 = symbol(entry0 & SCALE, first);
            int symbol1 = symbol(entry1 & SCALE, second);
            int symbol2 = symbol(entry2 & SCALE, third);
            int symbol3 = symbol(entry3 & SCALE, fourth);
            if (((symbol0 | symbol1 | symbol2 | symbol3) & MORE) != 0) {
                states[0] = first;
                states[1] = second;
                states[2] = third;
                states[3] = fourth;
                position = at;
                next = each(entries, i, i + 4, 0, found, next);
                first = states[0];
                second = states[1];
                third = states[2];
                fourth = states[3];
                at = position;
                continue;
            }
            first = advanced(first, symbol0);
            if (first >>> 16 == 0) {
                first = first << 16 | words[Math.min(at++, end)];
            }
            second = advanced(second, symbol1);
            if (second >>> 16 == 0) {
                second = second << 16 | words[Math.min(at++, end)];
            }
            third = advanced(third, symbol2);
            if (third >>> 16 == 0) {
                third = third << 16 | words[Math.min(at++, end)];
            }
            fourth = advanced(fourth, symbol3);
            if (fourth >>> 16 == 0) {
                fourth = fourth << 16 | words[Math.min(at++, end)];
            }
            found[next] = entry0 >>> SCALE_BITS;
            found[next + 1] = signed(symbol0);
            next += symbol0 >>> SET - 1 & 2;
            found[next] = entry1 >>> SCALE_BITS;
            found[next + 1] = signed(symbol1);
            next += symbol1 >>> SET - 1 & 2;
            found[next] = entry2 >>> SCALE_BITS;
            found[next + 1] = signed(symbol2);
            next += symbol2 >>> SET - 1 & 2;
            found[next] = entry3 >>> SCALE_BITS;
            found[next + 1] = signed(symbol3);
            next += symbol3 >>> SET - 1 & 2;
        }
        states[0] = first;
        states[1] = second;
        states[2] = third;
        states[3] = fourth;
        position = at;
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
