package org.sekkei.models.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Bytes with a checksum that is compared when a tensor is loaded.
///
/// @param name whose bytes they are, for messages
record Checksummed(CheckpointFile file, String name, Storage content, int crc) implements Storage {
    @Override
    public long bytes() {
        return content.bytes();
    }

    @Override
    public MemorySegment window(long offset, long length, Arena arena) throws IOException {
        return content.window(offset, length, arena);
    }

    @Override
    public long windowBytes() {
        return content.windowBytes();
    }

    @Override
    public void verify() throws IOException {
        MaskedCrc32c sum = new MaskedCrc32c();
        for (long offset = 0; offset < bytes(); offset += windowBytes()) {
            try (Arena arena = Arena.ofConfined()) {
                sum.update(window(offset, Math.min(windowBytes(), bytes() - offset), arena)
                        .asByteBuffer());
            }
        }
        if (sum.value() != crc) {
            throw file.problem("tensor " + name + " does not have its checksum; copy or download the file again");
        }
    }
}
