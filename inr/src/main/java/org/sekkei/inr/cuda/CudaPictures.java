package org.sekkei.inr.cuda;

import java.io.IOException;
import java.util.List;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldCodec;
import org.sekkei.inr.field.FieldShared;
import org.sekkei.inr.siren.SirenCodec;
import org.sekkei.inr.siren.SirenShared;

/// Coded pictures on a card, evaluated there, many at once. For one thread and one stream at a time.
public sealed interface CudaPictures extends AutoCloseable permits CudaFields, CudaSirens {
    /// Copies pictures to a card.
    ///
    /// @param codec the name of their codec
    /// @param shared the bytes that they share
    /// @param records not needed any more afterwards
    /// @throws IOException if a record is damaged; the message names it
    /// @throws CudaException if the card cannot do it
    static CudaPictures open(CudaDevice device, String codec, byte[] shared, RecordSource records, CudaOptions options)
            throws IOException {
        return switch (codec) {
            case FieldCodec.NAME -> CudaFields.open(device, FieldShared.parse(shared), records, options.budget());
            case SirenCodec.NAME -> CudaSirens.open(device, SirenShared.parse(shared), records, options);
            default -> throw new CudaException("pictures of the codec '" + codec + "' are not decoded on cards");
        };
    }

    /// The size of a picture.
    PictureSize size(int index);

    /// Asks the card for some pictures; does not wait for it.
    ///
    /// @param indices places of the pictures
    /// @param samplings one a picture, of the target's width and height
    /// @throws CorruptDataException if a picture that was asked for before turned out not to be decodable
    void decode(int[] indices, List<Sampling> samplings, CudaTarget target, CudaStream stream)
            throws CorruptDataException;

    /// Waits for all that was asked for.
    ///
    /// @throws CorruptDataException if a picture of it could not be decoded; the message names it
    void check() throws CorruptDataException;

    /// Whether [#decode] smooths what is sampled more coarsely than its picture's pixels lie.
    boolean antialiased();

    /// Bytes that the coded pictures take, of the card or of the machine.
    long residentBytes();

    /// Whether the coded pictures lie on the card.
    boolean resident();

    /// Bytes of the card that are taken at present, the coded pictures with them.
    long cardBytes();

    @Override
    void close();
}
