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
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.train.TrainedModel;

/// How a trained classifier is used within its memory: fewer pictures at once, which changes nothing.
///
/// @param batch pictures at once
/// @param network what the network then needs
/// @param beside what the process needs beside it
/// @param resident bytes of the data set that are held
/// @param budget bytes that may be taken
record InferenceMemory(int asked, int batch, MemoryPlan network, long beside, long resident, long budget) {
    /// Of what is free, if nothing else is asked for: others need some too.
    private static final double USUAL_SHARE = 0.8;

    /// Java and the code of libtorch, as the launcher starts them.
    private static final long PROCESS = 450_000_000;

    /// Batches that are decoded ahead, in use or on their way back.
    private static final int BATCHES_ON_THEIR_WAY = 4;

    /// @param batch pictures at once, if there is memory enough
    /// @param coded bytes of the data set
    /// @param memory the budget; most of what is free if null
    /// @throws IllegalArgumentException with the figures, if even one picture at a time surely needs more
    static InferenceMemory of(
            TrainedModel model, int batch, DType precision, Device device, long coded, @Nullable MemorySize memory) {
        boolean onCard = device.kind() == Device.Kind.CUDA;
        var planner = new Planner(onCard ? Overhead.CUDA : Overhead.CPU);
        int side = model.inputSize();
        var workload = new Workload(
                Network.of(
                        Model.named(model.architecture(), side),
                        model.classNames().size()),
                Workload.Use.INFERENCE,
                batch,
                side,
                precision);
        long budget = memory == null ? Math.round(USUAL_SHARE * device.freeBytes()) : memory.bytes();
        long picture = 3L * Float.BYTES * side * side;
        // The most for which the network and the batches on their way have room.
        int atOnce = batch;
        while (atOnce > 1 && need(planner, workload.withBatch(atOnce), picture, onCard) > budget) {
            OptionalInt most = planner.largestBatch(workload, budget - beside(atOnce, picture, onCard));
            atOnce = Math.min(Math.ceilDiv(atOnce, 2), Math.max(1, most.orElse(1)));
        }
        MemoryPlan need = planner.plan(workload.withBatch(atOnce)).memory();
        long beside = beside(atOnce, picture, onCard);
        if (atOnce == 1 && need.low() + beside > budget) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s at %d pixels takes about %s of memory even with one picture at a time (the network %s, the process"
                            + " beside it %s), and %s may be used; give it --memory %dM",
                    model.architecture(),
                    side,
                    Figures.bytes(need.expected() + beside),
                    Figures.bytes(need.expected()),
                    Figures.bytes(beside),
                    Figures.bytes(budget),
                    Math.ceilDiv(need.high() + beside, 1_000_000)));
        }
        long resident = onCard ? coded : Math.clamp(budget - beside - need.high(), 0, coded);
        return new InferenceMemory(batch, atOnce, need, beside, resident, budget);
    }

    private static long need(Planner planner, Workload workload, long picture, boolean onCard) {
        return planner.plan(workload).memory().high() + beside(workload.batch(), picture, onCard);
    }

    private static long beside(int batch, long picture, boolean onCard) {
        return BATCHES_ON_THEIR_WAY * picture * batch + (onCard ? 0 : PROCESS);
    }

    /// Bytes of main memory for coded pictures and for what is kept of those that were decoded.
    long room() {
        return Math.max(resident, budget - beside - network.high());
    }

    /// What a user is told first.
    String sentence() {
        return String.format(
                Locale.ROOT,
                "Memory: %s expected (%s to %s) of %s%s.",
                Figures.bytes(network.expected() + beside + resident),
                Figures.bytes(network.low() + beside + resident),
                Figures.bytes(network.high() + beside + resident),
                Figures.bytes(budget),
                batch < asked ? "; " + batch + " pictures at once instead of " + asked : "");
    }
}
