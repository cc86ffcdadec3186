package org.sekkei.train;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Memory of batches, used again and again: fresh memory has to be mapped and cleared page by page, which takes as
/// long as decoding does. For any number of threads.
final class BatchMemory implements AutoCloseable {
    // Vector units read whole cache lines; a fixed alignment also keeps sums the same from run to run.
    private static final long ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> free = new ArrayList<>();

    /// @return at least so many bytes, with any content
    synchronized MemorySegment take(long bytes) {
        for (MemorySegment segment : free) {
            if (segment.byteSize() >= bytes) {
                free.remove(segment);
                return segment;
            }
        }
        return arena.allocate(bytes, ALIGNMENT);
    }

    /// @param segment that [#take] has given, and nobody looks at any more
    synchronized void giveBack(MemorySegment segment) {
        free.add(segment);
    }

    @Override
    public synchronized void close() {
        free.clear();
        arena.close();
    }
}
