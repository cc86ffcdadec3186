package org.sekkei.train;

/// Turns coded pictures into batches, on the processor or on another device.
sealed interface Decoding extends AutoCloseable permits ThreadedDecoding, DeviceDecoding {
    /// The batches of an epoch whose pictures come in `order`, from `startBatch` on.
    Batches batches(Sampler sampler, int[] order, int startBatch);

    /// How much memory the coded pictures take, where they are decoded.
    long residentBytes();

    @Override
    void close();
}
