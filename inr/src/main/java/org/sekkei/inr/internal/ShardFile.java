package org.sekkei.inr.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.sekkei.inr.CorruptDataException;

/// A mapped shard: header, records each with its checksum, their lengths, footer.
public final class ShardFile {
    private static final int FOOTER_BYTES = 20;
    private static final int MAX_INDEX_BYTES = 1 << 30;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final MemorySegment bytes;
    /// The position of each record, and of the index behind the last.
    private final long[] positions;

    private final int checksum;

    private ShardFile(Path file, MemorySegment bytes, long[] positions, int checksum) {
        this.file = file;
        this.bytes = bytes;
        this.positions = positions;
        this.checksum = checksum;
    }

    /// Writes a shard.
    ///
    /// @return the checksum of its footer
    static int write(OutputStream out, List<MemorySegment> records) throws IOException {
        ByteWriter footer = new ByteWriter();
        long payload = 0;
        for (MemorySegment record : records) {
            footer.varint(record.byteSize());
            payload += record.byteSize();
        }
        int indexBytes = footer.toBytes().length;
        footer.u32(records.size());
        footer.u32(indexBytes);
        footer.u64(payload);
        byte[] covered = footer.toBytes();
        int checksum = Checksum.of(covered, 0, covered.length);
        footer.u32(checksum);
        out.write(FileHeader.SHARD.encode(length(records.size(), payload, indexBytes)));
        for (MemorySegment record : records) {
            out.write(record.toArray(JAVA_BYTE));
            ByteWriter trailer = new ByteWriter();
            trailer.u32(Checksum.of(record));
            out.write(trailer.toBytes());
        }
        out.write(footer.toBytes());
        return checksum;
    }

    private static long length(int records, long payload, int indexBytes) {
        return FileHeader.BYTES + payload + 4L * records + indexBytes + FOOTER_BYTES;
    }

    /// Maps a shard and checks all but its records.
    ///
    /// @param arena unmaps it
    public static ShardFile map(Path file, Arena arena) throws IOException {
        MemorySegment bytes;
        try (FileChannel channel = FileChannel.open(file, READ)) {
            bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
        long length = bytes.byteSize();
        FileHeader.SHARD.check(
                file, bytes.asSlice(0, Math.min(length, FileHeader.BYTES)).toArray(JAVA_BYTE), length);
        if (length < FileHeader.BYTES + FOOTER_BYTES) {
            throw Damages.in(file, "it has no footer");
        }
        long footer = length - FOOTER_BYTES;
        int records = bytes.get(U32, footer);
        int indexBytes = bytes.get(U32, footer + 4);
        long payload = Integer.toUnsignedLong(bytes.get(U32, footer + 8)) | (long) bytes.get(U32, footer + 12) << 32;
        long index = footer - indexBytes;
        if (records < 0
                || indexBytes < records
                || indexBytes > MAX_INDEX_BYTES
                || payload < 0
                || payload > length
                || index < FileHeader.BYTES
                || length(records, payload, indexBytes) != length) {
            throw Damages.in(file, "the numbers in its footer do not add up");
        }
        int checksum = Checksum.of(bytes.asSlice(index, indexBytes + FOOTER_BYTES - 4L));
        if (checksum != bytes.get(U32, length - 4)) {
            throw Damages.in(file, "its footer does not have its checksum");
        }
        ByteReader in = new ByteReader(file, bytes.asSlice(index, indexBytes).toArray(JAVA_BYTE));
        long[] positions = new long[records + 1];
        positions[0] = FileHeader.BYTES;
        for (int i = 0; i < records; i++) {
            long end = positions[i] + in.varint("the length of record " + i, Integer.MAX_VALUE) + 4L;
            if (end > index) {
                throw Damages.in(file, "record " + i + " does not end before the index");
            }
            positions[i + 1] = end;
        }
        in.expectEnd();
        if (positions[records] != index) {
            throw Damages.in(file, "its records do not fill it");
        }
        return new ShardFile(file, bytes, positions, checksum);
    }

    public int size() {
        return positions.length - 1;
    }

    public long length() {
        return bytes.byteSize();
    }

    public int checksum() {
        return checksum;
    }

    public int recordBytes(int record) {
        return (int) (positions[record + 1] - positions[record] - 4);
    }

    public long payloadBytes() {
        return positions[size()] - FileHeader.BYTES - 4L * size();
    }

    /// A read-only view of a record whose checksum was found right.
    public MemorySegment record(int record) throws CorruptDataException {
        MemorySegment payload = bytes.asSlice(positions[record], recordBytes(record));
        if (Checksum.of(payload) != bytes.get(U32, positions[record + 1] - 4)) {
            throw Damages.in(file, "record " + record + " does not have its checksum");
        }
        return payload;
    }

    /// The same, read from the file into memory of its own: what is mapped counts as the process's memory.
    public MemorySegment read(int record) throws IOException {
        ByteBuffer both = ByteBuffer.allocate(recordBytes(record) + 4);
        try (FileChannel channel = FileChannel.open(file, READ)) {
            while (both.hasRemaining() && channel.read(both, positions[record] + both.position()) >= 0) {}
        }
        if (both.hasRemaining()) {
            throw Damages.in(file, "record " + record + " does not end before the file does");
        }
        MemorySegment payload = MemorySegment.ofArray(both.array()).asSlice(0, recordBytes(record));
        if (Checksum.of(payload) != MemorySegment.ofArray(both.array()).get(U32, recordBytes(record))) {
            throw Damages.in(file, "record " + record + " does not have its checksum");
        }
        return payload;
    }
}
