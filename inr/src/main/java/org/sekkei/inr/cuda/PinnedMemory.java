package org.sekkei.inr.cuda;

import java.lang.foreign.MemorySegment;

/// Memory of the machine that a card reads and writes by itself, while the program goes on.
final class PinnedMemory implements AutoCloseable {
    private final CudaDevice device;
    private final MemorySegment segment;

    PinnedMemory(CudaDevice device, long bytes) {
        this.device = device;
        device.use();
        long size = Math.max(1, bytes);
        segment = MemorySegment.ofAddress(device.driver().number("cuMemHostAlloc", size, 0))
                .reinterpret(size);
    }

    MemorySegment segment() {
        return segment;
    }

    @Override
    public void close() {
        device.use();
        device.driver().call("cuMemFreeHost", segment);
    }
}
