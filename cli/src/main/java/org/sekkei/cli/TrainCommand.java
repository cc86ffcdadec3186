package org.sekkei.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import org.sekkei.torch.Device;
import org.sekkei.train.EpochReport;
import org.sekkei.train.InrLoader;
import org.sekkei.train.Trainer;
import org.sekkei.train.TrainingConfig;
import org.sekkei.train.TrainingReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei train`.
@Command(
        name = "train",
        description = {
            "Train a classifier from a data set. The run's folder keeps its checkpoints, metrics.csv, TensorBoard events and"
                    + " the weights (safetensors, PyTorch's key names)."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei train photos.inr --model resnet18 --epochs 30 --out runs/photos",
            "  sekkei train photos.inr --model resnet18 --epochs 30 --out runs/photos --resume",
            "  sekkei train photos.inr --model resnet18 --init resnet18-imagenet.pth --epochs 10 --out runs/tuned",
            "  sekkei train photos.inr --model resnet50 --size 224 --memory 3G --out runs/small",
            "  sekkei train cifar.inr --model vit --depth 8 --width 192 --heads 3 --patch 4 --epochs 100 --out runs/vit"
        })
final class TrainCommand extends Job {
    @Parameters(paramLabel = "DATASET", description = "A data set that 'sekkei pack' made, with labels.")
    private Path folder = Path.of("");

    @Mixin
    private TrainingOptions options = new TrainingOptions();

    @Option(
            names = "--out",
            paramLabel = "RUN",
            description = "The run's folder; runs/ and the data set's name if not given.")
    private @Nullable Path out;

    @Option(names = "--resume", description = "Go on from the newest checkpoint of the run.")
    private boolean resume;

    private record Result(
            List<EpochReport> epochs,
            @Nullable Double top1,
            @Nullable Double top5,
            @Nullable Double bestTop1,
            String model) {
        static Result of(TrainingReport report) {
            return new Result(
                    report.epochs(),
                    report.top1(),
                    report.top5(),
                    report.bestTop1(),
                    report.model().toString());
        }
    }

    @Override
    String howToGoOn() {
        return "The same command with --resume goes on from the newest checkpoint.";
    }

    @Override
    int run() throws Exception {
        Path run = out == null ? RunFolder.standard(folder) : out;
        if (!resume && RunFolder.holdsTraining(run)) {
            throw usage(run + ": holds a training already; go on with --resume, or name another folder by --out.");
        }
        TrainingReport report;
        try (Dataset dataset = openDataset(folder);
                ProgressLine progress = newProgress()) {
            TrainingConfig config = fromOptions(() -> {
                TrainingConfig asked = options.config(dataset);
                asked.requireFittingNetwork();
                return asked;
            });
            TrainingMemory memory =
                    TrainingMemory.of(config, dataset.classNames().size(), dataset.payloadBytes(), options.memory());
            (json() ? err() : out()).println(memory.sentence());
            // A training goes on as it was begun, whatever happens to be free today.
            OptionalInt begun = resume && options.memory() == null ? RunFolder.microBatch(run) : OptionalInt.empty();
            int microBatch = begun.orElse(memory.microBatch());
            boolean recompute = begun.isPresent() ? RunFolder.recomputes(run) : memory.recompute();
            boolean onProcessor = config.device().kind() == Device.Kind.CPU;
            try (InrLoader loader = InrLoader.open(
                    dataset,
                    Codecs.of(dataset),
                    config.data(),
                    options.decoding().device(config.device()),
                    memory.room())) {
                Files.createDirectories(run);
                var trainer = new Trainer(
                        config.withMicroBatch(microBatch).withRecomputation(recompute),
                        loader,
                        run,
                        new TrainingLines(progress, json() ? err() : out(), onProcessor ? memory : null));
                report = resume ? trainer.resume() : trainer.train();
            }
        }
        if (json()) {
            printJson(Result.of(report));
        } else {
            out().println(run + ": " + (report.top1() == null ? "trained" : TrainingLines.top1(report.top1()))
                    + ", weights in " + report.model());
        }
        return Main.DONE;
    }
}
