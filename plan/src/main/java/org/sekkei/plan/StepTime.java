package org.sekkei.plan;

import org.sekkei.plan.Trace.Operation;
import org.sekkei.torch.DType;

/// How long one step takes on a card, by a roofline over its operations: each takes as long as its products or its
/// memory traffic do, whichever is more, or as long as it takes to launch it.
///
/// The shares of the card's speed that are reached are assumptions, the same for all cards and networks; they are not
/// measured yet. Data that come too late are not part of it.
///
/// @param seconds of the whole step
/// @param computing the part of operations that the card's arithmetic limits
/// @param moving the part of those that its memory limits
/// @param launching the part of those that are too small for either
public record StepTime(double seconds, double computing, double moving, double launching) {
    /// The shares of the maker's figures that are reached: of float32, of the matrix units, of the bandwidth.
    static final double FP32_SHARE = 0.6;

    static final double TENSOR_SHARE = 0.4;
    static final double BANDWIDTH_SHARE = 0.7;

    /// From one operation's begin to the next one's, at least.
    static final double LAUNCH_SECONDS = 8e-6;

    static final StepTime NONE = new StepTime(0, 0, 0, 0);

    /// What a step mostly waits for.
    public enum Limit {
        COMPUTE,
        BANDWIDTH,
        LAUNCHES
    }

    public Limit limit() {
        double most = Math.max(computing, Math.max(moving, launching));
        return most == computing ? Limit.COMPUTE : most == moving ? Limit.BANDWIDTH : Limit.LAUNCHES;
    }

    StepTime plus(StepTime other) {
        return new StepTime(
                seconds + other.seconds,
                computing + other.computing,
                moving + other.moving,
                launching + other.launching);
    }

    StepTime times(long steps) {
        return new StepTime(steps * seconds, steps * computing, steps * moving, steps * launching);
    }

    static StepTime of(Workload workload, Trace trace, Gpu gpu) {
        boolean tensor = workload.precision() == DType.BFLOAT16 && gpu.fp16Tensor() > 0;
        double speed = tensor ? TENSOR_SHARE * gpu.fp16Tensor() : FP32_SHARE * gpu.fp32();
        double bandwidth = BANDWIDTH_SHARE * gpu.bandwidth();
        Sums sums = new Sums();
        for (Operation operation : trace.repeated()) {
            if (!operation.isView()) {
                sums.add(Rules.flops(operation) / speed, operation.traffic() / bandwidth);
            }
        }
        for (Operation operation : trace.operations()) {
            if (operation.isView()) {
                continue;
            }
            double traffic = operation.traffic();
            sums.add(Rules.flops(operation) / speed, traffic / bandwidth);
            if (workload.use().isTraining() && operation.result().needsGradient()) {
                sums.add(Rules.flopsBackward(operation) / speed, 2 * traffic / bandwidth);
            }
        }
        if (workload.use().isTraining()) {
            // Parameter, gradient and memories are read; all but the gradient are written.
            long passes = 3 + 2L * workload.use().memories();
            sums.add(0, passes * trace.parameterBytes() / bandwidth);
        }
        return new StepTime(sums.computing + sums.moving + sums.launching, sums.computing, sums.moving, sums.launching);
    }

    private static final class Sums {
        private double computing;
        private double moving;
        private double launching;

        void add(double compute, double move) {
            double most = Math.max(LAUNCH_SECONDS, Math.max(compute, move));
            if (most == compute) {
                computing += most;
            } else if (most == move) {
                moving += most;
            } else {
                launching += most;
            }
        }
    }
}
