package org.sekkei.cli;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.Workload;
import org.sekkei.torch.Device;

/// How an application's training keeps within its memory: by batches in parts whose gradients are added up. For
/// networks that do not normalise by their batch and losses that are means over it.
///
/// @param microBatch examples that go through the network at once
/// @param network what it then needs, with its optimiser
/// @param beside what the process needs beside it
/// @param budget bytes that may be taken
/// @param sure whether even the upper end of the need is there
record StepMemory(int batch, int microBatch, MemoryPlan network, long beside, long budget, boolean sure) {
    /// Of what is free, if nothing else is asked for: others need some too.
    private static final double USUAL_SHARE = 0.8;

    /// Java and the code of libtorch, as the launcher starts them.
    private static final long PROCESS = 450_000_000;

    /// The share of what is beside the network that a process hardly needs less than.
    private static final double LEAST_BESIDE = 0.8;

    /// @param whole the step with its whole batch
    /// @param held bytes of main memory that the command holds beside it
    /// @param asked the budget; most of what is free if null
    /// @throws IllegalArgumentException with the figures, if even one example at a time needs more than there is
    static StepMemory of(Workload whole, long held, Device device, @Nullable MemorySize asked) {
        boolean onCard = device.kind() == Device.Kind.CUDA;
        var planner = new Planner(onCard ? Overhead.CUDA : Overhead.CPU);
        long beside = onCard ? 0 : PROCESS + held;
        long budget = asked == null ? Math.round(USUAL_SHARE * device.freeBytes()) : asked.bytes();
        Optional<Workload> fitting = planner.cut(whole, 1, budget - beside);
        Workload part = fitting.orElseGet(() -> planner.finest(whole, 1));
        MemoryPlan need = planner.plan(part).memory();
        if (fitting.isEmpty() && need.low() + Math.round(LEAST_BESIDE * beside) > budget) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "training %s at %d pixels takes about %s of memory even with 1 of %d at once (the network %s, the"
                            + " process beside it %s), and %s may be used; give it --memory %dM, or take a smaller --crop",
                    whole.task().name(),
                    whole.side(),
                    Figures.bytes(need.expected() + beside),
                    whole.batch(),
                    Figures.bytes(need.expected()),
                    Figures.bytes(beside),
                    Figures.bytes(budget),
                    Math.ceilDiv(need.high() + beside, 1_000_000)));
        }
        return new StepMemory(whole.batch(), part.batch(), need, beside, budget, fitting.isPresent());
    }

    /// What a user is told before it starts.
    String sentence() {
        return String.format(
                Locale.ROOT,
                "Memory: %s expected (%s to %s) of %s; %s.%s",
                Figures.bytes(network.expected() + beside),
                Figures.bytes(network.low() + Math.round(LEAST_BESIDE * beside)),
                Figures.bytes(network.high() + beside),
                Figures.bytes(budget),
                microBatch == batch ? "whole batches" : "in parts of " + microBatch + " of " + batch,
                sure ? "" : " It may be too little.");
    }
}
