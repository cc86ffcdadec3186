package org.sekkei.train;

import java.util.List;
import org.sekkei.inr.Split;

/// What all loaders have in common: everything but where the pixels come from.
abstract sealed class SampledLoader implements BatchLoader permits InrLoader, FileLoader {
    private final Catalogue catalogue;
    private final LoaderConfig config;
    private final Decoding decoding;

    SampledLoader(Catalogue catalogue, LoaderConfig config, Decoding decoding) {
        this.catalogue = catalogue;
        this.config = config;
        this.decoding = decoding;
    }

    @Override
    public final LoaderConfig config() {
        return config;
    }

    @Override
    public final String name() {
        return catalogue.name();
    }

    @Override
    public final String fingerprint() {
        return catalogue.fingerprint();
    }

    @Override
    public final List<String> classNames() {
        return catalogue.classNames();
    }

    @Override
    public final int pictures(Split split) {
        return catalogue.labelled(split).length;
    }

    @Override
    public final Batches training(int epoch, int startBatch) {
        int[] order = EpochOrder.shuffled(catalogue.labelled(Split.TRAIN), config.seed(), epoch);
        return batches(order, config.training(), epoch, startBatch);
    }

    @Override
    public final Batches evaluation(Split split) {
        return batches(catalogue.labelled(split), config.evaluation(), 0, 0);
    }

    @Override
    public final Batches selection(int... indices) {
        return batches(indices.clone(), config.evaluation(), 0, 0);
    }

    private Batches batches(int[] order, Augmentation augmentation, int epoch, int startBatch) {
        return decoding.batches(new Sampler(catalogue, config, augmentation, epoch), order, startBatch);
    }

    /// How much memory the coded pictures take, where they are decoded.
    public final long residentBytes() {
        return decoding.residentBytes();
    }

    @Override
    public final void close() {
        decoding.close();
    }
}
