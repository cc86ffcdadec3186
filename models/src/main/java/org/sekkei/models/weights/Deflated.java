package org.sekkei.models.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Compressed bytes of a zip archive, which are expanded each time they are asked for.
///
/// @param name the member's, for messages
/// @param bytes how many they are expanded
/// @param crc of the expanded bytes
record Deflated(CheckpointFile file, String name, Storage compressed, long bytes, long crc) implements Storage {
    private static final int CHUNK = 1 << 20;

    @Override
    public byte[] head(int length) throws IOException {
        byte[] head = new byte[(int) Math.min(length, bytes)];
        inflate(MemorySegment.ofArray(head));
        return head;
    }

    @Override
    public MemorySegment window(long offset, long length, Arena arena) throws IOException {
        MemorySegment all = arena.allocate(bytes, Long.BYTES);
        if (inflate(all) != crc) {
            throw file.problem("member " + name + " does not have its checksum; copy or download the file again");
        }
        return all.asSlice(offset, length);
    }

    @Override
    public long windowBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public void verify() {}

    /// Expands as many bytes as the target takes.
    ///
    /// @return their CRC-32
    private long inflate(MemorySegment target) throws IOException {
        CRC32 sum = new CRC32();
        Inflater inflater = new Inflater(true);
        try {
            long read = 0;
            long written = 0;
            while (written < target.byteSize()) {
                if (inflater.needsInput()) {
                    int length = (int) Math.min(CHUNK, compressed.bytes() - read);
                    inflater.setInput(bytesOf(read, length));
                    read += length;
                }
                ByteBuffer out = target.asSlice(written, Math.min(CHUNK, target.byteSize() - written))
                        .asByteBuffer();
                int count = inflater.inflate(out);
                if (count == 0 && (inflater.finished() || inflater.needsDictionary() || read == compressed.bytes())) {
                    throw file.problem("member " + name + " expands to " + written + " bytes instead of " + bytes
                            + "; copy or download the file again");
                }
                sum.update(out.flip());
                written += count;
            }
            return sum.getValue();
        } catch (DataFormatException error) {
            throw file.problem("member " + name + " is not compressed as zip archives are (" + error.getMessage()
                    + "); copy or download the file again");
        } finally {
            inflater.end();
        }
    }

    private byte[] bytesOf(long offset, int length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return compressed.window(offset, length, arena).toArray(ValueLayout.JAVA_BYTE);
        }
    }
}
