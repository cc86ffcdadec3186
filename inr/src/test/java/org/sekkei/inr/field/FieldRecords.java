package org.sekkei.inr.field;

import org.jspecify.annotations.Nullable;
import org.sekkei.inr.PictureSize;

/// Records for tests of other packages.
public final class FieldRecords {
    private FieldRecords() {}

    /// A basis whose functions fill their whole support and whose contexts are networks of random weights.
    public static FieldBasis lapped(int stride, int channels, long seed) {
        return FieldKernelTest.lapped(stride, channels, seed);
    }

    /// A picture like a photo.
    public static byte[] smooth(FieldBasis basis, @Nullable PictureSize common, int width, int height, int level) {
        return new FieldFormat(basis, common, FieldKernel.reference())
                .write(FieldDecoderTest.coefficients(basis, width, height, level));
    }

    /// A grey picture.
    public static byte[] empty(FieldBasis basis, @Nullable PictureSize common, PictureSize size) {
        return new FieldFormat(basis, common, FieldKernel.reference()).write(FieldCoefficients.zeros(basis, size, 0));
    }

    /// Coefficients of all sizes, the largest among them.
    public static byte[] wild(FieldBasis basis, @Nullable PictureSize common, PictureSize size, int level, long seed) {
        return new FieldFormat(basis, common, FieldKernel.reference())
                .write(FieldSamples.coefficients(basis, size, level, seed));
    }
}
