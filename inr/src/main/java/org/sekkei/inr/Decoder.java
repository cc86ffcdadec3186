package org.sekkei.inr;

import java.lang.foreign.MemorySegment;

/// Evaluates blueprints. Not thread-safe: one a thread.
public interface Decoder {
    /// The size of the picture that the record was made from.
    ///
    /// @throws CorruptDataException if the record is not one of this codec
    PictureSize size(MemorySegment record) throws CorruptDataException;

    /// Evaluates the field of `record` at `sampling` and writes planar RGB.
    ///
    /// @param rgb receives `[3, sampling.height(), sampling.width()]` values from `offset` on: 0..1, a little more
    ///     where a picture with hard edges is made smaller
    /// @throws CorruptDataException if the record is not one of this codec
    void decode(MemorySegment record, Sampling sampling, float[] rgb, int offset) throws CorruptDataException;

    /// Whether a sampling that is coarser than the picture's pixels comes out smoothed. If not, it aliases unless the
    /// caller takes the mean of several evaluations a pixel.
    default boolean antialiased() {
        return false;
    }
}
