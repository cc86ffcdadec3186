package org.sekkei.inr.entropy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sekkei.inr.CorruptDataException;

/// Reads what [RansEncoder] wrote.
public final class RansDecoder {
    private final MemorySegment bytes;
    private final long end;
    private long position;
    private int state;

    /// @param bytes the coded bytes, from `offset` to their end
    /// @throws CorruptDataException if they are too few or do not begin with a legal state
    public RansDecoder(MemorySegment bytes, long offset) throws CorruptDataException {
        this.bytes = bytes;
        this.end = bytes.byteSize();
        this.position = offset;
        for (int i = 0; i < 4; i++) {
            state = state << 8 | next();
        }
        if (state < RansEncoder.LOWER_BOUND) {
            throw new CorruptDataException("the coefficient stream begins with an illegal state");
        }
    }

    private int next() throws CorruptDataException {
        if (position >= end) {
            throw new CorruptDataException("the coefficient stream ends too early");
        }
        return bytes.get(ValueLayout.JAVA_BYTE, position++) & 0xFF;
    }

    /// The next symbol, which was coded with the same table.
    public int get(SymbolTable table) throws CorruptDataException {
        int slot = state & (SymbolTable.TOTAL - 1);
        int symbol = table.symbolAt(slot);
        advance(table.start(symbol), table.frequency(symbol), SymbolTable.BITS);
        return symbol;
    }

    /// The next `width` bits.
    public int getBits(int width) throws CorruptDataException {
        int slot = state & ((1 << width) - 1);
        advance(slot, 1, width);
        return slot;
    }

    private void advance(int start, int frequency, int precision) throws CorruptDataException {
        int slot = state & ((1 << precision) - 1);
        state = frequency * (state >>> precision) + slot - start;
        while (state < RansEncoder.LOWER_BOUND) {
            state = state << 8 | next();
        }
    }

    /// Checks that the stream ends here.
    ///
    /// @throws CorruptDataException if bytes are left or the state is not the encoder's first
    public void finish() throws CorruptDataException {
        if (position != end || state != RansEncoder.LOWER_BOUND) {
            throw new CorruptDataException("the coefficient stream does not end where its symbols do");
        }
    }
}
