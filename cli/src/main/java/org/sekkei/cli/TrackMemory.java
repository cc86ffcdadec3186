package org.sekkei.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.Network;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.Workload;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;

/// What following an object, or training for it, takes in memory.
///
/// @param network what the network needs at its peak
/// @param beside what the process needs beside it: Java, libtorch, frames and photos
/// @param budget bytes that may be taken
record TrackMemory(MemoryPlan network, long beside, long budget) {
    /// Of what is free, if nothing else is asked for: others need some too.
    private static final double USUAL_SHARE = 0.8;

    /// Java and the code of libtorch, as the launcher starts them.
    private static final long PROCESS = 450_000_000;

    /// Ffmpeg's and OpenCV's code.
    private static final long VIDEO = 100_000_000;

    /// Frames that are held at once, coded and decoded ones counted as decoded.
    private static final int FRAMES = 8;

    /// oneDNN copies weights and pictures into layouts of its own.
    private static final double LAYOUTS = 1.3;

    /// Of training.
    ///
    /// @param photoBytes of the photos that videos are composed of
    /// @throws IllegalArgumentException with the figures, if it does not fit
    static TrackMemory ofTraining(
            String network, int batch, boolean half, long photoBytes, Device device, @Nullable MemorySize asked) {
        return of(network, Workload.Use.TRAINING_ADAMW, batch, half, PROCESS + photoBytes, device, asked, "--batch");
    }

    /// Of following.
    ///
    /// @param pixels of a frame
    /// @throws IllegalArgumentException as above
    static TrackMemory ofFollowing(String network, long pixels, Device device, @Nullable MemorySize asked) {
        long frames = FRAMES * 3 * pixels;
        return of(
                network,
                Workload.Use.INFERENCE,
                1,
                false,
                PROCESS + VIDEO + frames,
                device,
                asked,
                "network, or smaller frames");
    }

    private static TrackMemory of(
            String network,
            Workload.Use use,
            int batch,
            boolean half,
            long process,
            Device device,
            @Nullable MemorySize asked,
            String smaller) {
        boolean onCard = device.kind() == Device.Kind.CUDA;
        var workload = new Workload(Network.named(network), use, batch, 1, half ? DType.BFLOAT16 : DType.FLOAT32);
        MemoryPlan need = new Planner(onCard ? Overhead.CUDA : Overhead.CPU)
                .plan(workload)
                .memory();
        long beside = onCard ? 0 : process + Math.round((LAYOUTS - 1) * need.expected());
        long budget = asked == null ? Math.round(USUAL_SHARE * device.freeBytes()) : asked.bytes();
        if (need.expected() + beside > budget) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s with %s takes about %s of memory (the network %s, the process beside it %s), and %s may be used;"
                            + " give it --memory %dM, or take a smaller %s",
                    use.isTraining() ? "training in batches of " + batch : "following",
                    network,
                    Figures.bytes(need.expected() + beside),
                    Figures.bytes(need.expected()),
                    Figures.bytes(beside),
                    Figures.bytes(budget),
                    Math.ceilDiv(need.high() + beside, 1_000_000),
                    smaller));
        }
        return new TrackMemory(need, beside, budget);
    }

    /// What a user is told before it starts.
    String sentence() {
        return String.format(
                Locale.ROOT,
                "Memory: %s expected (%s to %s) of %s.",
                Figures.bytes(network.expected() + beside),
                Figures.bytes(network.low() + beside),
                Figures.bytes(network.high() + beside),
                Figures.bytes(budget));
    }
}
