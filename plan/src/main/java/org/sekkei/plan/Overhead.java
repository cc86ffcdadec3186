package org.sekkei.plan;

import org.sekkei.plan.MemorySimulation.Peak;

/// What a device's libraries add to the tensors: memory of their own, and room lost between allocations.
///
/// @param fixed bytes taken once anything runs
/// @param training bytes more once a backward pass runs
/// @param loss the share of the tensors' memory that is lost between them
/// @param below the share by which the need may be lower than expected
/// @param above the share by which it may be higher
/// @param slack bytes by which it may be lower or higher anyway
public record Overhead(long fixed, long training, double loss, double below, double above, long slack) {
    /// libtorch on a CPU; fitted to measurements over all kinds of networks (`results/plan-memory-*.csv`).
    public static final Overhead CPU = new Overhead(60_000_000, 20_000_000, 0.05, 0.15, 0.15, 30_000_000);

    /// libtorch on a CUDA card: the context, and the workspaces of cuBLAS and cuDNN. Not measured yet.
    public static final Overhead CUDA = new Overhead(600_000_000, 100_000_000, 0.08, 0.15, 0.20, 100_000_000);

    MemoryPlan memory(Workload workload, Trace trace, Peak peak) {
        long weights = trace.parameterBytes() + trace.bufferBytes();
        long optimizerState = workload.use().memories() * trace.parameterBytes();
        long tensors = weights + optimizerState + trace.inputBytes() + peak.sum();
        long lost = Math.round(loss * tensors);
        long libraries = fixed + (workload.use().isTraining() ? training : 0);
        long expected = tensors + lost + libraries;
        return new MemoryPlan(
                weights,
                peak.gradients(),
                optimizerState,
                trace.inputBytes(),
                peak.activations(),
                peak.workspace(),
                lost + libraries,
                Math.max(tensors / 2, Math.round(expected * (1 - below)) - slack),
                Math.round(expected * (1 + above)) + slack);
    }
}
