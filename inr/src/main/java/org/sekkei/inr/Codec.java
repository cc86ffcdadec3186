package org.sekkei.inr;

/// A way to write a picture as a blueprint. A codec is known by the name that the store's manifest carries.
public interface Codec {
    /// The name in the manifest, for instance `siren`.
    String name();

    /// A new decoder, which owns scratch memory: use one a thread.
    ///
    /// @param shared the bytes that all records of the data set share, as [Dataset#shared()] returns them
    /// @throws CorruptDataException if the shared bytes are not this codec's
    Decoder newDecoder(byte[] shared) throws CorruptDataException;
}
