package org.sekkei.train;

/// Random numbers that depend on (seed, epoch, index) and on nothing else: the same sample draws the same numbers for
/// any batch size, thread, device or process. SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) whose starting point is
/// hashed from the three.
public final class SampleRandom {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    public SampleRandom(long seed, int epoch, int index) {
        state = mix(mix(mix(seed + GAMMA) + epoch * GAMMA) + index * GAMMA);
    }

    /// The numbers of an epoch as a whole, apart from those of its samples.
    static SampleRandom ofEpoch(long seed, int epoch) {
        return new SampleRandom(seed, epoch, -1);
    }

    public long nextLong() {
        state += GAMMA;
        return mix(state);
    }

    /// Uniform in \[0, 1).
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }

    /// Uniform in \[low, high).
    public double uniform(double low, double high) {
        return low + (high - low) * nextDouble();
    }

    /// Uniform in `0..bound-1`. The bias of at most `bound / 2^64` does not matter here.
    public int nextInt(int bound) {
        return (int) Math.multiplyHigh(nextLong() >>> 1, 2L * bound);
    }

    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
