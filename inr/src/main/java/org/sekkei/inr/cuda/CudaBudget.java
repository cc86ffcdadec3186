package org.sekkei.inr.cuda;

/// What of a card's memory pictures may take.
///
/// @param resident bytes for the coded pictures; if they need more they stay in the machine's memory, and
///     each batch
///     brings its own to the card
/// @param working bytes for the coefficients of pictures that are decoded at a time; one picture may take more
public record CudaBudget(long resident, long working) {
    private static final long LEAST_WORKING = 1L << 25;
    private static final long MOST_WORKING = 1L << 29;

    public CudaBudget {
        if (resident < 0 || working < 1) {
            throw new IllegalArgumentException("a budget of " + resident + " and " + working + " bytes");
        }
    }

    /// Half of what is free now for the pictures, and a sixteenth, 32 to 512 MB, to work in.
    public static CudaBudget of(CudaDevice device) {
        long free = device.freeBytes();
        return new CudaBudget(free / 2, Math.clamp(free / 16, LEAST_WORKING, MOST_WORKING));
    }
}
