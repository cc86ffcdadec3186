package org.sekkei.train;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Dataset;

/// The records of a data set in main memory, one after the other. Readable by all threads.
final class CodedRecords implements AutoCloseable {
    private final Arena arena;
    private final MemorySegment bytes;
    private final long[] starts;

    /// @param starts where each begins, and the end of the last
    private CodedRecords(Arena arena, MemorySegment bytes, long[] starts) {
        this.arena = arena;
        this.bytes = bytes;
        this.starts = starts;
    }

    /// @param dataset may be closed afterwards
    /// @throws CorruptDataException if a record is damaged; the message names it
    @SuppressWarnings("MustBeClosedChecker") // close() closes the arena
    static CodedRecords copyOf(Dataset dataset) throws CorruptDataException {
        long[] starts = new long[dataset.size() + 1];
        for (int i = 0; i < dataset.size(); i++) {
            starts[i + 1] = starts[i] + dataset.recordBytes(i);
        }
        Arena arena = Arena.ofShared();
        try {
            MemorySegment bytes = arena.allocate(starts[dataset.size()]);
            for (int i = 0; i < dataset.size(); i++) {
                bytes.asSlice(starts[i]).copyFrom(dataset.record(i));
            }
            return new CodedRecords(arena, bytes.asReadOnly(), starts);
        } catch (IOException | RuntimeException | Error failure) {
            arena.close();
            throw failure;
        }
    }

    MemorySegment record(int index) {
        return bytes.asSlice(starts[index], starts[index + 1] - starts[index]);
    }

    long byteSize() {
        return bytes.byteSize();
    }

    @Override
    public void close() {
        arena.close();
    }
}
