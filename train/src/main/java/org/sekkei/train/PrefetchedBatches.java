package org.sekkei.train;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Box;
import org.sekkei.torch.DType;
import org.sekkei.torch.Tensor;

/// The batches of an epoch, of which the next two are made while the caller works on one.
final class PrefetchedBatches implements Batches {
    private static final int AHEAD = 2;

    // Tasks a thread and batch: enough to even out pictures that take longer, few enough to cost nothing.
    private static final int TASKS_A_THREAD = 4;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Sampler sampler;
    private final LoaderConfig config;
    private final int[] order;
    private final int batches;
    private final Executor workers;
    private final BlockingQueue<SampleReader> readers;

    private final BatchMemory memory;
    private final List<MemorySegment> taken = new ArrayList<>();
    private final Deque<MemorySegment> free = new ArrayDeque<>();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private @Nullable MemorySegment inUse;
    private int scheduled;

    private final LongAdder cpuNanos = new LongAdder();
    private long waitedNanos;
    private volatile boolean closed;

    PrefetchedBatches(
            Sampler sampler,
            int[] order,
            int startBatch,
            Executor workers,
            BlockingQueue<SampleReader> readers,
            BatchMemory memory) {
        this.sampler = sampler;
        config = sampler.config();
        this.order = order;
        this.workers = workers;
        this.readers = readers;
        this.memory = memory;
        batches = EpochOrder.batches(order.length, config.batchSize());
        scheduled = EpochOrder.requireBatch(startBatch, batches);
        int most = Math.min(config.batchSize(), order.length);
        for (int i = 0; i < Math.min(1 + AHEAD, batches - startBatch); i++) {
            taken.add(memory.take(Float.BYTES * (long) sampler.numbers() * most));
        }
        free.addAll(taken);
        schedule();
    }

    /// A batch in the making.
    private static final class Pending {
        final int[] indices;
        final MemorySegment memory;
        final List<List<Box>> boxes;
        final CountDownLatch unfinished;
        final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Pending(int[] indices, MemorySegment memory, int tasks) {
            this.indices = indices;
            this.memory = memory;
            boxes = new ArrayList<>(Collections.nCopies(indices.length, List.of()));
            unfinished = new CountDownLatch(tasks);
        }
    }

    private void schedule() {
        while (scheduled < batches) {
            MemorySegment memory = free.poll();
            if (memory == null) {
                return;
            }
            int[] indices = EpochOrder.batch(order, scheduled, batches);
            int tasks = Math.min(indices.length, config.threads() * TASKS_A_THREAD);
            var batch = new Pending(indices, memory, tasks);
            pending.add(batch);
            scheduled++;
            for (int task = 0; task < tasks; task++) {
                int from = task * indices.length / tasks;
                int to = (task + 1) * indices.length / tasks;
                workers.execute(() -> make(batch, from, to));
            }
        }
    }

    private void make(Pending batch, int from, int to) {
        long start = THREADS.getCurrentThreadCpuTime();
        // There are as many readers as threads.
        SampleReader reader = readers.remove();
        try {
            float[] scratch = new float[sampler.numbers()];
            long bytes = Float.BYTES * (long) sampler.numbers();
            for (int i = from; i < to && !closed; i++) {
                batch.boxes.set(
                        i, sampler.write(batch.indices[i], reader, batch.memory.asSlice(i * bytes, bytes), scratch));
            }
        } catch (IOException | RuntimeException | Error failure) {
            batch.failure.compareAndSet(null, failure);
        } finally {
            readers.add(reader);
            cpuNanos.add(THREADS.getCurrentThreadCpuTime() - start);
            batch.unfinished.countDown();
        }
    }

    @Override
    public @Nullable Batch next() throws IOException {
        if (inUse != null) {
            free.add(inUse);
            inUse = null;
        }
        schedule();
        Pending batch = pending.poll();
        if (batch == null) {
            return null;
        }
        long start = System.nanoTime();
        try {
            batch.unfinished.await();
        } catch (InterruptedException interruption) {
            pending.addFirst(batch);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a batch");
        }
        waitedNanos += System.nanoTime() - start;
        inUse = batch.memory;
        Throwable failure = batch.failure.get();
        if (failure != null) {
            throw rethrown(failure);
        }
        return new Batch(pictures(batch), sampler.labels(batch.indices), batch.indices, List.copyOf(batch.boxes));
    }

    private static IOException rethrown(Throwable failure) {
        return switch (failure) {
            case IOException exception -> exception;
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            default -> throw new IllegalStateException(failure);
        };
    }

    private Tensor pictures(Pending batch) {
        int count = batch.indices.length;
        int side = config.inputSize();
        MemorySegment numbers = batch.memory.asSlice(0, Float.BYTES * (long) sampler.numbers() * count);
        return config.channelsLast()
                ? Tensor.sharing(numbers, DType.FLOAT32, count, side, side, 3).permute(0, 3, 1, 2) // [B, 3, S, S]
                : Tensor.sharing(numbers, DType.FLOAT32, count, 3, side, side); // [B, 3, S, S]
    }

    @Override
    public double waitedSeconds() {
        return waitedNanos * 1e-9;
    }

    @Override
    public double cpuSeconds() {
        return cpuNanos.sum() * 1e-9;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean interrupted = false;
        for (Pending batch : pending) {
            while (batch.unfinished.getCount() > 0) {
                try {
                    batch.unfinished.await();
                } catch (InterruptedException interruption) {
                    interrupted = true;
                }
            }
        }
        taken.forEach(memory::giveBack);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
