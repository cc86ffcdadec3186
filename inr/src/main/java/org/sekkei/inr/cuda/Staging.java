package org.sekkei.inr.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.CorruptDataException;

/// What batches bring to the card, some batches ahead: a ring of places, each used again when the card is
/// through with it.
/// That is also when it is known whether its pictures could be decoded.
final class Staging implements AutoCloseable {
    private static final int AHEAD = 4;
    private static final long SMALLEST = 1 << 16;
    // Whoever waits sleeps, and leaves its core to others.
    private static final int BLOCKING_SYNC = 1;
    private static final int NO_TIMING = 2;

    private final CudaDevice device;
    private final Failures failures;
    private final Slot[] slots = new Slot[AHEAD];
    private int next;

    /// Makes a message of what a kernel said about a picture.
    interface Failures {
        CorruptDataException failure(int index, int status);
    }

    /// One batch's place. Everything lies in one piece of memory, on the machine and on the card alike: the
    /// status of
    /// each picture first, then what the caller writes.
    final class Slot {
        private final MemorySegment event;
        private @Nullable PinnedMemory pinned;
        private @Nullable DeviceMemory memory;
        private long capacity;
        private int[] indices = {};
        private boolean busy;

        private Slot() {
            event = MemorySegment.ofAddress(device.driver().number("cuEventCreate", BLOCKING_SYNC | NO_TIMING));
        }

        /// @return all of it, the statuses set to zero
        private Begun begin(int[] pictures, long bytes) {
            if (capacity < bytes) {
                release();
                capacity = Math.max(SMALLEST, bytes + bytes / 4);
                pinned = new PinnedMemory(device, capacity);
                memory = device.allocate(capacity);
            }
            indices = pictures;
            MemorySegment segment = host().asSlice(0, bytes);
            ByteBuffer buffer = segment.asByteBuffer().order(ByteOrder.nativeOrder());
            for (int i = 0; i < pictures.length; i++) {
                buffer.putInt(0);
            }
            return new Begun(this, segment, buffer.position(aligned(buffer.position())));
        }

        private MemorySegment host() {
            if (pinned == null) {
                throw new IllegalStateException("a slot that was not begun");
            }
            return pinned.segment();
        }

        private DeviceMemory memory() {
            if (memory == null) {
                throw new IllegalStateException("a slot that was not begun");
            }
            return memory;
        }

        /// Where it lies on the card.
        long address() {
            return memory().address();
        }

        /// Sends the first `bytes`.
        void send(long bytes, CudaStream stream) {
            memory().put(0, host().asSlice(0, bytes), stream);
            // Now already, because the launches that follow may be refused, and the copy is on its way.
            mark(stream);
        }

        /// After the kernels were launched.
        void finish(CudaStream stream) {
            memory().get(0, host().asSlice(0, Integer.BYTES * (long) indices.length), stream);
            mark(stream);
        }

        private void mark(CudaStream stream) {
            device.driver().call("cuEventRecord", event, stream.handle());
            busy = true;
        }

        private void await() throws CorruptDataException {
            if (!busy) {
                return;
            }
            device.use();
            device.driver().call("cuEventSynchronize", event);
            busy = false;
            for (int i = 0; i < indices.length; i++) {
                int status = host().getAtIndex(ValueLayout.JAVA_INT, i);
                if (status != 0) {
                    throw failures.failure(indices[i], status);
                }
            }
        }

        private void release() {
            if (pinned != null) {
                pinned.close();
                pinned = null;
            }
            if (memory != null) {
                memory.close();
                memory = null;
            }
            capacity = 0;
        }

        private void close() {
            if (busy) {
                device.driver().call("cuEventSynchronize", event);
            }
            release();
            device.driver().call("cuEventDestroy_v2", event);
        }
    }

    /// A slot and its memory on the machine.
    ///
    /// @param segment all of it
    /// @param buffer the same, behind the statuses
    record Begun(Slot slot, MemorySegment segment, ByteBuffer buffer) {}

    Staging(CudaDevice device, Failures failures) {
        this.device = device;
        this.failures = failures;
        device.use();
        Arrays.setAll(slots, _ -> new Slot());
    }

    /// The next place that fits 16 bytes.
    static int aligned(int position) {
        return (position + 15) & -16;
    }

    static long aligned(long position) {
        return (position + 15) & -16;
    }

    /// Bytes of the statuses.
    static int statusBytes(int pictures) {
        return aligned(Integer.BYTES * pictures);
    }

    /// @param pictures places of the batch's pictures, for messages
    /// @param bytes with the statuses
    Begun begin(int[] pictures, long bytes) throws CorruptDataException {
        if (bytes > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("a batch whose records have " + bytes + " bytes; use smaller batches");
        }
        Slot slot = slots[next++ % AHEAD];
        slot.await();
        return slot.begin(pictures, bytes);
    }

    void check() throws CorruptDataException {
        for (Slot slot : slots) {
            slot.await();
        }
    }

    long cardBytes() {
        return Arrays.stream(slots).mapToLong(slot -> slot.capacity).sum();
    }

    @Override
    public void close() {
        device.use();
        for (Slot slot : slots) {
            slot.close();
        }
    }
}
