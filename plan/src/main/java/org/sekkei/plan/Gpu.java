package org.sekkei.plan;

import org.jspecify.annotations.Nullable;

/// A graphics card, as its maker describes it.
///
/// @param name for instance `GeForce RTX 3090`
/// @param vendor `NVIDIA` or `AMD`
/// @param computeCapability what code the card runs; null if it runs none of CUDA's
/// @param memoryBytes the card's own memory
/// @param bandwidth bytes a second between that memory and the chip
/// @param fp32 floating-point operations a second in float32, without matrix units
/// @param fp16Tensor the same of the matrix units in half precision with sums in float32; 0 where there are none
/// @param seed whether the Ishikawa column names the card
public record Gpu(
        String name,
        String vendor,
        @Nullable ComputeCapability computeCapability,
        long memoryBytes,
        double bandwidth,
        double fp32,
        double fp16Tensor,
        boolean seed) {
    /// A version of CUDA's instructions.
    public record ComputeCapability(int major, int minor) implements Comparable<ComputeCapability> {
        /// The oldest for which the build of libtorch that Sekkei uses has code.
        public static final ComputeCapability OLDEST = new ComputeCapability(7, 5);

        /// The oldest whose matrix units take bfloat16.
        public static final ComputeCapability BFLOAT16 = new ComputeCapability(8, 0);

        /// Reads `8.6`.
        ///
        /// @throws IllegalArgumentException if it is no such version
        public static ComputeCapability parse(String text) {
            if (!text.matches("[0-9]{1,2}[.][0-9]")) {
                throw new IllegalArgumentException("a compute capability is written as 8.6, not '" + text + "'");
            }
            int dot = text.indexOf('.');
            return new ComputeCapability(
                    Integer.parseInt(text.substring(0, dot)), Integer.parseInt(text.substring(dot + 1)));
        }

        @Override
        public int compareTo(ComputeCapability other) {
            return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
        }

        @Override
        public String toString() {
            return major + "." + minor;
        }
    }

    /// Why no job of this build can run on the card, as a clause; null if jobs can.
    public @Nullable String obstacle() {
        ComputeCapability capability = computeCapability;
        if (capability == null) {
            return "not a CUDA card; this build of libtorch has no code for " + vendor;
        }
        if (capability.compareTo(ComputeCapability.OLDEST) < 0) {
            return "compute capability " + capability + "; this build of libtorch begins at "
                    + ComputeCapability.OLDEST;
        }
        return null;
    }
}
