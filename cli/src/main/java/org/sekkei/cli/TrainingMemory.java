package org.sekkei.cli;

import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.Model;
import org.sekkei.models.Network;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.Workload;
import org.sekkei.plan.Workload.Use;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.train.Optimization;
import org.sekkei.train.Precision;
import org.sekkei.train.TrainingConfig;

/// How a training keeps within its memory: in whole batches, or in parts of them.
///
/// @param microBatch pictures that go through the network at once
/// @param network what the network then needs, with its optimiser
/// @param beside what the process needs beside it: Java, pictures on their way, an average of the weights
/// @param budget bytes that may be taken
/// @param sure whether even the upper end of the need is there
record TrainingMemory(
        int batch,
        int microBatch,
        MemoryPlan network,
        long beside,
        long budget,
        boolean sure,
        boolean normalisesByBatch) {
    /// Of what is free, if nothing else is asked for: others need some too.
    private static final double USUAL_SHARE = 0.8;

    /// Java and the code of libtorch, as the launcher starts them. Not what is held at the moment: a training shall be
    /// cut in the same way every time.
    private static final long PROCESS = 450_000_000;

    /// What real trainings hold beyond the plan, as a share of the weights: gradients that wait for the next part,
    /// skipped
    /// branches, copies while a checkpoint is written. Found by `PlanObedienceBenchmark`.
    private static final double BESIDE_WEIGHTS = 0.6;

    /// The same for networks that normalise by their batch: those are the convolutional ones, whose weights oneDNN
    /// copies
    /// into layouts of its own where pictures lie as batches do.
    private static final double BESIDE_CONVOLUTIONS = 2;

    /// Batches that are decoded ahead, in use or on their way back.
    private static final int BATCHES_ON_THEIR_WAY = 4;

    /// A network that normalises by its batch needs a few pictures for that, even in the smallest part.
    private static final int LEAST_NORMALISED = 4;

    /// @param classes of the data set
    /// @param coded bytes of the pictures' code
    /// @param asked the budget; most of what is free if null
    /// @throws IllegalArgumentException with the figures, if even the smallest part needs more than there is
    static TrainingMemory of(TrainingConfig config, int classes, long coded, @Nullable MemorySize asked) {
        boolean onCard = config.device().kind() == Device.Kind.CUDA;
        var planner = new Planner(onCard ? Overhead.CUDA : Overhead.CPU);
        int batch = config.data().batchSize();
        int side = config.data().inputSize();
        var workload = new Workload(
                Network.of(Model.named(config.model(), side), classes),
                use(config.optimization()),
                batch,
                side,
                precision(config));
        Planner.Plan whole = planner.plan(workload);
        long average = config.optimization().averaging() > 0 ? whole.memory().weights() : 0;
        long pictures = 3L * Float.BYTES * side * side * batch;
        double share = whole.normalisesByBatch() ? BESIDE_CONVOLUTIONS : BESIDE_WEIGHTS;
        long beside = average
                + Math.round(share * whole.memory().weights())
                + BATCHES_ON_THEIR_WAY * pictures
                + (onCard ? 0 : coded + PROCESS);
        long budget = asked == null ? Math.round(USUAL_SHARE * config.device().freeBytes()) : asked.bytes();
        int least = Math.min(batch, whole.normalisesByBatch() ? LEAST_NORMALISED : 1);
        OptionalInt most = planner.largestBatch(workload, budget - beside);
        boolean sure = most.isPresent() && most.getAsInt() >= least;
        int atOnce = sure ? Math.min(batch, most.getAsInt()) : least;
        int microBatch = batch;
        // By halves, so that a little more or less memory mostly leaves the training as it is.
        while (microBatch > atOnce) {
            microBatch = Math.ceilDiv(microBatch, 2);
        }
        MemoryPlan need = planner.plan(workload.withBatch(microBatch)).memory();
        if (!sure && need.expected() + beside > budget) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "training %s at %d pixels takes about %s of memory even with %d of %d pictures at once (the network %s,"
                            + " the process beside it %s), and %s may be used; give it --memory %dM, or take a smaller"
                            + " --size or network",
                    config.model(),
                    side,
                    Figures.bytes(need.expected() + beside),
                    microBatch,
                    batch,
                    Figures.bytes(need.expected()),
                    Figures.bytes(beside),
                    Figures.bytes(budget),
                    Math.ceilDiv(need.high() + beside, 1_000_000)));
        }
        return new TrainingMemory(batch, microBatch, need, beside, budget, sure, whole.normalisesByBatch());
    }

    private static Use use(Optimization optimization) {
        return switch (optimization.rule()) {
            case Optimization.Rule.Momentum _ -> Use.TRAINING_SGD;
            case Optimization.Rule.AdamW _ -> Use.TRAINING_ADAMW;
        };
    }

    private static DType precision(TrainingConfig config) {
        return config.precision().on(config.device()) == Precision.BFLOAT16 ? DType.BFLOAT16 : DType.FLOAT32;
    }

    long expected() {
        return network.expected() + beside;
    }

    /// What a user is told before the training starts.
    String sentence() {
        String cut = microBatch < batch
                ? "in parts of " + microBatch + " of " + batch + " pictures"
                        + (normalisesByBatch
                                ? ", which is another network's training: this one normalises by what is in a part"
                                : "")
                : "whole batches";
        return String.format(
                Locale.ROOT,
                "Memory: %s expected (%s to %s) of %s; %s.%s",
                Figures.bytes(expected()),
                Figures.bytes(network.low() + beside),
                Figures.bytes(network.high() + beside),
                Figures.bytes(budget),
                cut,
                sure ? "" : " It may be too little.");
    }
}
