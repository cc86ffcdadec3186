package org.sekkei.models.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Raw bytes of which tensors are views.
interface Storage {
    long bytes();

    /// Some of the bytes, until the arena is closed.
    ///
    /// @throws IndexOutOfBoundsException if they are not within
    MemorySegment window(long offset, long length, Arena arena) throws IOException;

    /// How many bytes are best asked for at once.
    long windowBytes();

    /// Compares the bytes with their checksum, where they have one.
    ///
    /// @throws CheckpointException if they were damaged
    void verify() throws IOException;

    /// A copy of the first bytes, of fewer if there are no more.
    default byte[] head(int length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return window(0, Math.min(length, bytes()), arena).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /// A part of the bytes.
    default Storage slice(long offset, long length) {
        return new Slice(this, offset, length);
    }

    private static void requireWithin(long offset, long length, long bytes) {
        if (offset < 0 || length < 0 || offset > bytes - length) {
            throw new IndexOutOfBoundsException(length + " bytes from " + offset + " of a storage of " + bytes);
        }
    }

    /// Bytes that lie in a file as they are.
    record InFile(CheckpointFile file, long begin, long bytes) implements Storage {
        // Large enough for the disk, small beside the tensors.
        private static final long WINDOW = 32L << 20;

        public InFile {
            requireWithin(begin, bytes, file.size());
        }

        @Override
        public MemorySegment window(long offset, long length, Arena arena) throws IOException {
            requireWithin(offset, length, bytes);
            return file.map(begin + offset, length, arena);
        }

        @Override
        public long windowBytes() {
            return WINDOW;
        }

        @Override
        public void verify() {}

        @Override
        public Storage slice(long offset, long length) {
            requireWithin(offset, length, bytes);
            return new InFile(file, begin + offset, length);
        }
    }

    /// Bytes on the heap.
    record InMemory(MemorySegment content) implements Storage {
        @Override
        public long bytes() {
            return content.byteSize();
        }

        @Override
        public MemorySegment window(long offset, long length, Arena arena) {
            return content.asSlice(offset, length);
        }

        @Override
        public long windowBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public void verify() {}
    }

    /// A part of another storage.
    record Slice(Storage whole, long begin, long bytes) implements Storage {
        public Slice {
            requireWithin(begin, bytes, whole.bytes());
        }

        @Override
        public MemorySegment window(long offset, long length, Arena arena) throws IOException {
            requireWithin(offset, length, bytes);
            return whole.window(begin + offset, length, arena);
        }

        @Override
        public long windowBytes() {
            return whole.windowBytes();
        }

        @Override
        public void verify() throws IOException {
            whole.verify();
        }
    }
}
