package org.sekkei.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// A running average of a network's weights and statistics, in a network of its own.
final class AveragedWeights {
    private static final String PREFIX = "average.";

    private final Layer network;
    private final Layer average;
    private final double kept;

    /// @param average of the same architecture, device and layout; is filled with the network's weights
    /// @param kept the share that the average keeps at a step, once there were many
    AveragedWeights(Layer network, Layer average, double kept) {
        this.network = network;
        this.average = average;
        this.kept = kept;
        average.loadStateDict(network.stateDict());
        average.eval();
    }

    /// What is to be evaluated and saved.
    Layer network() {
        return average;
    }

    /// Takes in the weights after a step.
    ///
    /// @param steps done before it, over the whole training
    void update(long steps) {
        double keptNow = Math.min(kept, (1.0 + steps) / (10.0 + steps));
        Map<String, Tensor> current = network.stateDict();
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            average.stateDict().forEach((name, value) -> {
                Tensor now = current.get(name);
                if (now != null && value.dtype().isFloatingPoint()) {
                    value.lerpInPlace(now, 1 - keptNow);
                } else if (now != null) {
                    value.copyInPlace(now);
                }
            });
        }
    }

    /// The average's tensors themselves, under names of their own.
    SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        average.stateDict().forEach((name, value) -> state.put(PREFIX + name, value));
        return state;
    }

    /// Goes on from a [#state()] that lies among other tensors.
    void restore(Map<String, Tensor> state) {
        SequencedMap<String, Tensor> own = new LinkedHashMap<>();
        state.forEach((name, value) -> {
            if (isState(name)) {
                own.put(name.substring(PREFIX.length()), value);
            }
        });
        average.loadStateDict(own);
    }

    static boolean isState(String name) {
        return name.startsWith(PREFIX);
    }
}
