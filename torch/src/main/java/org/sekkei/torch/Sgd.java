package org.sekkei.torch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.IValue;

/// Stochastic gradient descent with momentum, as `torch.optim.SGD`: with `d = gradient + decay * parameter`, the
/// momentum is `m = momentum * m + d` (the first time `m = d`), and the parameter loses `rate * m`, or with
/// Nesterov `rate * (d + momentum * m)`. State: `momentum_buffer.NAME`.
public final class Sgd extends Optimizer {
    private static final String BUFFER = "momentum_buffer";

    private final double momentum;
    private final boolean nesterov;
    private SequencedMap<String, Tensor> buffers = new LinkedHashMap<>();

    /// @throws IllegalArgumentException if `nesterov` is asked for without momentum
    public Sgd(List<Group> groups, double learningRate, double momentum, boolean nesterov) {
        super(groups, learningRate);
        if (momentum < 0 || momentum >= 1 || (nesterov && momentum == 0)) {
            throw new IllegalArgumentException("momentum must be in [0, 1), and above 0 for Nesterov; not " + momentum);
        }
        this.momentum = momentum;
        this.nesterov = nesterov;
    }

    @Override
    void update(List<String> names, List<Tensor> parameters, List<Tensor> gradients, double weightDecay) {
        // A zero momentum gives m = d at the first step, so new parameters need no case of their own.
        List<Tensor> momenta = new ArrayList<>();
        for (int i = 0; momentum > 0 && i < names.size(); i++) {
            momenta.add(memory(buffers, names.get(i), parameters.get(i)));
        }
        Dispatch.call(
                "_fused_sgd_",
                Dispatch.list(parameters),
                Dispatch.list(gradients),
                Dispatch.list(momenta),
                new IValue(weightDecay),
                new IValue(momentum),
                new IValue(learningRate()),
                new IValue(0.0),
                new IValue(nesterov),
                new IValue(false),
                new IValue(false),
                new IValue(),
                new IValue());
    }

    @Override
    public SequencedMap<String, Tensor> stateDict() {
        return prefixed(BUFFER, buffers);
    }

    @Override
    public void loadStateDict(Map<String, Tensor> state) {
        requireKnown(state, List.of(BUFFER));
        buffers = loaded(BUFFER, state);
    }
}
