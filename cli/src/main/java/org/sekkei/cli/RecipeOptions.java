package org.sekkei.cli;

import org.jspecify.annotations.Nullable;
import org.sekkei.train.Optimization;
import org.sekkei.train.RandAugment;
import org.sekkei.train.Recipe;
import org.sekkei.train.Regularization;
import picocli.CommandLine.Option;

/// How a network is trained, as far as it shall be other than usual for its kind.
final class RecipeOptions {
    /// What `--optimizer` takes.
    enum Optimizer {
        SGD,
        ADAMW
    }

    @Option(
            names = "--optimizer",
            paramLabel = "O",
            description = "sgd or adamw; adamw for transformers and sgd for others if not given.")
    private @Nullable Optimizer optimizer;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            description =
                    "Highest learning rate; for 128 pictures a step 0.1 (sgd) or 0.0005 (adamw), and in proportion,"
                            + " and a tenth of it with --init, if not given.")
    private @Nullable Double learningRate;

    @Option(
            names = "--warm-up",
            paramLabel = "EPOCHS",
            description = "Epochs in which the learning rate rises; 5, or a fifth of them, if not given.")
    private @Nullable Double warmUp;

    @Option(names = "--momentum", paramLabel = "M", description = "Nesterov momentum of sgd (0.9).")
    private @Nullable Double momentum;

    @Option(
            names = "--weight-decay",
            paramLabel = "D",
            description = "On weights, not on norms and biases (sgd 0.0005, adamw 0.05).")
    private @Nullable Double weightDecay;

    @Option(
            names = "--clip",
            paramLabel = "NORM",
            description = "Scale gradients down to this norm; 0 does not (sgd 0, adamw 1).")
    private @Nullable Double clipping;

    @Option(
            names = "--ema",
            paramLabel = "KEPT",
            description =
                    "Evaluate and save a running average of the weights that keeps this share a step; 0 does not (sgd 0,"
                            + " adamw 0.9998).")
    private @Nullable Double averaging;

    @Option(names = "--label-smoothing", paramLabel = "S", description = "The share spread over all classes (0.1).")
    private @Nullable Double labelSmoothing;

    @Option(
            names = "--mixup",
            paramLabel = "ALPHA",
            description = "Blend pictures of a batch by shares from Beta(ALPHA, ALPHA); 0 does not (transformers 0.8,"
                    + " others 0).")
    private @Nullable Double mixup;

    @Option(
            names = "--cutmix",
            paramLabel = "ALPHA",
            description = "Put rectangles of other pictures in, likewise (transformers 1, others 0).")
    private @Nullable Double cutmix;

    @Option(
            names = "--randaugment",
            paramLabel = "N",
            description = "Operations of geometry and colour a sample (transformers 2, others 0).")
    private @Nullable Integer operations;

    @Option(names = "--magnitude", paramLabel = "M", description = "Strength of these operations in 0 to 10 (9).")
    private @Nullable Double magnitude;

    @Option(
            names = "--drop-path",
            paramLabel = "SHARE",
            description =
                    "Samples that skip the last residual branch, and fewer the earlier (transformers 0.1, others 0).")
    private @Nullable Double dropPath;

    private static final double USUAL_MAGNITUDE = 9;

    /// @param model the network's full name
    /// @param fineTuning whether it was trained before
    /// @throws IllegalArgumentException if an option is out of its range or does not fit the others
    Recipe recipe(String model, int batch, int epochs, boolean fineTuning) {
        Recipe family = Recipe.usual(model, batch, epochs);
        Recipe usual = new Recipe(
                optimizer == null ? family.optimization() : usual(optimizer, batch, epochs),
                family.regularization(),
                family.operations());
        if (fineTuning) {
            usual = usual.fineTuning();
        }
        Optimization optimization = usual.optimization();
        Regularization regularization = usual.regularization();
        int drawn = operations == null ? usual.operations().operations() : operations;
        return new Recipe(
                new Optimization(
                        rule(optimization.rule()),
                        orElse(learningRate, optimization.learningRate()),
                        orElse(warmUp, optimization.warmUpEpochs()),
                        orElse(weightDecay, optimization.weightDecay()),
                        orElse(clipping, optimization.clipping()),
                        orElse(averaging, optimization.averaging())),
                new Regularization(
                        orElse(labelSmoothing, regularization.labelSmoothing()),
                        orElse(mixup, regularization.mixup()),
                        orElse(cutmix, regularization.cutmix()),
                        orElse(dropPath, regularization.dropPath())),
                drawn == 0 ? RandAugment.NONE : new RandAugment(drawn, orElse(magnitude, USUAL_MAGNITUDE)));
    }

    private static Optimization usual(Optimizer optimizer, int batch, int epochs) {
        return switch (optimizer) {
            case SGD -> Optimization.sgd(batch, epochs);
            case ADAMW -> Optimization.adamW(batch, epochs);
        };
    }

    private Optimization.Rule rule(Optimization.Rule usual) {
        if (momentum == null) {
            return usual;
        }
        if (usual instanceof Optimization.Rule.AdamW) {
            throw new IllegalArgumentException("--momentum is for --optimizer sgd; adamw has none");
        }
        return new Optimization.Rule.Momentum(momentum);
    }

    private static double orElse(@Nullable Double given, double usual) {
        return given == null ? usual : given;
    }
}
