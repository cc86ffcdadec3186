package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sekkei.tasks.deblur.CameraShake;
import org.sekkei.tasks.deblur.DeblurNetwork;
import org.sekkei.tasks.deblur.DeblurTraining;
import org.sekkei.tasks.deblur.Start;
import org.sekkei.tasks.deblur.TrainingNeed;
import org.sekkei.tasks.style.FeatureModel;
import org.sekkei.tasks.style.Features;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Threads;
import org.sekkei.train.Precision;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei deblur train`.
@Command(
        name = "train",
        description = {
            "Train a network of 'sekkei deblur' by its authors' recipe: on sharp pictures that are blurred as it goes, by"
                    + " random ways of a camera, or on pairs of photos. The run's folder keeps its state, metrics.csv and"
                    + " the weights."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei deblur train photos --out runs/deblur",
            "  sekkei deblur train photos --out runs/deblur --resume",
            "  sekkei deblur train photos.inr --model deblurgan --perceptual vgg19-dcbb9e9d.pth",
            "  sekkei deblur train GOPRO_Large/train --model deblurganv2_mobilenet --init mobilenet_v2-b0353104.pth"
        })
final class DeblurTrainCommand extends Job {
    private static final double USUAL_SHARE = 0.8;

    @Parameters(
            paramLabel = "PHOTOS",
            arity = "1..*",
            description =
                    "Sharp picture files, and folders or archives in any layout that 'sekkei pack' reads; or one data set"
                            + " that it made, of which just the crops are decoded; or one folder with pairs of photos in"
                            + " .../blur and .../sharp, as GoPro's data set has them.")
    private List<Path> photos = List.of();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "ours, deblurgan, deblurganv2_inception or deblurganv2_mobilenet (${DEFAULT-VALUE}).")
    private String model = "ours";

    @Option(
            names = "--init",
            paramLabel = "WEIGHTS",
            description =
                    "Start from a checkpoint of the network; or, for DeblurGAN-v2, of the classifier that it stands"
                            + " on, which then stays as it is for the first 1.5 % of the steps.")
    private @Nullable Path init;

    @Option(
            names = "--perceptual",
            paramLabel = "WEIGHTS",
            description =
                    "VGG-19 trained on ImageNet, for the GANs' perceptual loss; without it, the small network that"
                            + " ships, which knows far less.")
    private @Nullable Path perceptual;

    @Option(names = "--out", paramLabel = "RUN", description = "The run's folder (${DEFAULT-VALUE}).")
    private Path out = Path.of("runs", "deblur");

    @Option(
            names = "--validation",
            paramLabel = "PHOTOS",
            description = "What to check with on the way, of any kind that PHOTOS may be; if not given, one in "
                    + DeblurMaterial.KEPT + " of PHOTOS, or what a data set keeps for it, is not trained on.")
    private @Nullable Path validation;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of the optimiser; the recipe's if not given.")
    private @Nullable Integer steps;

    @Option(names = "--batch", paramLabel = "N", description = "Crops a step; the recipe's if not given.")
    private @Nullable Integer batch;

    @Option(names = "--crop", paramLabel = "N", description = "Side of a crop in pixels; the recipe's if not given.")
    private @Nullable Integer crop;

    @Option(
            names = "--lr",
            paramLabel = "F",
            description = "The learning rate at its highest; the recipe's if not given.")
    private @Nullable Double learningRate;

    @Option(
            names = "--blur",
            paramLabel = "PIXELS",
            description = "Length of a camera's whole way; an exposure ends after a tenth, a half or all of it; the"
                    + " recipe's if not given.")
    private @Nullable Double length;

    @Option(
            names = "--noise",
            paramLabel = "LEVELS",
            description = "Standard deviation of the sensor's noise, of 255 (${DEFAULT-VALUE}).")
    private double noise = 1;

    @Option(
            names = "--photo-size",
            paramLabel = "N",
            description = "Reduce photos to a longest side of so many pixels first (${DEFAULT-VALUE}).")
    private int photoSize = 1024;

    @Option(
            names = "--most",
            paramLabel = "N",
            description = "Take so many photos of a folder at most, spread over it (${DEFAULT-VALUE}).")
    private int most = 4000;

    @Option(names = "--precision", paramLabel = "P", description = "auto, float32 or bfloat16 (${DEFAULT-VALUE}).")
    private Precision precision = Precision.AUTO;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "STEPS",
            description = "Save the state so often (${DEFAULT-VALUE}).")
    private int saveEvery = 250;

    @Option(names = "--seed", paramLabel = "N", description = "Decides crops, blurs and start (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--memory",
            paramLabel = "M",
            description = "Memory that may be taken, for instance 4G; most of what is free if not given.")
    private @Nullable MemorySize memory;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads; all cores if not given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--resume", description = "Go on from the run's state.")
    private boolean resume;

    private record Result(String weights, int steps, List<DeblurTraining.Line> lines) {}

    @Override
    String howToGoOn() {
        return "The same command with --resume goes on from the newest state.";
    }

    @Override
    int run() throws Exception {
        if (!resume && RunFolder.holdsTraining(out)) {
            throw usage(out + ": holds a training already; go on with --resume, or name another folder by --out.");
        }
        if (resume && !DeblurTraining.isBegun(out)) {
            throw usage(out + ": there is nothing to go on from; leave --resume out.");
        }
        if (photoSize < 32 || most < 1) {
            throw usage("--photo-size must be at least 32 and --most at least 1.");
        }
        fromOptions(() -> {
            Threads.set(threads);
            return threads;
        });
        Device where = fromOptions(() -> Device.parse(device));
        DeblurNetwork network = fromOptions(() -> DeblurNetwork.named(model));
        Usual usual = Usual.of(network);
        var crops = fromOptions(
                () -> new DeblurMaterial.Crops(or(crop, usual.crop), or(length, usual.length), noise, where));
        DeblurTraining.Config config = fromOptions(() -> new DeblurTraining.Config(
                network,
                or(steps, usual.steps),
                or(batch, usual.batch),
                or(learningRate, usual.learningRate),
                precision.on(where) == Precision.BFLOAT16,
                saveEvery,
                seed,
                where));
        try (ProgressLine progress = newProgress();
                var _ = Scope.open();
                DeblurMaterial material = DeblurMaterial.open(this, photos, photoSize, most, where, progress);
                DeblurMaterial other = validation == null
                        ? null
                        : DeblurMaterial.open(this, List.of(validation), photoSize, most, where, progress)) {
            boolean divided = other == null;
            DeblurMaterial unseen = other == null ? material : other;
            int[] train = divided
                    ? material.training()
                    : IntStream.range(0, material.count()).toArray();
            int[] check = divided
                    ? material.checking()
                    : IntStream.range(0, unseen.count()).toArray();
            if (check.length == 0 || train.length == 0) {
                throw usage("there are " + material.count() + " " + material.noun() + "; give at least "
                        + DeblurMaterial.KEPT + ", or --validation.");
            }
            Features features = features(network);
            long budget = memory == null ? Math.round(USUAL_SHARE * where.freeBytes()) : memory.bytes();
            long held = material.heldBytes() + (divided ? 0 : unseen.heldBytes());
            TrainingNeed need = TrainingNeed.of(config, crops.side(), held, features.model());
            need.require(budget);
            progress.say(
                    json() ? err() : out(),
                    "Memory: " + Figures.bytes(need.expected()) + " expected of " + Figures.bytes(budget) + ".");
            Start start = init == null ? Start.NEW : Start.read(init, network);
            DeblurTraining training = fromOptions(() -> new DeblurTraining(
                    config,
                    start,
                    features,
                    material.pairs(train, crops, seed),
                    unseen.pairs(check, crops, ~seed),
                    out));
            Files.createDirectories(out);
            progress.say(
                    json() ? err() : out(),
                    Figures.count(train.length) + " " + material.noun() + ", " + Figures.count(check.length)
                            + " to check with");
            List<DeblurTraining.Line> lines = new ArrayList<>();
            training.run(new DeblurTraining.Listener() {
                @Override
                public void line(DeblurTraining.Line line) {
                    lines.add(line);
                    progress.say(
                            json() ? err() : out(),
                            String.format(
                                    Locale.ROOT,
                                    "step %,d: loss %.5f, photos that it never saw from %.2f dB to %.2f dB, %s",
                                    line.step(),
                                    line.loss(),
                                    line.blurred(),
                                    line.restored(),
                                    Figures.duration(line.seconds())));
                }

                @Override
                public void step(int step, int all, double loss) {
                    progress.update("training", "steps", step, all, String.format(Locale.ROOT, "loss %.5f", loss));
                }
            });
            Path weights = training.weights();
            if (json()) {
                printJson(new Result(weights.toString(), config.steps(), lines));
            } else {
                String option = network == DeblurNetwork.OURS ? "" : " --model " + network;
                out().println(weights + ": written; 'sekkei deblur" + option + " --weights " + weights + "' takes it.");
            }
        }
        return Main.DONE;
    }

    /// What a recipe takes where nothing else is asked for: for the authors' networks their own numbers, with
    /// as many steps as their epochs had.
    private record Usual(int steps, int batch, int crop, double learningRate, double length) {
        static Usual of(DeblurNetwork network) {
            return switch (network) {
                case OURS -> new Usual(10_000, 16, 96, 4e-4, 20);
                case DEBLURGAN -> new Usual(630_000, 1, 256, 1e-4, CameraShake.USUAL_LENGTH);
                case DEBLURGANV2_INCEPTION, DEBLURGANV2_MOBILENET ->
                    new Usual(200_000, 1, 256, 1e-4, CameraShake.USUAL_LENGTH);
            };
        }
    }

    private static <T> T or(@Nullable T given, T usual) {
        return given == null ? usual : given;
    }

    private Features features(DeblurNetwork network) throws IOException {
        if (network == DeblurNetwork.OURS && perceptual != null) {
            throw usage("--perceptual is for the GANs; 'ours' is trained on pixels alone.");
        }
        if (perceptual == null) {
            if (network != DeblurNetwork.OURS) {
                err().println("No --perceptual: the perceptual loss is by the small network that ships, trained on"
                        + " CIFAR-10, and not by VGG-19 as in the paper. Expect less of it.");
            }
            return Features.builtIn();
        }
        requireExisting(perceptual);
        Features.Origin origin = Features.Origin.of(perceptual, FeatureModel.VGG19);
        err().println(perceptual + ": taken for VGG-19's weights of "
                + (origin == Features.Origin.CAFFE ? "Caffe" : "torchvision") + ", as its name tells.");
        return Features.read(perceptual, FeatureModel.VGG19, origin);
    }
}
