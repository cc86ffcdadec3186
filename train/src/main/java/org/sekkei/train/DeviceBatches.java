package org.sekkei.train;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Box;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// The batches of an epoch, decoded where they are used. The caller's thread only asks for the work: a device that
/// computes by itself is still busy with the step before while the next batch is prepared.
final class DeviceBatches implements Batches {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Sampler sampler;
    private final LoaderConfig config;
    private final int[] order;
    private final int batches;
    private final DevicePictures pictures;
    private final long working;
    private final Border border;
    private final Supersampling supersampling;

    private int next;
    private long waitedNanos;
    private long cpuNanos;

    DeviceBatches(Sampler sampler, int[] order, int startBatch, DevicePictures pictures, long working) {
        this.sampler = sampler;
        this.order = order;
        this.pictures = pictures;
        this.working = working;
        supersampling = new Supersampling(pictures.antialiased() ? 1 : Supersampling.MOST_OF_A_FIELD);
        config = sampler.config();
        border = new Border(config.normalization().mean());
        batches = EpochOrder.batches(order.length, config.batchSize());
        next = EpochOrder.requireBatch(startBatch, batches);
    }

    @Override
    public @Nullable Batch next() throws IOException {
        if (next == batches) {
            return null;
        }
        long start = System.nanoTime();
        long cpuStart = THREADS.getCurrentThreadCpuTime();
        int[] indices = EpochOrder.batch(order, next++, batches);
        Tensor numbers;
        List<Sampling> samplings = new ArrayList<>();
        List<List<Box>> boxes = new ArrayList<>();
        for (int index : indices) {
            Sampling sampling = sampler.sampling(index);
            samplings.add(sampling);
            boxes.add(sampler.boxes(index, sampling));
        }
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            Optional<Tensor> atOnce =
                    pictures.normalised(indices, samplings, config.normalization(), config.channelsLast());
            numbers = scope.keep(atOnce.isPresent() ? atOnce.get() : stepByStep(indices, samplings));
        }
        var batch = new Batch(numbers, sampler.labels(indices), indices, boxes);
        waitedNanos += System.nanoTime() - start;
        cpuNanos += THREADS.getCurrentThreadCpuTime() - cpuStart;
        return batch;
    }

    private Tensor stepByStep(int[] indices, List<Sampling> samplings) throws IOException {
        Tensor normalised = normalised(colours(indices, samplings));
        return config.channelsLast() ? normalised.channelsLast() : normalised;
    }

    private Tensor normalised(Tensor colours) {
        Normalization normalization = config.normalization();
        float[] factors = new float[3];
        for (int channel = 0; channel < 3; channel++) {
            factors[channel] = 1 / normalization.deviation().get(channel);
        }
        return colours.subInPlace(border.colour(colours.device()))
                .mulInPlace(Tensor.of(factors, 1, 3, 1, 1).to(colours.device()));
    }

    /// `[B, 3, S, S]` in 0..1, smoothed and with the border, in the order of `indices`.
    private Tensor colours(int[] indices, List<Sampling> samplings) throws IOException {
        Map<Integer, List<Integer>> byFactor = new TreeMap<>();
        for (int i = 0; i < indices.length; i++) {
            byFactor.computeIfAbsent(supersampling.factor(samplings.get(i)), _ -> new ArrayList<>())
                    .add(i);
        }
        List<Tensor> parts = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (var group : byFactor.entrySet()) {
            int factor = group.getKey();
            List<Integer> members = group.getValue();
            long bytes = Float.BYTES * (long) sampler.numbers() * factor * factor;
            int together = Math.clamp(working / bytes, 1, members.size());
            for (int from = 0; from < members.size(); from += together) {
                List<Integer> some = members.subList(from, Math.min(from + together, members.size()));
                parts.add(smoothed(
                        some.stream().mapToInt(i -> indices[i]).toArray(),
                        some.stream().map(samplings::get).toList(),
                        factor));
            }
            places.addAll(members);
        }
        return parts.size() == 1 ? parts.getFirst() : BatchOrder.restored(Tensor.cat(parts, 0), places);
    }

    private Tensor smoothed(int[] indices, List<Sampling> samplings, int factor) throws IOException {
        try (Scope scope = Scope.open()) {
            List<Sampling> finer = factor == 1
                    ? samplings
                    : samplings.stream()
                            .map(sampling -> Supersampling.finer(sampling, factor))
                            .toList();
            List<PictureSize> sizes =
                    Arrays.stream(indices).mapToObj(sampler::size).toList();
            Tensor fine = border.filled(pictures.decode(indices, finer), finer, sizes); // [b, 3, F S, F S]
            int side = config.inputSize();
            return scope.keep(
                    factor == 1
                            ? fine
                            : fine.view(indices.length, 3, side, factor, side, factor)
                                    .mean(false, 3, 5));
        }
    }

    @Override
    public double waitedSeconds() {
        return waitedNanos * 1e-9;
    }

    @Override
    public double cpuSeconds() {
        return cpuNanos * 1e-9;
    }

    @Override
    public void close() {}
}
