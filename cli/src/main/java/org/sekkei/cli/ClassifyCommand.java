package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Split;
import org.sekkei.models.Model;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.PictureSources;
import org.sekkei.tasks.classify.Classifier;
import org.sekkei.tasks.classify.Confusion;
import org.sekkei.tasks.classify.Guess;
import org.sekkei.tasks.classify.PictureSupply;
import org.sekkei.tasks.classify.Subject;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Tensor;
import org.sekkei.train.InrLoader;
import org.sekkei.train.Normalization;
import org.sekkei.train.TrainedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei classify`.
@Command(
        name = "classify",
        description = {
            "Say what pictures show. Weights of 'sekkei train' tell their network, classes and preparation themselves; for"
                    + " those of others, --model says the network."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei classify --weights runs/flowers rose.jpg garden/",
            "  sekkei classify --weights runs/flowers flowers.inr --split test --report report.html",
            "  sekkei classify --weights resnet18.pth --model resnet18 --top 3 rose.jpg"
        })
final class ClassifyCommand extends Job {
    /// How the colours of a network's inputs are scaled.
    enum Scaling {
        IMAGENET(Normalization.IMAGENET),
        HALF(new Normalization(List.of(0.5f, 0.5f, 0.5f), List.of(0.5f, 0.5f, 0.5f)));

        private final Normalization normalization;

        Scaling(Normalization normalization) {
            this.normalization = normalization;
        }
    }

    private static final int IMAGENET_CLASSES = 1000;

    @Parameters(
            arity = "1..*",
            paramLabel = "PICTURES",
            description = "Picture files, folders of them, or data sets that 'sekkei pack' made.")
    private List<Path> paths = new ArrayList<>();

    @Option(
            names = "--weights",
            required = true,
            paramLabel = "W",
            description = "A checkpoint, or the folder of a training.")
    private Path weights = Path.of("");

    @Option(names = "--top", paramLabel = "K", description = "Classes a picture (${DEFAULT-VALUE}).")
    private int top = 5;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "The network of weights that others trained, as 'sekkei models' lists it.")
    private @Nullable String model;

    @Option(names = "--size", paramLabel = "N", description = "With --model: side of its input (${DEFAULT-VALUE}).")
    private int size = 224;

    @Option(
            names = "--scaling",
            paramLabel = "S",
            description = "With --model: imagenet (mean and deviation of its channels), or half (-1 to 1) as timm's ViT"
                    + " (${DEFAULT-VALUE}).")
    private Scaling scaling = Scaling.IMAGENET;

    @Option(
            names = "--dataset",
            paramLabel = "DATASET",
            description = "A data set that names the classes, instead of the checkpoint.")
    private @Nullable Path namesFrom;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            description = "Of data sets, only train, validation or test; all if not given.")
    private @Nullable Split split;

    @Option(
            names = "--report",
            paramLabel = "FILE.html",
            description = "Write a page with pictures, attention maps of transformers, and the confusion matrix.")
    private @Nullable Path report;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures at once (${DEFAULT-VALUE}).")
    private int batch = 32;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "auto";

    @Mixin
    private DecodingOption decoding = new DecodingOption();

    @Option(names = "--threads", paramLabel = "N", description = "Threads that decode; all cores if not given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--memory",
            paramLabel = "M",
            description = "Memory that the process (or the card) may use, for instance 2G; most of what is free if not"
                    + " given. Fewer pictures at once where it lacks.")
    private @Nullable MemorySize memory;

    private record Probable(String className, double probability) {}

    private record Line(String picture, @Nullable String label, List<Probable> predictions) {}

    private record Result(
            String model,
            List<String> classes,
            List<Line> pictures,
            List<String> unreadable,
            @Nullable Double top1,
            @Nullable List<List<Integer>> confusion) {}

    @Override
    int run() throws Exception {
        if (top < 1 || batch < 1 || threads < 1) {
            throw usage("--top, --batch and --threads must be at least 1.");
        }
        requireExisting(weights);
        for (Path path : paths) {
            requireExisting(path);
        }
        Device on = fromOptions(() -> Device.parse(device));
        TrainedModel trained = load(on);
        InferenceMemory plan = InferenceMemory.of(trained, batch, DType.FLOAT32, on, 0, memory);
        err().println(plan.sentence());
        batch = plan.batch();
        var classification = new Classification(trained, new Classifier(trained, on));
        try (ProgressLine progress = newProgress()) {
            for (Path path : paths) {
                classify(path, on, classification, progress);
            }
        }
        if (report != null) {
            classification.page.write(report);
        }
        print(classification);
        return classification.unreadable.isEmpty() ? Main.DONE : Main.FAILED;
    }

    private TrainedModel load(Device on) throws IOException {
        List<String> names = namesFrom == null ? null : classNames(namesFrom);
        if (model == null) {
            requireOwn(Files.isDirectory(weights) ? weights.resolve(TrainedModel.FILE) : weights);
            TrainedModel own = TrainedModel.load(weights, on);
            if (names == null) {
                return own;
            }
            if (names.size() != own.classNames().size()) {
                throw usage(namesFrom + ": names " + names.size() + " classes, but the network tells "
                        + own.classNames().size() + " apart.");
            }
            return own.withClassNames(names);
        }
        List<String> classes = names == null
                ? IntStream.range(0, IMAGENET_CLASSES)
                        .mapToObj(i -> "class " + i)
                        .toList()
                : names;
        String network = model;
        fromOptions(() -> Model.named(network));
        return TrainedModel.loadForeign(weights, network, classes, size, scaling.normalization, on);
    }

    private void requireOwn(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw usage(weights + ": holds no " + TrainedModel.FILE + "; give the folder of a finished training.");
        }
        try (Checkpoint opened = Checkpoint.open(file)) {
            if (!opened.metadata().containsKey("architecture")) {
                throw usage(weights + ": does not tell its network; say it by --model.");
            }
        }
    }

    private List<String> classNames(Path folder) throws IOException {
        try (Dataset dataset = openDataset(folder)) {
            if (dataset.classNames().isEmpty()) {
                throw usage(folder + ": names no classes.");
            }
            return dataset.classNames();
        }
    }

    private void classify(Path path, Device on, Classification classification, ProgressLine progress)
            throws IOException {
        if (!Files.isDirectory(path) && !isArchive(path)) {
            classification.add(PictureSupply.ofFile(path), batch, progress);
            return;
        }
        try (Dataset dataset = Dataset.open(path);
                InrLoader loader = InrLoader.open(
                        dataset,
                        Codecs.of(dataset),
                        classification.model.loaderConfig(batch, threads),
                        decoding.device(on))) {
            classification.add(PictureSupply.ofDataset(dataset, loader, split), batch, progress);
        } catch (NoSuchFileException noDataset) {
            try (PictureSource source = PictureSources.open(path)) {
                classification.add(PictureSupply.ofSource(source), batch, progress);
            }
        }
    }

    private static boolean isArchive(Path path) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        return Stream.of(".tar", ".csv").anyMatch(name::endsWith);
    }

    /// What comes of all pictures together.
    private final class Classification {
        private final TrainedModel model;
        private final Classifier classifier;
        private final Confusion confusion;
        private final ClassificationPage page;
        private final List<Line> lines = new ArrayList<>();
        private final List<String> unreadable = new ArrayList<>();

        Classification(TrainedModel model, Classifier classifier) {
            this.model = model;
            this.classifier = classifier;
            confusion = new Confusion(model.classNames());
            page = new ClassificationPage(model, classifier, confusion);
        }

        void add(PictureSupply supply, int batch, ProgressLine progress) throws IOException {
            supply.supply(
                    model,
                    batch,
                    sentence -> {
                        unreadable.add(sentence);
                        progress.say(err(), sentence);
                    },
                    (subjects, inputs) -> {
                        take(subjects, inputs);
                        progress.update("classifying", "pictures", lines.size(), 0, "");
                    });
        }

        private void take(List<Subject> subjects, Tensor inputs) throws IOException {
            List<List<Guess>> guesses = classifier.classify(inputs, top);
            for (int i = 0; i < subjects.size(); i++) {
                Subject subject = subjects.get(i);
                confusion.add(subject, guesses.get(i).getFirst());
                lines.add(new Line(
                        subject.name(),
                        subject.label(),
                        guesses.get(i).stream()
                                .map(guess -> new Probable(guess.className(), guess.probability()))
                                .toList()));
            }
            if (report != null) {
                page.add(subjects, inputs, guesses);
            }
        }
    }

    private void print(Classification classification) {
        Confusion confusion = classification.confusion;
        boolean known = confusion.pictures() > 0;
        if (json()) {
            printJson(new Result(
                    classification.model.architecture(),
                    classification.model.classNames(),
                    classification.lines,
                    classification.unreadable,
                    known ? confusion.top1() : null,
                    known ? confusion.rows() : null));
            return;
        }
        int width = classification.lines.stream()
                .mapToInt(line -> line.picture.length())
                .max()
                .orElse(1);
        for (Line line : classification.lines) {
            var row = new StringBuilder(line.picture).append(" ".repeat(width - line.picture.length()));
            line.predictions.forEach(probable -> row.append(
                    String.format(Locale.ROOT, "  %s %.1f %%", probable.className, 100 * probable.probability)));
            out().println(row);
        }
        if (known) {
            out().printf(
                            Locale.ROOT,
                            "%s of %,d pictures whose class is known%n",
                            TrainingLines.top1(confusion.top1()),
                            confusion.pictures());
        }
        if (report != null) {
            out().println(report + ": written.");
        }
    }
}
