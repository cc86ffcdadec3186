package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.tasks.style.DescentRule;
import org.sekkei.tasks.style.FeatureModel;
import org.sekkei.tasks.style.Features;
import org.sekkei.tasks.style.MemoryPlan;
import org.sekkei.tasks.style.StyleJob;
import org.sekkei.tasks.style.StyleRecipe;
import org.sekkei.tasks.style.StyleTransfer;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.train.Precision;
import picocli.CommandLine.Option;

/// How a style is transferred.
final class StyleOptions {
    enum Optimizer {
        LBFGS,
        ADAM
    }

    /// Between sizes that are tried where that of the content does not fit into the memory.
    private static final double SMALLER = 0.9;

    private static final double USUAL_SHARE_OF_FREE_MEMORY = 0.8;

    @Option(
            names = "--recipe",
            paramLabel = "R",
            description = "gatys, gogh, gogh:vgg_chainer or wasserstein (${DEFAULT-VALUE}).")
    private String recipe = "gatys";

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "vgg19, vgg16 or nin, whose weights --weights gives; vgg19 if not given.")
    private @Nullable String model;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description =
                    "Weights of the network, trained on ImageNet, in any format; without them, the small network that"
                            + " ships is used, which knows far less.")
    private @Nullable Path weights;

    @Option(
            names = "--input",
            paramLabel = "WHOSE",
            description = "Whose input the weights take: caffe or torchvision; told by the file's name if not given.")
    private Features.@Nullable Origin origin;

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Longest side of the result: pixels, 4K or 8K; that of CONTENT if not given.")
    private @Nullable PictureSide size;

    @Option(
            names = "--first-size",
            paramLabel = "N",
            description = "Longest side to begin with, at least; sizes grow from there; the recipe's if not given.")
    private @Nullable PictureSide firstSize;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description = "Iterations at the first size, later ones in proportion; the recipe's if not given.")
    private @Nullable Integer iterations;

    @Option(
            names = "--memory",
            paramLabel = "M",
            description = "Memory that may be taken, for instance 4G; most of what is free if not given.")
    private @Nullable MemorySize memory;

    @Option(
            names = "--optimizer",
            paramLabel = "O",
            description = "lbfgs or adam; the recipe's, or what the memory allows, if not given.")
    private @Nullable Optimizer optimizer;

    @Option(
            names = "--content-weight",
            paramLabel = "F",
            description = "How much more than in the recipe the content counts (${DEFAULT-VALUE}).")
    private double contentWeight = 1;

    @Option(names = "--precision", paramLabel = "P", description = "auto, float32 or bfloat16; auto if not given.")
    private Precision precision = Precision.AUTO;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "auto";

    @Option(names = "--seed", paramLabel = "N", description = "Decides the noise (${DEFAULT-VALUE}).")
    private long seed = 1;

    /// @param command says what is wrong with the options
    /// @throws IllegalArgumentException if the pictures are too small, or the memory is
    StyleTransfer transfer(Job command, Features features, Picture content, Picture style) {
        Device where = command.fromOptions(() -> Device.parse(device));
        StyleRecipe asked = command.fromOptions(() -> recipe(features.model()));
        long most = memory == null ? (long) (where.freeBytes() * USUAL_SHARE_OF_FREE_MEMORY) : memory.bytes();
        int own = Math.max(content.width(), content.height());
        var job = new StyleJob(
                content,
                style,
                features,
                asked,
                precision.on(where) == Precision.BFLOAT16 ? DType.BFLOAT16 : DType.FLOAT32,
                size == null ? own : size.pixels(),
                most,
                optimizer != null,
                where,
                seed);
        return size == null ? largest(command, job) : new StyleTransfer(job);
    }

    /// The content's own size was not asked for, so a smaller one will do where that does not fit.
    private static StyleTransfer largest(Job command, StyleJob job) {
        MemoryPlan.@Nullable TooLittle tooLittle = null;
        for (double longest = job.longest(); longest >= 1; longest *= SMALLER) {
            try {
                var transfer = new StyleTransfer(job.withLongest((int) longest));
                if (tooLittle != null) {
                    command.err()
                            .println("The result is made " + (int) longest + " pixels long, not " + job.longest() + ": "
                                    + Failures.sentence(tooLittle) + ".");
                }
                return transfer;
            } catch (MemoryPlan.TooLittle e) {
                tooLittle = tooLittle == null ? e : tooLittle;
            } catch (IllegalArgumentException nothingLeft) {
                throw tooLittle == null ? nothingLeft : tooLittle;
            }
        }
        throw Objects.requireNonNull(tooLittle);
    }

    private StyleRecipe recipe(FeatureModel network) {
        if (!(contentWeight >= 0 && contentWeight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("--content-weight must be 0 or more, not " + contentWeight);
        }
        StyleRecipe asked = StyleRecipe.named(recipe, network).withContent(contentWeight);
        if (iterations != null) {
            asked = asked.withIterations(iterations);
        }
        if (firstSize != null) {
            asked = asked.beginningAt(firstSize.pixels());
        }
        return switch (optimizer) {
            case null -> asked;
            case LBFGS -> asked.with(asked.rule() instanceof DescentRule.Bfgs bfgs ? bfgs : DescentRule.Bfgs.USUAL);
            case ADAM -> asked.with(asked.rule() instanceof DescentRule.Adam adam ? adam : DescentRule.Adam.USUAL);
        };
    }

    Features features(Job command) throws IOException {
        FeatureModel network =
                command.fromOptions(() -> model == null ? FeatureModel.VGG19 : FeatureModel.named(model));
        if (weights == null) {
            if (model != null && network != FeatureModel.VGG_SMALL) {
                throw command.usage(
                        "--model " + model + " needs its weights: --weights FILE. Without --model, the small"
                                + " network that ships is used.");
            }
            command.err()
                    .println(
                            "No --weights: using the small network that ships, trained on CIFAR-10. It knows colours and"
                                    + " simple textures; for what style transfer is known for, give the weights of a VGG trained on"
                                    + " ImageNet (docs/style.md).");
            return Features.builtIn();
        }
        Path file = weights;
        if (!Files.exists(file)) {
            throw command.usage("--weights " + file + ": there is no such file.");
        }
        Features.Origin whose = origin == null ? Features.Origin.of(file, network) : origin;
        if (origin == null) {
            command.err()
                    .println(file + ": taken for weights of "
                            + (whose == Features.Origin.CAFFE ? "Caffe" : "torchvision") + "; --input says otherwise.");
        }
        return Features.read(file, network, whose);
    }
}
