package org.sekkei.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Changes parameters by their gradients. Its state is named tensors, so that a checkpoint goes on bit for bit.
public abstract sealed class Optimizer permits Sgd, Adam {
    /// Parameters that share a weight decay.
    ///
    /// @param parameters under their state-dict keys
    /// @param weightDecay the share by which a parameter shrinks, as the optimiser at hand defines it
    public record Group(SequencedMap<String, Tensor> parameters, double weightDecay) {
        /// All parameters of a module.
        public static List<Group> all(Module module, double weightDecay) {
            return List.of(new Group(module.namedParameters(), weightDecay));
        }

        /// The weights of convolutions and matrices decay; biases and the scales and shifts of norms, which have
        /// one dimension, do not.
        public static List<Group> decayingWeightsOnly(Module module, double weightDecay) {
            SequencedMap<String, Tensor> weights = new LinkedHashMap<>();
            SequencedMap<String, Tensor> others = new LinkedHashMap<>();
            module.namedParameters().forEach((name, value) -> (value.dim() > 1 ? weights : others).put(name, value));
            return List.of(new Group(weights, weightDecay), new Group(others, 0));
        }
    }

    private final List<Group> groups;
    private double learningRate;

    Optimizer(List<Group> groups, double learningRate) {
        this.groups = List.copyOf(groups);
        this.learningRate = learningRate;
    }

    /// One update of every parameter that has a gradient.
    public final void step() {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            for (Group group : groups) {
                List<String> names = new ArrayList<>();
                List<Tensor> parameters = new ArrayList<>();
                List<Tensor> gradients = new ArrayList<>();
                group.parameters.forEach((name, parameter) -> {
                    Tensor gradient = parameter.grad();
                    if (gradient != null) {
                        names.add(name);
                        parameters.add(parameter);
                        gradients.add(gradient);
                    }
                });
                if (!names.isEmpty()) {
                    update(names, parameters, gradients, group.weightDecay);
                }
            }
        }
    }

    abstract void update(List<String> names, List<Tensor> parameters, List<Tensor> gradients, double weightDecay);

    /// Scales all gradients down by one factor if their norm, taken over all of them, is above `most`.
    public final void clipGradients(double most) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            List<Tensor> gradients = new ArrayList<>();
            List<Tensor> squares = new ArrayList<>();
            for (Group group : groups) {
                for (Tensor parameter : group.parameters.values()) {
                    Tensor gradient = parameter.grad();
                    if (gradient != null) {
                        gradients.add(gradient);
                        squares.add(gradient.square().sum());
                    }
                }
            }
            if (!gradients.isEmpty()) {
                Tensor norm = Tensor.stack(squares, 0).sum().sqrt();
                // Stays on the device: to look at the norm would be to wait for it.
                Tensor factor = norm.add(1e-6).pow(-1).mul(most).clamp(0, 1);
                gradients.forEach(gradient -> gradient.mulInPlace(factor));
            }
        }
    }

    /// Forgets the gradients, so that the next backward starts from nothing.
    public final void zeroGrad() {
        groups.forEach(group -> group.parameters.values().forEach(Tensor::clearGrad));
    }

    public final double learningRate() {
        return learningRate;
    }

    /// Sets the learning rate of the next steps.
    public final void setLearningRate(double learningRate) {
        this.learningRate = learningRate;
    }

    /// What the optimiser remembers, the tensors themselves; empty before the first step.
    public abstract SequencedMap<String, Tensor> stateDict();

    /// Goes on from a [#stateDict()].
    ///
    /// @throws IllegalArgumentException if a key or shape does not fit the parameters; then nothing is changed
    public abstract void loadStateDict(Map<String, Tensor> state);

    /// Copies of the entries of one kind, `kind.NAME`, on the parameters' devices.
    final SequencedMap<String, Tensor> loaded(String kind, Map<String, Tensor> state) {
        SequencedMap<String, Tensor> values = new LinkedHashMap<>();
        for (Group group : groups) {
            group.parameters.forEach((name, parameter) -> {
                Tensor value = state.get(kind + "." + name);
                if (value != null) {
                    if (!Arrays.equals(value.shape(), parameter.shape())) {
                        throw new IllegalArgumentException("the optimiser's " + kind + "." + name + " is "
                                + value.describe() + " instead of " + parameter.describe());
                    }
                    values.put(name, like(parameter).copyInPlace(value));
                }
            });
        }
        return values;
    }

    final void requireKnown(Map<String, Tensor> state, List<String> kinds) {
        for (String key : state.keySet()) {
            boolean known = kinds.stream()
                    .anyMatch(kind -> key.startsWith(kind + ".")
                            && groups.stream()
                                    .anyMatch(group -> group.parameters.containsKey(key.substring(kind.length() + 1))));
            if (!known && !kinds.contains(key)) {
                throw new IllegalArgumentException("the optimiser's state has an unknown entry " + key);
            }
        }
    }

    /// Zeros of the parameter's shape, type, device and layout, owned by no scope.
    static Tensor like(Tensor parameter) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            return parameter.detach().copy().zeroInPlace().keep();
        }
    }

    /// The memory of a parameter, made now if need be.
    ///
    /// @throws IllegalStateException if the parameter was moved since, for the native update goes by memory order
    static Tensor memory(SequencedMap<String, Tensor> memories, String name, Tensor parameter) {
        Tensor memory = memories.computeIfAbsent(name, _ -> like(parameter));
        if (memory.isContiguous() != parameter.isContiguous()
                || memory.isChannelsLast() != parameter.isChannelsLast()
                || !memory.device().equals(parameter.device())) {
            throw new IllegalStateException(
                    "parameter " + name + " changed its device or layout after the optimiser's first step");
        }
        return memory;
    }

    static SequencedMap<String, Tensor> prefixed(String kind, Map<String, Tensor> values) {
        SequencedMap<String, Tensor> named = new LinkedHashMap<>();
        values.forEach((name, value) -> named.put(kind + "." + name, value));
        return named;
    }
}
