package org.sekkei.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Split;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.train.Evaluation;
import org.sekkei.train.Evaluator;
import org.sekkei.train.InrLoader;
import org.sekkei.train.Precision;
import org.sekkei.train.TrainedModel;
import org.sekkei.train.TrainingListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei eval`.
@Command(
        name = "eval",
        description = "Measure a trained classifier on a data set.",
        footer = {"", "Example:", "  sekkei eval photos.inr --run runs/photos"})
final class EvalCommand extends Job {
    @Parameters(paramLabel = "DATASET", description = "A data set that 'sekkei pack' made, with labels.")
    private Path folder = Path.of("");

    @Option(
            names = "--run",
            paramLabel = "RUN",
            description =
                    "The folder of a training, or its model.safetensors; runs/ and the data set's name if not given.")
    private @Nullable Path run;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            description = "train, validation or test; test where there is one, else validation, if not given.")
    private @Nullable Split split;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures at once (${DEFAULT-VALUE}).")
    private int batch = 128;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "auto";

    @Mixin
    private DecodingOption decoding = new DecodingOption();

    @Option(names = "--precision", paramLabel = "P", description = "auto, float32 or bfloat16; auto if not given.")
    private Precision precision = Precision.AUTO;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that decode; all cores if not given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--memory",
            paramLabel = "M",
            description = "Memory that the process (or the card) may use, for instance 2G; most of what is free if not"
                    + " given. Fewer pictures at once where it lacks.")
    private @Nullable MemorySize memory;

    private record Line(int epoch, double loss, double top1, double picturesPerSecond, double dataSeconds) {}

    private record Result(
            List<Line> epochs, double top1, double top5, String split, int pictures, List<List<Integer>> confusion) {
        /// One line, as if the evaluation were an epoch: the same keys as those of `train`.
        static Result of(Evaluation evaluation, Split split) {
            var line = new Line(
                    1, evaluation.loss(), evaluation.top1(), evaluation.picturesPerSecond(), evaluation.dataSeconds());
            return new Result(
                    List.of(line),
                    evaluation.top1(),
                    evaluation.top5(),
                    split.name().toLowerCase(Locale.ROOT),
                    evaluation.pictures(),
                    evaluation.confusion());
        }
    }

    @Override
    int run() throws Exception {
        Device on = fromOptions(() -> Device.parse(device));
        try (Dataset dataset = openDataset(folder);
                ProgressLine progress = newProgress()) {
            Path trained = run == null ? RunFolder.standard(folder) : run;
            requireExisting(trained);
            TrainedModel model = TrainedModel.load(trained, on);
            if (!model.classNames().equals(dataset.classNames())) {
                throw usage(trained + ": was trained on other classes than those of " + folder + ": "
                        + model.classNames() + " and " + dataset.classNames() + ".");
            }
            Split measured = split == null ? usualSplit(dataset) : split;
            if (batch < 1) {
                throw usage("--batch must be at least 1.");
            }
            InferenceMemory plan = InferenceMemory.of(
                    model,
                    batch,
                    precision.on(on) == Precision.BFLOAT16 ? DType.BFLOAT16 : DType.FLOAT32,
                    on,
                    dataset.payloadBytes(),
                    memory);
            progress.say(err(), plan.sentence());
            try (InrLoader loader = InrLoader.open(
                    dataset,
                    Codecs.of(dataset),
                    model.loaderConfig(plan.batch(), threads),
                    decoding.device(on),
                    plan.room())) {
                Evaluation evaluation =
                        new Evaluator(model.network(), on, precision).evaluate(loader, measured, listener(progress));
                print(evaluation, measured);
            }
        }
        return Main.DONE;
    }

    private TrainingListener listener(ProgressLine progress) {
        return new TrainingListener() {
            @Override
            public void warned(String sentence) {
                progress.say(err(), sentence);
            }

            @Override
            public void evaluating(Split split, int done, int pictures) {
                progress.update("evaluating", "pictures", done, pictures, "");
            }
        };
    }

    private Split usualSplit(Dataset dataset) {
        if (dataset.indices(Split.TEST).length > 0) {
            return Split.TEST;
        }
        if (dataset.indices(Split.VALIDATION).length > 0) {
            return Split.VALIDATION;
        }
        throw usage(folder + ": has no test or validation pictures; pack it with --val, or say --split train.");
    }

    private void print(Evaluation evaluation, Split measured) {
        if (json()) {
            printJson(Result.of(evaluation, measured));
            return;
        }
        out().printf(
                        Locale.ROOT,
                        "%s, %,d pictures: %s, top-5 %.2f %%, loss %.4f, %s pictures/s%n",
                        measured.name().toLowerCase(Locale.ROOT),
                        evaluation.pictures(),
                        TrainingLines.top1(evaluation.top1()),
                        100 * evaluation.top5(),
                        evaluation.loss(),
                        Figures.rate(evaluation.picturesPerSecond()));
    }
}
