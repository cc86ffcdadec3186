package org.sekkei.fit.field;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Threads that share work by index.
final class Workers implements AutoCloseable {
    private final ExecutorService threads;

    /// Work for one index, with a number as its result.
    interface Task {
        double run(int index);
    }

    Workers(int count) {
        threads = Executors.newFixedThreadPool(
                count, Thread.ofPlatform().daemon().name("basis-", 0).factory());
    }

    /// Runs a task for every index below `count`.
    ///
    /// @return the sum of the results, added in order so that threads change nothing
    double sum(int count, Task task) {
        List<Callable<Double>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            calls.add(() -> task.run(index));
        }
        double sum = 0;
        try {
            for (Future<Double> future : threads.invokeAll(calls)) {
                sum += future.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the training was interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a part of a step failed", e.getCause());
        }
        return sum;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
