package org.sekkei.plan;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.sekkei.plan.Trace.Operation;

/// What a step consists of, in the units that cost time: floating-point operations of each kind of product, bytes
/// moved,
/// operations begun. By operation, never by network.
record StepFeatures(Map<Kind, Double> amounts) {
    /// What a processor does at a speed of its own.
    enum Kind {
        /// Operations of convolutions with one tap, and those of their backward pass.
        POINTWISE,
        POINTWISE_BACKWARD,
        /// The same of convolutions with more taps.
        CONVOLUTION,
        CONVOLUTION_BACKWARD,
        /// The same of convolutions of a channel with itself alone.
        DEPTHWISE,
        DEPTHWISE_BACKWARD,
        /// The same of matrix products, attention among them.
        MATRIX,
        MATRIX_BACKWARD,
        /// Bytes that products read and write.
        PRODUCT_TRAFFIC,
        /// Bytes of norms and pools, which go through their operand more than once.
        STATISTICS_TRAFFIC,
        STATISTICS_TRAFFIC_BACKWARD,
        /// Bytes of all other operations.
        TRAFFIC,
        TRAFFIC_BACKWARD,
        /// Bytes that the optimiser reads and writes.
        OPTIMIZER_TRAFFIC,
        /// Operations begun.
        LAUNCHES,
        LAUNCHES_BACKWARD
    }

    static StepFeatures of(Workload workload, Trace trace) {
        Map<Kind, Double> amounts = new EnumMap<>(Kind.class);
        boolean training = workload.use().isTraining();
        trace.operations().forEach(operation -> add(amounts, operation, training));
        trace.repeated().forEach(operation -> add(amounts, operation, false));
        if (training) {
            // Parameter, gradient and memories are read; all but the gradient are written.
            long passes = 3 + 2L * workload.use().memories();
            add(amounts, Kind.OPTIMIZER_TRAFFIC, passes * trace.parameterBytes());
        }
        return new StepFeatures(amounts);
    }

    private static void add(Map<Kind, Double> amounts, Operation operation, boolean training) {
        if (operation.isView()) {
            return;
        }
        boolean back = training && operation.result().needsGradient();
        double traffic = operation.traffic();
        double flops = Rules.flops(operation);
        add(amounts, Kind.LAUNCHES, 1);
        if (back) {
            add(amounts, Kind.LAUNCHES_BACKWARD, 1);
        }
        if (flops > 0) {
            Kind kind = product(operation);
            add(amounts, kind, flops);
            add(amounts, Kind.PRODUCT_TRAFFIC, back ? 3 * traffic : traffic);
            if (back) {
                add(amounts, Kind.values()[kind.ordinal() + 1], Rules.flopsBackward(operation));
            }
        } else {
            boolean statistics = operation.name().endsWith("Norm")
                    || operation.name().contains("Pool")
                    || operation.name().equals("softmax");
            Kind kind = statistics ? Kind.STATISTICS_TRAFFIC : Kind.TRAFFIC;
            add(amounts, kind, traffic);
            if (back) {
                add(amounts, Kind.values()[kind.ordinal() + 1], traffic);
            }
        }
    }

    private static Kind product(Operation operation) {
        if (!operation.name().startsWith("conv")) {
            return Kind.MATRIX;
        }
        List<Long> weight = operation.operands().get(1).shape(); // [O, I / groups, H, W]
        if (weight.get(1) == 1 && weight.get(0) > 1 && operation.name().equals("conv2d")) {
            return Kind.DEPTHWISE;
        }
        return weight.get(2) * weight.get(3) == 1 ? Kind.POINTWISE : Kind.CONVOLUTION;
    }

    private static void add(Map<Kind, Double> amounts, Kind kind, double amount) {
        amounts.merge(kind, amount, Double::sum);
    }
}
