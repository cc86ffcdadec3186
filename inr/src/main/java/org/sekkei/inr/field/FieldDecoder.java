package org.sekkei.inr.field;

import java.lang.foreign.MemorySegment;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Decoder;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// Decodes records of one data set. Owns scratch memory: one a thread.
public final class FieldDecoder implements Decoder {
    private final FieldFormat format;
    private final FieldEvaluator evaluator;

    public FieldDecoder(FieldShared shared, FieldKernel kernel) {
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
        FieldCoefficients coefficients = format.readShared(record, evaluator.groups(sampling));
        evaluator.evaluate(coefficients, sampling, rgb, offset);
    }
}
