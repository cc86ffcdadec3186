package org.sekkei.fit.field;

/// How a basis is trained.
///
/// @param stride pixels between cells: 8, 16 or 32
/// @param channels functions of the basis
/// @param pixels of the crops of a step
/// @param lowestLevel the finest step of the quantiser that is trained for, see [org.sekkei.inr.field.FieldBasis#step]
/// @param highestLevel the coarsest
/// @param multiplier squared steps of the quantiser that a bit is worth
/// @param seed of everything that is drawn
/// @param threads that may work at once
public record BasisTraining(
        int stride,
        int channels,
        int pixels,
        int lowestLevel,
        int highestLevel,
        double multiplier,
        long seed,
        int threads) {
    private static final int PHOTO_PIXELS = 8 * 160 * 160;
    private static final int SMALL_PIXELS = 64 * 32 * 32;

    public BasisTraining {
        if (stride != 8 && stride != 16 && stride != 32) {
            throw new IllegalArgumentException("a stride of " + stride + "; choose 8, 16 or 32");
        }
        if (channels < 16 || channels > 3 * stride * stride || channels > 2048) {
            throw new IllegalArgumentException(channels + " channels at a stride of " + stride + "; choose 16 to "
                    + Math.min(2048, 3 * stride * stride));
        }
        if (pixels < 1 || lowestLevel < 0 || highestLevel > 127 || lowestLevel > highestLevel) {
            throw new IllegalArgumentException(
                    pixels + " pixels at levels " + lowestLevel + " to " + highestLevel + "; levels are 0 to 127");
        }
        if (threads < 1) {
            throw new IllegalArgumentException(threads + " threads; take at least 1");
        }
    }

    /// What `sekkei fit basis` uses if nothing else is said.
    ///
    /// @param small whether the basis is for pictures of at most [TrainingCrops#SMALL] pixels
    public static BasisTraining standard(int stride, int channels, boolean small, long seed, int threads) {
        return new BasisTraining(stride, channels, small ? SMALL_PIXELS : PHOTO_PIXELS, 56, 112, 0.13, seed, threads);
    }
}
