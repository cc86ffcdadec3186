package org.sekkei.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.sekkei.inr.Split;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.TorchException;

/// Measures a classifier on a split.
public final class Evaluator {
    private static final int TOP = 5;

    private final Layer network;
    private final Device device;
    private final Precision precision;
    private int microBatch;

    /// @param network \[B, 3, S, S\] to \[B, classes\], on `device`. It is switched to evaluation, and back to
    ///     training if it was
    public Evaluator(Layer network, Device device, Precision precision) {
        this(network, device, precision, Integer.MAX_VALUE);
    }

    /// @param network as above
    /// @param microBatch pictures that go through the network at once; larger batches go in parts
    public Evaluator(Layer network, Device device, Precision precision, int microBatch) {
        this.network = network;
        this.device = device;
        this.precision = precision.on(device);
        this.microBatch = microBatch;
    }

    /// @throws IllegalArgumentException if the split has no pictures with labels
    /// @throws IOException if a picture cannot be decoded
    public Evaluation evaluate(BatchLoader loader, Split split, TrainingListener listener) throws IOException {
        if (loader.pictures(split) == 0) {
            throw new IllegalArgumentException(
                    loader.name() + " has no labelled pictures in its split " + split + " to evaluate on");
        }
        boolean wasTraining = network.isTraining();
        network.eval();
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad();
                Batches batches = loader.evaluation(split)) {
            return measure(scope, loader, batches, split, listener);
        } finally {
            if (wasTraining) {
                network.train();
            }
        }
    }

    private Evaluation measure(Scope all, BatchLoader loader, Batches batches, Split split, TrainingListener listener)
            throws IOException {
        int pictures = loader.pictures(split);
        int classes = loader.classNames().size();
        long start = System.nanoTime();
        Tensor lossSum = Tensor.zeros(DType.FLOAT64, device);
        // Looked at only when all is computed, so that the device never waits for this thread.
        List<Tensor> ranked = new ArrayList<>();
        List<Tensor> labels = new ArrayList<>();
        int done = 0;
        while (true) {
            try (Scope step = Scope.open()) {
                Batch batch = batches.next();
                if (batch == null) {
                    break;
                }
                Tensor logits = logits(batch, listener); // [B, classes]
                Tensor truth = batch.labels().to(device);
                lossSum.addScaledInPlace(batch.size(), Functional.crossEntropy(logits, truth, 0));
                ranked.add(step.keep(logits.topk(Math.min(TOP, classes), 1).indices()));
                labels.add(step.keep(truth));
                done += batch.size();
            }
            listener.evaluating(split, done, pictures);
        }
        double loss = lossSum.item() / pictures;
        Tensor predictions = all.keep(Tensor.cat(ranked, 0)); // [pictures, TOP]
        return counted(Tensor.cat(labels, 0).toLongs(), predictions, classes, loss, start, batches.waitedSeconds());
    }

    private Tensor logits(Batch batch, TrainingListener listener) {
        Tensor pictures = batch.pictures().to(device);
        while (true) {
            try {
                return logitsInParts(pictures);
            } catch (TorchException error) {
                int tried = Math.min(microBatch, batch.size());
                if (!error.isOutOfMemory() || tried == 1) {
                    throw error;
                }
                microBatch = Math.ceilDiv(tried, 2);
                listener.warned("The memory did not suffice for " + tried
                        + " pictures at once; the evaluation goes on with " + microBatch + " at once.");
            }
        }
    }

    private Tensor logitsInParts(Tensor pictures) {
        int size = (int) pictures.size(0);
        if (size <= microBatch) {
            return logits(pictures);
        }
        List<Tensor> parts = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            for (int from = 0; from < size; from += microBatch) {
                try (Scope part = Scope.open()) {
                    Tensor some = pictures.narrow(0, from, Math.min(microBatch, size - from));
                    parts.add(part.keep(logits(some)));
                }
            }
            return scope.keep(Tensor.cat(parts, 0));
        }
    }

    private Tensor logits(Tensor pictures) {
        try (var _ = precision.open(device)) {
            return network.apply(pictures).to(DType.FLOAT32);
        }
    }

    private static Evaluation counted(
            long[] labels, Tensor predictions, int classes, double loss, long start, double dataSeconds) {
        long[] ranked = predictions.toLongs();
        int ranks = ranked.length / labels.length;
        int[][] confusion = new int[classes][classes];
        int first = 0;
        int among = 0;
        for (int i = 0; i < labels.length; i++) {
            int picture = i;
            long label = labels[i];
            confusion[(int) label][(int) ranked[i * ranks]]++;
            first += ranked[i * ranks] == label ? 1 : 0;
            among += IntStream.range(0, ranks).anyMatch(rank -> ranked[picture * ranks + rank] == label) ? 1 : 0;
        }
        List<List<Integer>> rows = new ArrayList<>();
        for (int[] row : confusion) {
            rows.add(IntStream.of(row).boxed().toList());
        }
        return new Evaluation(
                labels.length,
                loss,
                (double) first / labels.length,
                (double) among / labels.length,
                rows,
                (System.nanoTime() - start) * 1e-9,
                dataSeconds);
    }
}
