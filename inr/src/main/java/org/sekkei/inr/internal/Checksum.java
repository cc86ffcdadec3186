package org.sekkei.inr.internal;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/// CRC32C, the only checksum of the format.
final class Checksum {
    private Checksum() {}

    static int of(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    static int of(MemorySegment bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.asByteBuffer());
        return (int) crc.getValue();
    }
}
