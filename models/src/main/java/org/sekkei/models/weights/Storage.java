package org.sekkei.models.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Raw bytes of which tensors are views.
interface Storage {
    long bytes();

    /// Some of the bytes, until the arena is closed.
    ///
    /// @throws IndexOutOfBoundsException if they are not within
    MemorySegment window(long offset, long length, Arena arena) throws IOException;

    /// Bytes that lie in a file as they are.
    record InFile(CheckpointFile file, long begin, long bytes) implements Storage {
        public InFile {
            if (begin < 0 || bytes < 0 || begin > file.size() - bytes) {
                throw new IllegalArgumentException("the storage does not lie in the file");
            }
        }

        @Override
        public MemorySegment window(long offset, long length, Arena arena) throws IOException {
            if (offset < 0 || length < 0 || offset > bytes - length) {
                throw new IndexOutOfBoundsException("the window does not lie in the storage");
            }
            return file.map(begin + offset, length, arena);
        }
    }
}
