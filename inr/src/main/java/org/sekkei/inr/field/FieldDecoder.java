package org.sekkei.inr.field;

import java.lang.foreign.MemorySegment;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Decoder;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.PixelFormat;
import org.sekkei.inr.Sampling;

/// Decodes records of one data set. Owns scratch memory: one a thread.
public final class FieldDecoder implements Decoder {
    private final FieldFormat format;
    private final FieldEvaluator evaluator;
    private final int groups;
    private float[] rgb = new float[0];

    public FieldDecoder(FieldShared shared, FieldKernel kernel) {
        this.groups = shared.basis().groups();
        this.format = new FieldFormat(shared.basis(), shared.commonSize(), kernel);
        this.evaluator = new FieldEvaluator(shared.basis(), kernel);
    }

    @Override
    public boolean antialiased() {
        return true;
    }

    @Override
    public PictureSize size(MemorySegment record) throws CorruptDataException {
        return format.size(record);
    }

    @Override
    public void decode(MemorySegment record, Sampling sampling, float[] rgb, int offset) throws CorruptDataException {
        SparseCoefficients coefficients = format.readShared(record, evaluator.groups(sampling));
        evaluator.evaluate(coefficients, sampling, rgb, offset);
    }

    /// Entropy decoding alone: all of a picture's coefficients that are not zero, in memory of their own. A picture
    /// that
    /// is decoded many times need not be read as often: of these a crop costs nothing but its pixels.
    ///
    /// @throws CorruptDataException if the record is not one of this codec
    public SparseCoefficients expand(MemorySegment record) throws CorruptDataException {
        return format.readShared(record, groups).compact();
    }

    /// What [#decode(MemorySegment, Sampling, float\[\], int)] writes for the record of these coefficients.
    ///
    /// @param coefficients of this decoder's data set
    /// @param rgb receives `[3, sampling.height(), sampling.width()]` values from `offset` on: 0..1, a little more
    ///     where a picture with hard edges is made smaller
    public void decode(SparseCoefficients coefficients, Sampling sampling, float[] rgb, int offset) {
        evaluator.evaluate(coefficients, sampling, rgb, offset);
    }

    /// Entropy decoding, crop, resize, flip, normalisation and layout in one call.
    ///
    /// @param target receives `format.bytes(sampling.width(), sampling.height())` bytes from `offset` on
    /// @throws CorruptDataException if the record is not one of this codec
    public void decode(MemorySegment record, Sampling sampling, PixelFormat format, MemorySegment target, long offset)
            throws CorruptDataException {
        int length = 3 * sampling.width() * sampling.height();
        if (rgb.length < length) {
            rgb = new float[length];
        }
        decode(record, sampling, rgb, 0);
        format.write(rgb, sampling.width(), sampling.height(), target, offset);
    }
}
