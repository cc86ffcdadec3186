package org.sekkei.inr.siren;

import java.lang.foreign.MemorySegment;
import org.sekkei.inr.Codec;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Decoder;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// One sine network a picture.
///
/// @param kernel what evaluates the networks
public record SirenCodec(SirenKernel kernel) implements Codec {
    /// The codec's name in manifests.
    public static final String NAME = "siren";

    /// With the fastest kernel of this machine.
    public SirenCodec() {
        this(SirenKernel.best());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Decoder newDecoder(byte[] shared) throws CorruptDataException {
        return new SirenDecoder(kernel, new SirenFormat(SirenShared.parse(shared)));
    }

    private static final class SirenDecoder implements Decoder {
        private final SirenFormat format;
        private final SirenEvaluator evaluator;

        SirenDecoder(SirenKernel kernel, SirenFormat format) {
            this.format = format;
            this.evaluator = new SirenEvaluator(kernel);
        }

        @Override
        public PictureSize size(MemorySegment record) throws CorruptDataException {
            return format.size(record);
        }

        @Override
        public void decode(MemorySegment record, Sampling sampling, float[] rgb, int offset)
                throws CorruptDataException {
            evaluator.evaluate(format.read(record), sampling, rgb, offset);
        }
    }
}
