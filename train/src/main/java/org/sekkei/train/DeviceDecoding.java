package org.sekkei.train;

/// Batches at once, on the device where the coded pictures lie.
///
/// @param working bytes that a batch may take there while it is decoded
record DeviceDecoding(DevicePictures pictures, long working) implements Decoding {
    @Override
    public Batches batches(Sampler sampler, int[] order, int startBatch) {
        return new DeviceBatches(sampler, order, startBatch, pictures, working);
    }

    @Override
    public long residentBytes() {
        return pictures.residentBytes();
    }

    @Override
    public void close() {
        pictures.close();
    }
}
