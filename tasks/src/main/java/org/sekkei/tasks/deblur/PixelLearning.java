package org.sekkei.tasks.deblur;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.sekkei.models.DeblurSmall;
import org.sekkei.torch.Adam;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// [DeblurSmall] by the mean absolute difference to sharp crops. The weights of the last steps are averaged.
final class PixelLearning implements Learning {
    private static final String MODEL = "model.";
    private static final String AVERAGE = "average.";
    private static final String OPTIMIZER = "optimizer.";
    private static final int WARM_UP = 100;
    private static final double CLIPPING = 1;

    /// Of the averaged weights, what a step keeps; fewer steps are weighted evenly.
    private static final double KEPT = 0.999;

    private final LearningSetting setting;
    private final double learningRate;
    private final DeblurSmall network;
    private final DeblurSmall average;
    private final Adam optimizer;

    /// @param learningRate at its highest; it rises over the first steps and falls to zero as half a cosine
    PixelLearning(LearningSetting setting, double learningRate, Start start) {
        this.setting = setting;
        this.learningRate = learningRate;
        network = setting.ready(new DeblurSmall(new Generator(setting.seed())));
        start.fill(network);
        average = setting.ready(new DeblurSmall(Generator.idle()));
        average.loadStateDict(network.stateDict());
        optimizer = Adam.adam(LearningSetting.parameters(network), learningRate);
    }

    @Override
    public double learn(int step, int steps, BlurredPairs.Batch batch) {
        double rise = Math.min(1, (step + 1.0) / WARM_UP);
        optimizer.setLearningRate(learningRate * rise * 0.5 * (1 + Math.cos(Math.PI * step / steps)));
        Tensor loss = setting.computed(() -> network.apply(batch.blurred()))
                .sub(batch.sharp())
                .abs()
                .mean();
        loss.backward();
        optimizer.clipGradients(CLIPPING);
        optimizer.step();
        optimizer.zeroGrad();
        takeIntoAverage(step);
        return loss.item();
    }

    private void takeIntoAverage(int step) {
        try (var _ = Autograd.noGrad()) {
            double share = Math.max(1 - KEPT, 1.0 / (step + 1));
            Map<String, Tensor> newest = network.namedParameters();
            average.namedParameters()
                    .forEach((name, tensor) -> tensor.lerpInPlace(newest.getOrDefault(name, tensor), share));
        }
    }

    @Override
    public Tensor restored(Tensor blurred) {
        return setting.computed(() -> average.apply(blurred)).clamp(0, 1);
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        LearningSetting.put(all, MODEL, network.stateDict());
        LearningSetting.put(all, AVERAGE, average.stateDict());
        LearningSetting.put(all, OPTIMIZER, optimizer.stateDict());
        return all;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        try (var _ = Scope.open()) {
            network.loadStateDict(LearningSetting.part(state, MODEL));
            average.loadStateDict(LearningSetting.part(state, AVERAGE));
            optimizer.loadStateDict(LearningSetting.part(state, OPTIMIZER));
        }
    }

    /// In half precision: the network is small because it ships.
    @Override
    public SequencedMap<String, Tensor> weights() {
        SequencedMap<String, Tensor> half = new LinkedHashMap<>();
        average.stateDict()
                .forEach((name, tensor) ->
                        half.put(name, tensor.detach().contiguous().to(DType.FLOAT16)));
        return half;
    }
}
