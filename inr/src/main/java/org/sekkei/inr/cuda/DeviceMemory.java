package org.sekkei.inr.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Memory of a card, freed by [#close].
public final class DeviceMemory implements AutoCloseable {
    private final CudaDevice device;
    private final long address;
    private final long bytes;

    private DeviceMemory(CudaDevice device, long address, long bytes) {
        this.device = device;
        this.address = address;
        this.bytes = bytes;
    }

    static DeviceMemory allocate(CudaDevice device, long bytes) {
        device.use();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ValueLayout.JAVA_LONG);
            int status = device.driver().status("cuMemAlloc_v2", address, Math.max(1, bytes));
            if (status == CudaDriver.OUT_OF_MEMORY) {
                throw new CudaException("%s has no room for %,d MB: %,d MB of %,d MB are free"
                        .formatted(
                                device.properties().name(),
                                Math.ceilDiv(bytes, 1_000_000),
                                device.freeBytes() / 1_000_000,
                                device.properties().bytes() / 1_000_000));
            }
            if (status != 0) {
                throw new CudaException("cuMemAlloc_v2 of " + bytes + " bytes failed (error " + status + ")");
            }
            return new DeviceMemory(device, address.get(ValueLayout.JAVA_LONG, 0), Math.max(1, bytes));
        }
    }

    /// Where it is, for the card only.
    public long address() {
        return address;
    }

    public long bytes() {
        return bytes;
    }

    /// Copies from the machine's memory. If that is not pinned, it has been read when this returns.
    public void put(long offset, MemorySegment from, CudaStream stream) {
        require(offset, from.byteSize());
        device.use();
        if (from.byteSize() > 0) {
            device.driver().call("cuMemcpyHtoDAsync_v2", address + offset, from, from.byteSize(), stream.handle());
        }
    }

    /// Copies to the machine's memory. If that is not pinned, it has been written when this returns.
    public void get(long offset, MemorySegment to, CudaStream stream) {
        require(offset, to.byteSize());
        device.use();
        if (to.byteSize() > 0) {
            device.driver().call("cuMemcpyDtoHAsync_v2", to, address + offset, to.byteSize(), stream.handle());
        }
    }

    private void require(long offset, long count) {
        if (offset < 0 || count > bytes - offset) {
            throw new IndexOutOfBoundsException(count + " bytes at " + offset + " of " + bytes);
        }
    }

    @Override
    public void close() {
        device.use();
        device.driver().call("cuMemFree_v2", address);
    }
}
