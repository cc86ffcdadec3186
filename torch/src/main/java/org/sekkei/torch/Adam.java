package org.sekkei.torch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.IValue;

/// Adam with bias correction, as `torch.optim.Adam` and `torch.optim.AdamW`. State: `exp_avg.NAME`,
/// `exp_avg_sq.NAME` and `step.NAME`, how often the parameter was updated.
public final class Adam extends Optimizer {
    /// What weight decay means.
    public enum Decay {
        /// `decay * parameter` is added to the gradient (Adam).
        IN_THE_GRADIENT,
        /// The parameter shrinks by `rate * decay` beside the update (AdamW).
        DECOUPLED
    }

    /// How fast the averages forget, and what keeps the division finite.
    public record Moments(double beta1, double beta2, double epsilon) {
        public static final Moments DEFAULT = new Moments(0.9, 0.999, 1e-8);
    }

    private static final String FIRST = "exp_avg";
    private static final String SECOND = "exp_avg_sq";
    private static final String STEP = "step";

    private final Moments moments;
    private final Decay decay;
    private SequencedMap<String, Tensor> first = new LinkedHashMap<>();
    private SequencedMap<String, Tensor> second = new LinkedHashMap<>();
    private SequencedMap<String, Tensor> steps = new LinkedHashMap<>();

    public Adam(List<Group> groups, double learningRate, Moments moments, Decay decay) {
        super(groups, learningRate);
        this.moments = moments;
        this.decay = decay;
    }

    /// Adam with the usual moments.
    public static Adam adam(List<Group> groups, double learningRate) {
        return new Adam(groups, learningRate, Moments.DEFAULT, Decay.IN_THE_GRADIENT);
    }

    /// AdamW with the usual moments.
    public static Adam adamW(List<Group> groups, double learningRate) {
        return new Adam(groups, learningRate, Moments.DEFAULT, Decay.DECOUPLED);
    }

    @Override
    void update(List<String> names, List<Tensor> parameters, List<Tensor> gradients, double weightDecay) {
        List<Tensor> firsts = new ArrayList<>();
        List<Tensor> seconds = new ArrayList<>();
        List<Tensor> counts = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            Tensor parameter = parameters.get(i);
            firsts.add(memory(first, names.get(i), parameter));
            seconds.add(memory(second, names.get(i), parameter));
            counts.add(steps.computeIfAbsent(
                            names.get(i),
                            _ -> Tensor.zeros(DType.FLOAT32, parameter.device()).keep())
                    .addInPlace(1));
        }
        Dispatch.call(
                decay == Decay.DECOUPLED ? "_fused_adamw_" : "_fused_adam_",
                Dispatch.list(parameters),
                Dispatch.list(gradients),
                Dispatch.list(firsts),
                Dispatch.list(seconds),
                Dispatch.list(List.of()),
                Dispatch.list(counts),
                new IValue(learningRate()),
                new IValue(moments.beta1),
                new IValue(moments.beta2),
                new IValue(weightDecay),
                new IValue(moments.epsilon),
                new IValue(false),
                new IValue(false),
                new IValue(),
                new IValue());
    }

    @Override
    public SequencedMap<String, Tensor> stateDict() {
        SequencedMap<String, Tensor> state = prefixed(FIRST, first);
        state.putAll(prefixed(SECOND, second));
        state.putAll(prefixed(STEP, steps));
        return state;
    }

    @Override
    public void loadStateDict(Map<String, Tensor> state) {
        requireKnown(state, List.of(FIRST, SECOND, STEP));
        SequencedMap<String, Tensor> loadedFirst = loaded(FIRST, state);
        SequencedMap<String, Tensor> loadedSecond = loaded(SECOND, state);
        SequencedMap<String, Tensor> loadedSteps = new LinkedHashMap<>();
        loadedFirst.forEach((name, average) -> {
            Tensor count = state.get(STEP + "." + name);
            if (count == null || count.dim() != 0 || !loadedSecond.containsKey(name)) {
                throw new IllegalArgumentException("the optimiser's state of " + name + " is incomplete");
            }
            try (Scope scope = Scope.open()) {
                loadedSteps.put(
                        name, scope.keep(count.to(average.device()).copy()).keep());
            }
        });
        first = loadedFirst;
        second = loadedSecond;
        steps = loadedSteps;
    }
}
