package org.sekkei.inr.field;

import java.util.function.Supplier;
import org.sekkei.inr.Codec;
import org.sekkei.inr.CorruptDataException;

/// A linear field over a basis that all pictures share.
///
/// @param kernels makes the kernel of a decoder
public record FieldCodec(Supplier<FieldKernel> kernels) implements Codec {
    /// The codec's name in manifests.
    public static final String NAME = "field";

    /// With the fastest kernel of this machine.
    public FieldCodec() {
        this(FieldKernel::best);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public FieldDecoder newDecoder(byte[] shared) throws CorruptDataException {
        return new FieldDecoder(FieldShared.parse(shared), kernels.get());
    }
}
