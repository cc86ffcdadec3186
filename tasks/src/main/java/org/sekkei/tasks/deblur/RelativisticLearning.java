package org.sekkei.tasks.deblur;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.sekkei.models.DeblurGanV2;
import org.sekkei.models.PatchCritic;
import org.sekkei.tasks.style.Features;
import org.sekkei.torch.Adam;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// DeblurGAN-v2's recipe (Kupyn et al., 2019, arXiv 1908.03826): two critics, of patches and of nearly the
/// whole crop, say whether crops look sharper than restored ones do on average, by least squares
/// (Jolicoeur-Martineau, 2018, arXiv 1807.00734); the network also makes a squared and a perceptual difference
/// smaller. All numbers are the paper's.
final class RelativisticLearning implements Learning {
    private static final String MODEL = "model.";
    private static final String OPTIMIZER = "optimizer.";
    private static final String CRITIC = "critic_";
    private static final String CRITIC_OPTIMIZER = "critic_optimizer_";
    private static final String POOL = "pool.";
    private static final double PIXELS = 0.5;
    private static final double CONTENT = 0.006;
    private static final double ADVERSARIAL = 0.01;
    private static final int POOLED = 50;

    /// Of the steps; then the learning rate falls to [#LEAST_RATE], a straight line.
    private static final double STEADY = 0.25;

    private static final double LEAST_RATE = 1e-7;

    /// Of the steps, in which features that were trained elsewhere stay as they are: 3 of the authors' 200
    /// epochs.
    private static final double WARM_UP = 0.015;

    private static final List<String> ENCODER = List.of("fpn.features.", "fpn.inception.");

    private final LearningSetting setting;
    private final double learningRate;
    private final Perceptual perceptual;
    private final DeblurGanV2 network;
    private final boolean known;
    private final Adam optimizer;
    private final List<Judge> judges = new ArrayList<>();
    private final PicturePool pool = new PicturePool(POOLED);

    /// A critic that learns.
    private record Judge(PatchCritic.Scale scale, PatchCritic critic, Adam optimizer) {
        String inState() {
            return CRITIC + scale + ".";
        }

        String optimizerInState() {
            return CRITIC_OPTIMIZER + scale + ".";
        }
    }

    /// @param learningRate at its highest
    RelativisticLearning(
            LearningSetting setting,
            double learningRate,
            DeblurGanV2.Backbone backbone,
            Features features,
            Start start) {
        this.setting = setting;
        this.learningRate = learningRate;
        perceptual = new Perceptual(features, Perceptual.DEBLURGAN_V2, setting);
        var generator = new Generator(setting.seed());
        network = setting.ready(new DeblurGanV2(backbone, generator));
        start.fill(network);
        known = !start.isNew();
        optimizer = Adam.adam(LearningSetting.parameters(network), learningRate);
        for (PatchCritic.Scale scale : PatchCritic.Scale.values()) {
            PatchCritic critic = setting.ready(new PatchCritic(scale, generator));
            judges.add(new Judge(scale, critic, Adam.adam(LearningSetting.parameters(critic), learningRate)));
        }
    }

    @Override
    public double learn(int step, int steps, BlurredPairs.Batch batch) {
        double left = Math.min(1, (steps - step) / ((1 - STEADY) * steps));
        double rate = Math.max(LEAST_RATE, learningRate * left);
        optimizer.setLearningRate(rate);
        judges.forEach(judge -> judge.optimizer.setLearningRate(rate));
        boolean frozen = known && step < WARM_UP * steps;
        network.namedParameters().forEach((name, parameter) -> {
            if (ENCODER.stream().anyMatch(name::startsWith)) {
                parameter.requiresGrad(!frozen);
            }
        });
        Tensor sharp = LearningSetting.signed(batch.sharp());
        Tensor restored = setting.computed(() -> network.apply(LearningSetting.signed(batch.blurred())));
        Tensor shown = pool.exchanged(restored.detach(), new SplittableRandom(setting.seed(step, 1)));
        judges.forEach(judge -> learnToJudge(judge, shown, sharp));
        return learnToRestore(restored, sharp);
    }

    private void learnToJudge(Judge judge, Tensor restored, Tensor sharp) {
        try (var _ = Scope.open()) {
            relative(judged(judge.critic, sharp), judged(judge.critic, restored))
                    .backward();
            judge.optimizer.step();
            judge.optimizer.zeroGrad();
        }
    }

    /// How far the first are from being judged sharper by one than the second on average, and the second less
    /// sharp.
    private static Tensor relative(Tensor sharper, Tensor others) {
        Tensor above = sharper.sub(others.mean()).sub(1).square().mean();
        Tensor below = others.sub(sharper.mean()).add(1).square().mean();
        return above.add(below).div(2);
    }

    private double learnToRestore(Tensor restored, Tensor sharp) {
        try (var _ = Scope.open()) {
            Tensor content = Functional.mseLoss(restored, sharp)
                    .mul(PIXELS)
                    .addScaled(
                            CONTENT,
                            perceptual.difference(LearningSetting.unsigned(restored), LearningSetting.unsigned(sharp)));
            Tensor loss = content;
            for (Judge judge : judges) {
                Tensor fooled = relative(judged(judge.critic, restored), judged(judge.critic, sharp));
                loss = loss.addScaled(ADVERSARIAL / judges.size(), fooled);
            }
            loss.backward();
            optimizer.step();
            optimizer.zeroGrad();
            judges.forEach(judge -> judge.optimizer.zeroGrad()); // what came back through critics is not for them
            return content.item();
        }
    }

    private Tensor judged(PatchCritic critic, Tensor pictures) {
        return setting.computed(() -> critic.apply(pictures)).to(pictures.dtype());
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
        LearningSetting.put(all, OPTIMIZER, optimizer.stateDict());
        for (Judge judge : judges) {
            LearningSetting.put(all, judge.inState(), judge.critic.stateDict());
            LearningSetting.put(all, judge.optimizerInState(), judge.optimizer.stateDict());
        }
        LearningSetting.put(all, POOL, pool.state());
        return all;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        network.loadStateDict(LearningSetting.part(state, MODEL));
        optimizer.loadStateDict(LearningSetting.part(state, OPTIMIZER));
        for (Judge judge : judges) {
            judge.critic.loadStateDict(LearningSetting.part(state, judge.inState()));
            judge.optimizer.loadStateDict(LearningSetting.part(state, judge.optimizerInState()));
        }
        pool.restore(LearningSetting.part(state, POOL));
    }

    @Override
    public SequencedMap<String, Tensor> weights() {
        return network.stateDict();
    }
}
