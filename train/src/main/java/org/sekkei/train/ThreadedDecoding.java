package org.sekkei.train;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/// One sample a thread, on the processor, ahead of the caller.
final class ThreadedDecoding implements Decoding {
    private final ExecutorService workers;
    private final BlockingQueue<SampleReader> readers;
    private final long residentBytes;
    private final Runnable release;
    private final BatchMemory memory = new BatchMemory();

    /// @param readers as many as there are threads
    /// @param residentBytes what the readers read from memory
    /// @param release gives that memory back
    ThreadedDecoding(List<SampleReader> readers, long residentBytes, Runnable release) {
        this.readers = new ArrayBlockingQueue<>(readers.size(), false, readers);
        this.residentBytes = residentBytes;
        this.release = release;
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
    public Batches batches(Sampler sampler, int[] order, int startBatch) {
        return new PrefetchedBatches(sampler, order, startBatch, workers, readers, memory);
    }

    @Override
    public long residentBytes() {
        return residentBytes;
    }

    @Override
    public void close() {
        workers.shutdownNow();
        workers.close();
        memory.close();
        release.run();
    }
}
