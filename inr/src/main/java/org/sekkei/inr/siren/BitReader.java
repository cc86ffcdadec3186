package org.sekkei.inr.siren;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sekkei.inr.CorruptDataException;

/// Reads what [BitWriter] wrote.
final class BitReader {
    private final MemorySegment bytes;
    private long position;
    private long pending;
    private int count;

    BitReader(MemorySegment bytes, long offset) {
        this.bytes = bytes;
        this.position = offset;
    }

    int get(int width) throws CorruptDataException {
        while (count < width) {
            if (position >= bytes.byteSize()) {
                throw new CorruptDataException("the record ends after " + bytes.byteSize() + " bytes, too early");
            }
            pending |= (bytes.get(ValueLayout.JAVA_BYTE, position++) & 0xFFL) << count;
            count += 8;
        }
        int value = (int) (pending & ((1L << width) - 1));
        pending >>>= width;
        count -= width;
        return value;
    }

    /// Checks that only padding is left.
    void finish() throws CorruptDataException {
        if (position != bytes.byteSize() || pending != 0) {
            throw new CorruptDataException("the record is longer than its parameters");
        }
    }
}
