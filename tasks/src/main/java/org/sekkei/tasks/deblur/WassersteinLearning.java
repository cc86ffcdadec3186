package org.sekkei.tasks.deblur;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.sekkei.models.DeblurGan;
import org.sekkei.models.PatchCritic;
import org.sekkei.tasks.style.Features;
import org.sekkei.torch.Adam;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.ConvTranspose2d;
import org.sekkei.torch.Dropout;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Init;
import org.sekkei.torch.Module;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// DeblurGAN's recipe (Kupyn et al., 2017, arXiv 1711.07064): a critic estimates how far restored crops are
/// from sharp ones in Wasserstein's distance, with a penalty on its gradient (Gulrajani et al., 2017, arXiv
/// 1704.00028), and the network makes that distance and a perceptual difference smaller. All numbers are the
/// authors'.
final class WassersteinLearning implements Learning {
    private static final String MODEL = "model.";
    private static final String CRITIC = "critic.";
    private static final String OPTIMIZER = "optimizer.";
    private static final String CRITIC_OPTIMIZER = "critic_optimizer.";
    private static final int CRITIC_STEPS = 5;
    private static final double PENALTY = 10;
    private static final double CONTENT = 100;
    private static final double DEVIATION = 0.02;
    private static final Adam.Moments MOMENTS = new Adam.Moments(0.5, 0.999, 1e-8);

    private final LearningSetting setting;
    private final double learningRate;
    private final Perceptual perceptual;
    private final DeblurGan network;
    private final PatchCritic critic;
    private final Adam optimizer;
    private final Adam criticOptimizer;

    /// @param learningRate of the first half; it falls to zero over the second
    WassersteinLearning(LearningSetting setting, double learningRate, Features features, Start start) {
        this.setting = setting;
        this.learningRate = learningRate;
        perceptual = new Perceptual(features, Perceptual.DEBLURGAN, setting);
        var generator = new Generator(setting.seed());
        network = new DeblurGan(generator);
        critic = new PatchCritic(PatchCritic.Scale.PATCH, generator);
        drawWeights(network, generator);
        drawWeights(critic, generator);
        setting.ready(network);
        setting.ready(critic);
        start.fill(network);
        optimizer = adam(network);
        criticOptimizer = adam(critic);
    }

    private Adam adam(Module trained) {
        return new Adam(LearningSetting.parameters(trained), learningRate, MOMENTS, Adam.Decay.IN_THE_GRADIENT);
    }

    private static void drawWeights(Module network, Generator generator) {
        network.namedModules().forEach((_, module) -> {
            if (module instanceof Conv2d || module instanceof ConvTranspose2d) {
                module.namedParameters().forEach((name, parameter) -> {
                    if (name.equals("weight")) {
                        Init.normal(parameter, DEVIATION, generator);
                    } else {
                        Init.constant(parameter, 0);
                    }
                });
            }
        });
    }

    @Override
    public double learn(int step, int steps, BlurredPairs.Batch batch) {
        double rate = learningRate * Math.min(1, 2.0 * (steps - step) / steps);
        optimizer.setLearningRate(rate);
        criticOptimizer.setLearningRate(rate);
        Dropout.draw(network, setting.seed(step, 0));
        Tensor sharp = LearningSetting.signed(batch.sharp());
        Tensor restored = setting.computed(() -> network.apply(LearningSetting.signed(batch.blurred())));
        for (int i = 1; i <= CRITIC_STEPS; i++) {
            double share = new SplittableRandom(setting.seed(step, i)).nextDouble();
            learnToJudge(restored.detach(), sharp, share);
        }
        return learnToRestore(restored, batch.sharp());
    }

    private void learnToJudge(Tensor restored, Tensor sharp, double share) {
        try (var _ = Scope.open()) {
            Tensor distance = judged(restored).mean().sub(judged(sharp).mean());
            Tensor between =
                    sharp.mul(share).addScaled(1 - share, restored).detach().requiresGrad(true);
            Tensor slope = Autograd.derivative(critic.apply(between).sum(), between);
            Tensor steepness = slope.square().sum(false, 1).add(TINY).sqrt(); // [B, H, W]
            Tensor penalty = steepness.sub(1).square().mean();
            distance.addScaled(PENALTY, penalty).backward();
            criticOptimizer.step();
            criticOptimizer.zeroGrad();
        }
    }

    /// Keeps the derivative of a root finite where there is no slope.
    private static final double TINY = 1e-12;

    private double learnToRestore(Tensor restored, Tensor sharp) {
        try (var _ = Scope.open()) {
            Tensor content = perceptual.difference(LearningSetting.unsigned(restored), sharp);
            judged(restored).mean().neg().addScaled(CONTENT, content).backward();
            optimizer.step();
            optimizer.zeroGrad();
            criticOptimizer.zeroGrad(); // what came back through the critic is not for it
            return content.item();
        }
    }

    private Tensor judged(Tensor pictures) {
        return setting.computed(() -> critic.apply(pictures));
    }

    @Override
    public Tensor restored(Tensor blurred) {
        network.eval();
        try {
            return LearningSetting.unsigned(setting.computed(() -> network.apply(LearningSetting.signed(blurred))));
        } finally {
            network.train();
        }
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        LearningSetting.put(all, MODEL, network.stateDict());
        LearningSetting.put(all, CRITIC, critic.stateDict());
        LearningSetting.put(all, OPTIMIZER, optimizer.stateDict());
        LearningSetting.put(all, CRITIC_OPTIMIZER, criticOptimizer.stateDict());
        return all;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        network.loadStateDict(LearningSetting.part(state, MODEL));
        critic.loadStateDict(LearningSetting.part(state, CRITIC));
        optimizer.loadStateDict(LearningSetting.part(state, OPTIMIZER));
        criticOptimizer.loadStateDict(LearningSetting.part(state, CRITIC_OPTIMIZER));
    }

    @Override
    public SequencedMap<String, Tensor> weights() {
        return network.stateDict();
    }
}
