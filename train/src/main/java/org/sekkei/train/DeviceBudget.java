package org.sekkei.train;

import org.sekkei.torch.Device;

/// What a loader may use of a device's memory.
///
/// @param resident bytes for the coded pictures
/// @param working bytes for what is only there while a batch is decoded
record DeviceBudget(long resident, long working) {
    private static final long LEAST_WORKING = 1L << 25;
    private static final long MOST_WORKING = 1L << 29;

    DeviceBudget {
        if (resident < 0 || working < 1) {
            throw new IllegalArgumentException("a budget of " + resident + " and " + working + " bytes");
        }
    }

    /// Half of what is free now for the pictures, the network needs the rest.
    static DeviceBudget of(Device device) {
        long free = device.freeBytes();
        return new DeviceBudget(free / 2, Math.clamp(free / 16, LEAST_WORKING, MOST_WORKING));
    }

    /// @param name of the data set
    /// @param needed bytes
    /// @throws IllegalArgumentException if there is not so much room for the pictures
    void requireRoom(String name, long needed, Device device) {
        if (needed > resident) {
            throw new IllegalArgumentException(
                    "%s: its pictures take %,d MB on %s, and %,d MB may be used there (half of what is free); decode them on the processor with --decode cpu, or pack them smaller"
                            .formatted(name, megabytes(needed), device, resident / 1_000_000));
        }
    }

    private static long megabytes(long bytes) {
        return Math.ceilDiv(bytes, 1_000_000);
    }
}
