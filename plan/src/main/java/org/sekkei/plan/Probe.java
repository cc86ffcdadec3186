package org.sekkei.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.Network;
import org.sekkei.plan.Workload.Activations;
import org.sekkei.torch.Adam;
import org.sekkei.torch.Autocast;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Guard;
import org.sekkei.torch.Optimizer;
import org.sekkei.torch.Recomputation;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Sgd;
import org.sekkei.torch.Tensor;

/// A workload that really runs on the processor: what plans are measured against. Weights are zeros, for neither memory
/// nor time depends on them; the loss is the mean square of what comes out.
public final class Probe implements AutoCloseable {
    private static final int FEWEST_STEPS = 3;

    private final Scope scope = Scope.open();
    private final Workload workload;
    private final Network.Graph graph;
    private final SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
    private final Recomputation recomputation;
    private final @Nullable Optimizer optimizer;

    /// Takes the memory of the network and of a batch.
    public Probe(Workload workload) {
        this.workload = workload;
        graph = workload.network().factory().create(Generator.idle());
        for (Network.Input input : workload.network().inputs()) {
            if (input.required()) {
                long[] shape = input.shape().apply(workload.side());
                shape[0] = workload.batch();
                inputs.put(input.name(), Tensor.ones(shape));
            }
        }
        recomputation = workload.activations() == Activations.RECOMPUTED
                ? Recomputation.of(graph.module())
                : Recomputation.NONE;
        List<Optimizer.Group> groups = Optimizer.Group.decayingWeightsOnly(graph.module(), 1e-4);
        optimizer = switch (workload.use()) {
            case INFERENCE -> null;
            case TRAINING_SGD -> new Sgd(groups, 1e-3, 0.9, true);
            case TRAINING_ADAMW -> Adam.adamW(groups, 1e-3);
        };
        if (optimizer == null) {
            graph.module().eval();
        } else {
            graph.module().train();
        }
    }

    /// One step.
    public void step() {
        try (var _ = Scope.open()) {
            if (optimizer == null) {
                infer();
            } else {
                train(optimizer);
            }
        }
    }

    /// Seconds of the quickest of some steps after the first: what the machine does undisturbed.
    ///
    /// @param enough seconds after which no further step begins, once there were three
    public double seconds(double enough) {
        return seconds(enough, System::nanoTime);
    }

    /// The same by another clock, for instance the processor time of this thread where libtorch has no other.
    ///
    /// @param nanoTime the clock
    public double seconds(double enough, LongSupplier nanoTime) {
        step();
        double quickest = Double.POSITIVE_INFINITY;
        long start = System.nanoTime();
        for (int steps = 0; steps < FEWEST_STEPS || (System.nanoTime() - start) * 1e-9 < enough; steps++) {
            long before = nanoTime.getAsLong();
            step();
            quickest = Math.min(quickest, (nanoTime.getAsLong() - before) * 1e-9);
        }
        return quickest;
    }

    private void infer() {
        try (var _ = Autograd.noGrad();
                var _ = autocast()) {
            graph.run(inputs);
        }
    }

    private void train(Optimizer rule) {
        recomputation.backward(() -> {
            List<Tensor> losses = new ArrayList<>();
            try (var _ = autocast()) {
                graph.run(inputs)
                        .values()
                        .forEach(output ->
                                losses.add(output.to(DType.FLOAT32).square().mean()));
            }
            return Tensor.stack(losses, 0).sum();
        });
        rule.step();
        rule.zeroGrad();
    }

    private Guard autocast() {
        return workload.precision() == DType.BFLOAT16 ? Autocast.bfloat16(Device.Kind.CPU) : () -> {};
    }

    @Override
    public void close() {
        scope.close();
    }
}
