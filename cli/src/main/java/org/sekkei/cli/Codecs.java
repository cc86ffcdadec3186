package org.sekkei.cli;

import java.io.IOException;
import org.sekkei.inr.Codec;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Decoder;
import org.sekkei.inr.field.FieldCodec;
import org.sekkei.inr.siren.SirenCodec;

/// The codecs that the commands know by name.
final class Codecs {
    private Codecs() {}

    /// @throws IOException if the data set was written by a codec that this version lacks
    static Codec of(Dataset dataset) throws IOException {
        return switch (dataset.codec()) {
            case FieldCodec.NAME -> new FieldCodec();
            case SirenCodec.NAME -> new SirenCodec();
            default ->
                throw new IOException(dataset.folder() + ": was packed with the codec '" + dataset.codec()
                        + "', which this version does not know; a newer one may.");
        };
    }

    /// @throws IOException if the data set's codec or what its records share cannot be read
    static Decoder newDecoder(Dataset dataset) throws IOException {
        try {
            return of(dataset).newDecoder(dataset.shared());
        } catch (CorruptDataException damage) {
            throw new IOException(dataset.folder() + ": " + damage.getMessage(), damage);
        }
    }
}
