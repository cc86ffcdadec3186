package org.sekkei.inr.internal;

/// Lays out the pixels of a line. Has no state; for any number of threads.
public interface PixelKernel {
    /// The fastest that this virtual machine can run; all give the same numbers.
    static PixelKernel best() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()
                ? new ScalarPixelKernel()
                : new VectorPixelKernel();
    }

    /// Interleaves three planes: number `3 i + c` of the line is `rgb[from + c * plane + i] * scale[c] + shift[c]`.
    ///
    /// @param count pixels of the line
    /// @param line receives `[count, 3]`
    void interleave(float[] rgb, int from, int plane, int count, float[] scale, float[] shift, float[] line);
}
