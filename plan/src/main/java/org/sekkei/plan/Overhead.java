package org.sekkei.plan;

import org.sekkei.plan.MemorySimulation.Peak;
import org.sekkei.torch.DType;

/// What a device's libraries add to the tensors: memory of their own, copies in their own layouts, and room lost
/// between
/// allocations.
///
/// @param fixed bytes taken once anything runs
/// @param training bytes more once a backward pass runs
/// @param batchCopies copies of the batch in the layouts of the first operations
/// @param loss the share of activations that is lost between allocations
/// @param narrowLoss the same in training in bfloat16, where copies come and go
/// @param parameterLoss the share of the parameters that training loses, whose gradients do not fit into the room that
///     activations leave
/// @param narrowParameterLoss the same in training in bfloat16
/// @param below the share by which the need may be lower than expected
/// @param above the share by which it may be higher
/// @param slack bytes by which it may be lower or higher anyway
public record Overhead(
        long fixed,
        long training,
        double batchCopies,
        double loss,
        double narrowLoss,
        double parameterLoss,
        double narrowParameterLoss,
        double below,
        double above,
        long slack) {
    /// libtorch on a CPU with glibc's allocator; fitted to 70 measured jobs over all networks together
    /// (`PlanMemoryBenchmark --seed 11`; the jobs in `results/` are others).
    public static final Overhead CPU =
            new Overhead(22_000_000, 16_000_000, 1.85, 0.09, 0.7, 0.35, 0.8, 0.15, 0.22, 30_000_000);

    /// libtorch on a CUDA card: the context, and the workspaces of cuBLAS and cuDNN. An assumption, not measured.
    public static final Overhead CUDA =
            new Overhead(600_000_000, 100_000_000, 0, 0.08, 0.08, 0, 0, 0.15, 0.20, 100_000_000);

    MemoryPlan memory(Workload workload, Trace trace, Peak peak) {
        boolean trains = workload.use().isTraining();
        boolean narrows = trains && workload.precision() == DType.BFLOAT16;
        long weights = trace.parameterBytes() + trace.bufferBytes();
        long optimizerState = workload.use().memories() * trace.parameterBytes();
        double lost = batchCopies * trace.inputBytes() + (narrows ? narrowLoss : loss) * peak.activations();
        if (trains) {
            lost += (narrows ? narrowParameterLoss : parameterLoss) * trace.parameterBytes();
        }
        long libraries = fixed + (trains ? training : 0) + Math.round(lost);
        long tensors = weights + optimizerState + trace.inputBytes() + peak.sum();
        long expected = tensors + libraries;
        return new MemoryPlan(
                weights,
                peak.gradients(),
                optimizerState,
                trace.inputBytes(),
                peak.activations(),
                peak.workspace(),
                libraries,
                Math.max(tensors / 2, Math.round(expected * (1 - below)) - slack),
                Math.round(expected * (1 + above)) + slack);
    }
}
