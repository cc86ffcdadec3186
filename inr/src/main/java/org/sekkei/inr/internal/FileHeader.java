package org.sekkei.inr.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.sekkei.inr.CorruptDataException;

/// The 24 bytes at the beginning of every file: magic, format version, length of the file, checksum of these.
enum FileHeader {
    MANIFEST("SEKKEI-M", "manifest"),
    SHARED("SEKKEI-H", "file of shared bytes"),
    SHARD("SEKKEI-S", "shard"),
    COLUMNS("SEKKEI-C", "file of columns");

    static final int VERSION = 1;
    static final int BYTES = 24;

    private final byte[] magic;
    private final String kind;

    FileHeader(String magic, String kind) {
        this.magic = magic.getBytes(US_ASCII);
        this.kind = kind;
    }

    byte[] encode(long fileLength) {
        ByteBuffer header = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.put(magic).putInt(VERSION).putLong(fileLength);
        return header.putInt(Checksum.of(header.array(), 0, BYTES - 4)).array();
    }

    /// Checks the header of `file`.
    ///
    /// @param start the first bytes of the file; at most 24, fewer only if it has no more
    /// @param fileLength the true length of the file
    void check(Path file, byte[] start, long fileLength) throws CorruptDataException {
        if (start.length < BYTES) {
            throw Damages.in(file, "it is cut off after " + fileLength + " bytes");
        }
        ByteBuffer header = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
        for (byte expected : magic) {
            if (header.get() != expected) {
                throw Damages.in(file, "it does not begin like a " + kind);
            }
        }
        int version = header.getInt();
        long length = header.getLong();
        if (header.getInt() != Checksum.of(start, 0, BYTES - 4)) {
            throw Damages.in(file, "its header does not have its checksum");
        }
        if (version != VERSION) {
            throw new CorruptDataException(file + " has the format version " + Integer.toUnsignedString(version)
                    + " and this Sekkei reads version " + VERSION + ": use the Sekkei that wrote it");
        }
        if (length != fileLength) {
            throw Damages.in(file, "it has " + fileLength + " bytes instead of " + Long.toUnsignedString(length));
        }
    }
}
