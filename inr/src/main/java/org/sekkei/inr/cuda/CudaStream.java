package org.sekkei.inr.cuda;

import java.lang.foreign.MemorySegment;

/// An order of work on a card.
public final class CudaStream implements AutoCloseable {
    private final CudaDevice device;
    private final MemorySegment handle;

    CudaStream(CudaDevice device, MemorySegment handle) {
        this.device = device;
        this.handle = handle;
    }

    MemorySegment handle() {
        return handle;
    }

    /// Waits until all work is done.
    ///
    /// @throws CudaException if some of it failed
    public void synchronise() {
        device.use();
        device.driver().call("cuStreamSynchronize", handle);
    }

    @Override
    public void close() {
        if (!handle.equals(MemorySegment.NULL)) {
            device.use();
            device.driver().call("cuStreamDestroy_v2", handle);
        }
    }
}
