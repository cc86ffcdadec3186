package org.sekkei.train;

import java.io.IOException;
import java.util.List;
import org.sekkei.inr.Codec;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Split;

/// Batches from blueprints: the coded bytes are read into memory once, and each sample is decoded at the positions
/// that its augmentation asks for. No file is read after opening.
public final class InrLoader implements BatchLoader {
    private InrLoader() {}

    /// @param dataset may be closed afterwards
    /// @param codec the one whose name is `dataset.codec()`
    /// @throws IOException if a record is damaged; the message names it
    public static InrLoader open(Dataset dataset, Codec codec, LoaderConfig config) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// How much memory the coded pictures take.
    public long residentBytes() {
        throw new UnsupportedOperationException();
    }

    @Override
    public LoaderConfig config() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String fingerprint() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<String> classNames() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int pictures(Split split) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Batches epoch(int epoch, Split split, int startBatch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
