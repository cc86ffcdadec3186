package org.sekkei.inr.cuda;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The bytes of coded pictures, one after the other: on the card, or on the machine where the card lacks
/// the room.
sealed interface CodedMemory extends AutoCloseable {
    /// Staged at a time on the way to the card.
    long CHUNK = 1 << 25;

    /// Writes a picture's bytes.
    interface Writer {
        void write(int index, MemorySegment to) throws IOException;
    }

    long bytes();

    @Override
    void close();

    /// All on the card, in one allocation.
    record OnCard(DeviceMemory memory) implements CodedMemory {
        @Override
        public long bytes() {
            return memory.bytes();
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    /// All on the machine.
    record OnMachine(Arena arena, MemorySegment segment) implements CodedMemory {
        @Override
        public long bytes() {
            return segment.byteSize();
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /// @param starts where each picture begins, and the end of the last
    @SuppressWarnings("MustBeClosedChecker") // close() closes the arena
    static CodedMemory copy(CudaDevice device, long[] starts, CudaBudget budget, Writer writer) throws IOException {
        int count = starts.length - 1;
        long bytes = Math.max(1, starts[count]);
        if (bytes > budget.resident()) {
            Arena arena = Arena.ofShared();
            try {
                MemorySegment segment = arena.allocate(bytes, 16);
                for (int i = 0; i < count; i++) {
                    writer.write(i, segment.asSlice(starts[i], starts[i + 1] - starts[i]));
                }
                return new OnMachine(arena, segment.asReadOnly());
            } catch (IOException | RuntimeException failure) {
                arena.close();
                throw failure;
            }
        }
        DeviceMemory memory = device.allocate(bytes);
        try (CudaStream stream = device.newStream();
                Arena arena = Arena.ofConfined()) {
            long most = CHUNK;
            for (int i = 0; i < count; i++) {
                most = Math.max(most, starts[i + 1] - starts[i]);
            }
            MemorySegment chunk = arena.allocate(Math.min(most, bytes), 16);
            for (int from = 0; from < count; ) {
                int to = from;
                while (to < count && starts[to + 1] - starts[from] <= chunk.byteSize()) {
                    writer.write(to, chunk.asSlice(starts[to] - starts[from], starts[to + 1] - starts[to]));
                    to++;
                }
                memory.put(starts[from], chunk.asSlice(0, starts[to] - starts[from]), stream);
                stream.synchronise();
                from = to;
            }
            return new OnCard(memory);
        } catch (IOException | RuntimeException failure) {
            memory.close();
            throw failure;
        }
    }
}
