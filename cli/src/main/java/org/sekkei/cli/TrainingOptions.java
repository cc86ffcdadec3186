package org.sekkei.cli;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PictureSize;
import org.sekkei.torch.Device;
import org.sekkei.train.Augmentation;
import org.sekkei.train.CheckpointPolicy;
import org.sekkei.train.LoaderConfig;
import org.sekkei.train.Precision;
import org.sekkei.train.Recipe;
import org.sekkei.train.TrainingConfig;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that decide how a training goes.
final class TrainingOptions {
    private static final int LARGEST_INPUT = 224;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description =
                    "The network (${DEFAULT-VALUE}): a classifier that 'sekkei models' lists, or vit or deepvit with"
                            + " measures of one's own.")
    private String model = "resnet18";

    @Mixin
    private ShapeOptions shape = new ShapeOptions();

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training pictures (${DEFAULT-VALUE}).")
    private int epochs = 30;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures a step (${DEFAULT-VALUE}).")
    private int batch = 128;

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Width and height of the network's input; that of the pictures, 224 at most, if not given.")
    private @Nullable Integer size;

    @Mixin
    private RecipeOptions recipe = new RecipeOptions();

    @Mixin
    private StartOptions start = new StartOptions();

    @Option(names = "--rotation", paramLabel = "DEGREES", description = "Rotate by up to so much (${DEFAULT-VALUE}).")
    private double rotation;

    @Option(names = "--precision", paramLabel = "P", description = "auto, float32 or bfloat16; auto if not given.")
    private Precision precision = Precision.AUTO;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "auto";

    @Mixin
    private DecodingOption decoding = new DecodingOption();

    @Option(names = "--threads", paramLabel = "N", description = "Threads that decode; all cores if not given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--memory",
            paramLabel = "M",
            description = "Memory that the process (or the card) may use, for instance 4G; most of what is free if not"
                    + " given. Batches go in parts where they do not fit.")
    private @Nullable MemorySize memory;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Decides order, augmentation and start (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "STEPS",
            description = "Save the state so often, besides every epoch's end and every ten minutes.")
    private int checkpointSteps;

    /// @throws IllegalArgumentException if an option is out of its range
    TrainingConfig config(Dataset dataset) {
        int inputSize = size == null ? usualInput(dataset) : size;
        String named = shape.model(model, inputSize);
        Recipe usual = recipe.recipe(named, batch, epochs, start.isGiven());
        Augmentation crop = Augmentation.training(inputSize);
        var data = new LoaderConfig(
                inputSize,
                batch,
                seed,
                threads,
                new Augmentation(crop.crop(), crop.flipProbability(), rotation, usual.operations()),
                Augmentation.evaluation(inputSize),
                org.sekkei.train.Normalization.IMAGENET,
                true);
        CheckpointPolicy often = CheckpointPolicy.STANDARD;
        return new TrainingConfig(
                named,
                epochs,
                usual.optimization(),
                usual.regularization(),
                start.start(),
                precision,
                Device.parse(device),
                1,
                20,
                new CheckpointPolicy(checkpointSteps, often.everyMinutes(), often.kept()),
                data);
    }

    @Nullable
    MemorySize memory() {
        return memory;
    }

    DecodingOption decoding() {
        return decoding;
    }

    /// The side of the middle one of the pictures by size; above 64 pixels a multiple of 32, the stride of the
    /// networks.
    static int usualInput(Dataset dataset) {
        var sides = new int[dataset.size()];
        Arrays.setAll(sides, index -> {
            PictureSize picture = dataset.info(index).size();
            return Math.min(picture.width(), picture.height());
        });
        Arrays.sort(sides);
        int side = sides.length == 0 ? LARGEST_INPUT : sides[sides.length / 2];
        return side <= Augmentation.SMALL ? side : Math.min(LARGEST_INPUT, side / 32 * 32);
    }
}
