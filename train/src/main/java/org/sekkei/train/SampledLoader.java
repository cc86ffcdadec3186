package org.sekkei.train;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.sekkei.inr.Split;

/// What all loaders have in common: everything but where the pixels come from.
abstract sealed class SampledLoader implements BatchLoader permits InrLoader, FileLoader {
    private final Catalogue catalogue;
    private final LoaderConfig config;
    private final ExecutorService workers;
    private final BlockingQueue<SampleReader> readers;

    /// @param readers as many as there are threads
    SampledLoader(Catalogue catalogue, LoaderConfig config, List<SampleReader> readers) {
        this.catalogue = catalogue;
        this.config = config;
        this.readers = new ArrayBlockingQueue<>(readers.size(), false, readers);
        workers = Executors.newFixedThreadPool(readers.size(), daemons());
    }

    private static ThreadFactory daemons() {
        var number = new AtomicInteger();
        return task -> {
            var thread = new Thread(task, "loader-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
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

    private Batches batches(int[] order, Augmentation augmentation, int epoch, int startBatch) {
        var sampler = new Sampler(catalogue, config, augmentation, epoch);
        return new PrefetchedBatches(sampler, config, order, startBatch, workers, readers);
    }

    @Override
    public void close() {
        workers.shutdownNow();
        workers.close();
    }
}
