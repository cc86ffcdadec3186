package org.sekkei.train;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.field.FieldCoefficients;
import org.sekkei.inr.field.FieldFormat;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldShared;

/// Undoes the entropy coding of `field` records, several at a time.
final class FieldReader implements AutoCloseable {
    private final BlockingQueue<FieldFormat> formats = new LinkedBlockingQueue<>();
    private final ExecutorService workers;

    FieldReader(FieldShared shared, int threads) {
        for (int i = 0; i < threads; i++) {
            formats.add(new FieldFormat(shared.basis(), shared.commonSize(), FieldKernel.best()));
        }
        workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("field-", 1).daemon().factory());
    }

    /// A picture's record.
    ///
    /// @param groups of channels that are wanted, from the first
    /// @param name of the picture, for errors
    record Request(MemorySegment record, int groups, String name) {}

    /// @throws IOException if a record is damaged; the message names it
    List<FieldCoefficients> read(List<Request> requests) throws IOException {
        List<Callable<FieldCoefficients>> tasks = new ArrayList<>();
        for (Request request : requests) {
            tasks.add(() -> read(request));
        }
        List<FieldCoefficients> pictures = new ArrayList<>();
        try {
            for (Future<FieldCoefficients> result : workers.invokeAll(tasks)) {
                pictures.add(result.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while pictures were decoded", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IllegalStateException(e);
            }
        }
        return pictures;
    }

    private FieldCoefficients read(Request request) throws IOException, InterruptedException {
        FieldFormat format = formats.take();
        try {
            return format.read(request.record(), request.groups());
        } catch (CorruptDataException damage) {
            throw new IOException(request.name() + " cannot be decoded: " + damage.getMessage(), damage);
        } finally {
            formats.add(format);
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
        workers.close();
    }
}
