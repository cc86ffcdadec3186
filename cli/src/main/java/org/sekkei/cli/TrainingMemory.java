package org.sekkei.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.Model;
import org.sekkei.models.Network;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.Workload;
import org.sekkei.plan.Workload.Activations;
import org.sekkei.plan.Workload.Use;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.train.Optimization;
import org.sekkei.train.Precision;
import org.sekkei.train.TrainingConfig;

/// How a training keeps within its memory: in whole batches or in parts of them, with activations kept or computed
/// again.
///
/// @param microBatch pictures that go through the network at once
/// @param recompute whether blocks are computed again on the way back
/// @param network what the network then needs, with its optimiser
/// @param beside what the process needs beside it: Java, pictures on their way, an average of the weights
/// @param resident bytes of the data set that are held
/// @param coded bytes of the data set
/// @param budget bytes that may be taken
/// @param sure whether even the upper end of the need is there
record TrainingMemory(
        int batch,
        int microBatch,
        boolean recompute,
        MemoryPlan network,
        long beside,
        long resident,
        long coded,
        long budget,
        boolean sure,
        boolean normalisesByBatch,
        boolean onCard) {
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

    /// The share of what is beside the network that a process hardly needs less than.
    private static final double LEAST_BESIDE = 0.8;

    /// Steps after which a training that goes well holds no more than it did.
    private static final int FIRST_STEPS = 3;

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
                + (onCard ? 0 : PROCESS);
        long budget = asked == null ? Math.round(USUAL_SHARE * config.device().freeBytes()) : asked.bytes();
        int least = Math.min(batch, whole.normalisesByBatch() ? LEAST_NORMALISED : 1);
        Optional<Workload> fitting = planner.cut(workload, least, budget - beside);
        Workload part = fitting.orElseGet(() -> planner.finest(workload, least));
        MemoryPlan need = planner.plan(part).memory();
        // The data set gives way first: to read a picture's code takes less than to decode it.
        long resident = onCard ? coded : Math.clamp(budget - beside - need.high(), 0, coded);
        var memory = new TrainingMemory(
                batch,
                part.batch(),
                part.activations() == Activations.RECOMPUTED,
                need,
                beside,
                resident,
                coded,
                budget,
                fitting.isPresent(),
                whole.normalisesByBatch(),
                onCard);
        if (fitting.isEmpty() && memory.least() > budget) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "training %s at %d pixels takes about %s of memory even with %s (the network %s, the process beside it"
                            + " %s), and %s may be used; give it --memory %dM, or take a smaller --size or network",
                    config.model(),
                    side,
                    Figures.bytes(need.expected() + beside),
                    memory.way(),
                    Figures.bytes(need.expected()),
                    Figures.bytes(beside),
                    Figures.bytes(budget),
                    Math.ceilDiv(need.high() + beside, 1_000_000)));
        }
        return memory;
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

    /// Of the process, or of the card.
    long expected() {
        return network.expected() + beside + (onCard() ? 0 : resident);
    }

    private long least() {
        return network.low() + Math.round(LEAST_BESIDE * beside);
    }

    private String way() {
        return microBatch + " of " + batch + " pictures at once" + (recompute ? " and activations computed again" : "");
    }

    /// Bytes of main memory for coded pictures and for what is kept of those that were decoded.
    long room() {
        return onCard ? Long.MAX_VALUE : Math.max(resident, budget - beside - network.high());
    }

    /// What a user is told before the training starts.
    String sentence() {
        List<String> cuts = new ArrayList<>();
        cuts.add(
                microBatch == batch
                        ? "whole batches"
                        : "in parts of " + microBatch + " of " + batch + " pictures"
                                + (normalisesByBatch
                                        ? ", which is another network's training: this one normalises by what is in a"
                                                + " part"
                                        : ""));
        if (recompute) {
            cuts.add("activations are computed again on the way back, which takes longer and changes nothing");
        }
        if (resident < coded) {
            cuts.add("the data set is partly resident: " + Figures.bytes(resident) + " of " + Figures.bytes(coded)
                    + ", the rest is read from its files");
        }
        long data = onCard ? 0 : resident;
        return String.format(
                Locale.ROOT,
                "Memory: %s expected (%s to %s) of %s; %s.%s",
                Figures.bytes(expected()),
                Figures.bytes(least() + data),
                Figures.bytes(network.high() + beside + data),
                Figures.bytes(budget),
                String.join("; ", cuts),
                sure ? "" : " It may be too little, which the first steps will show.");
    }

    /// Stops a training once one of its first steps has held more than may be used, whatever was expected.
    ///
    /// @throws IllegalArgumentException with the figures
    void requireKept(long step, long held) {
        if (step <= FIRST_STEPS && held > budget) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the training held %s of memory even with %s, and %s may be used; give it --memory %dM, or take a"
                            + " smaller --size or network",
                    Figures.bytes(held),
                    way(),
                    Figures.bytes(budget),
                    Math.ceilDiv(Math.max(held, network.high() + beside), 1_000_000)));
        }
    }
}
