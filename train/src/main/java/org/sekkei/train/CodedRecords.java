package org.sekkei.train;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Dataset;

/// The records of a data set: the first ones in main memory, one after the other, as far as there is room, and the
/// others
/// in their files. Readable by all threads.
final class CodedRecords implements AutoCloseable {
    private final Dataset dataset;
    private final Arena arena;
    private final MemorySegment bytes;
    private final long[] starts;

    /// @param starts where each of those in memory begins, and the end of the last
    private CodedRecords(Dataset dataset, Arena arena, MemorySegment bytes, long[] starts) {
        this.dataset = dataset;
        this.arena = arena;
        this.bytes = bytes;
        this.starts = starts;
    }

    /// @param dataset may be closed afterwards if all its records have room
    /// @param room bytes of main memory for them
    /// @throws CorruptDataException if one of those in memory is damaged; the message names it
    @SuppressWarnings("MustBeClosedChecker") // close() closes the arena
    static CodedRecords of(Dataset dataset, long room) throws IOException {
        int held = 0;
        long end = 0;
        while (held < dataset.size() && end + dataset.recordBytes(held) <= room) {
            end += dataset.recordBytes(held);
            held++;
        }
        long[] starts = new long[held + 1];
        Arena arena = Arena.ofShared();
        try {
            MemorySegment bytes = arena.allocate(end);
            for (int i = 0; i < held; i++) {
                starts[i + 1] = starts[i] + dataset.recordBytes(i);
                bytes.asSlice(starts[i]).copyFrom(dataset.read(i));
            }
            return new CodedRecords(dataset, arena, bytes.asReadOnly(), starts);
        } catch (IOException | RuntimeException | Error failure) {
            arena.close();
            throw failure;
        }
    }

    /// @throws CorruptDataException if a record that is read now is damaged
    MemorySegment record(int index) throws IOException {
        return index < starts.length - 1
                ? bytes.asSlice(starts[index], starts[index + 1] - starts[index])
                : dataset.read(index);
    }

    /// Of those in memory.
    long byteSize() {
        return bytes.byteSize();
    }

    @Override
    public void close() {
        arena.close();
    }
}
