package org.sekkei.plan;

import org.sekkei.plan.MemorySimulation.Peak;
import org.sekkei.torch.DType;

/// What a device's libraries add to the tensors: memory of their own, and room lost between allocations.
///
/// @param fixed bytes taken once anything runs
/// @param training bytes more once a backward pass runs
/// @param narrow bytes more once anything runs in bfloat16
/// @param loss the share of the memory of a step, not of what outlives it, that is lost between allocations
/// @param narrowLoss the share of the parameters that training in bfloat16 loses, whose copies come and go every step
/// @param below the share by which the need may be lower than expected
/// @param above the share by which it may be higher
/// @param slack bytes by which it may be lower or higher anyway
public record Overhead(
        long fixed,
        long training,
        long narrow,
        double loss,
        double narrowLoss,
        double below,
        double above,
        long slack) {
    /// libtorch on a CPU with glibc's allocator; fitted to measurements of jobs over all networks together.
    public static final Overhead CPU =
            new Overhead(24_000_000, 24_000_000, 8_000_000, 0.14, 1.2, 0.15, 0.15, 25_000_000);

    /// libtorch on a CUDA card: the context, and the workspaces of cuBLAS and cuDNN. An assumption, not measured.
    public static final Overhead CUDA = new Overhead(600_000_000, 100_000_000, 0, 0.08, 0, 0.15, 0.20, 100_000_000);

    MemoryPlan memory(Workload workload, Trace trace, Peak peak) {
        boolean trains = workload.use().isTraining();
        boolean narrows = workload.precision() == DType.BFLOAT16;
        long weights = trace.parameterBytes() + trace.bufferBytes();
        long optimizerState = workload.use().memories() * trace.parameterBytes();
        long step = trace.inputBytes() + peak.sum();
        long libraries = fixed + (trains ? training : 0) + (narrows ? narrow : 0);
        double lost = loss * step + (trains && narrows ? narrowLoss * trace.parameterBytes() : 0);
        long tensors = weights + optimizerState + step;
        long expected = tensors + libraries + Math.round(lost);
        return new MemoryPlan(
                weights,
                peak.gradients(),
                optimizerState,
                trace.inputBytes(),
                peak.activations(),
                peak.workspace(),
                expected - tensors,
                Math.max(tensors / 2, Math.round(expected * (1 - below)) - slack),
                Math.round(expected * (1 + above)) + slack);
    }
}
