package org.sekkei.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Split;
import org.sekkei.inr.field.FieldCodec;
import org.sekkei.inr.siren.SirenCodec;
import org.sekkei.models.AttentionMaps;
import org.sekkei.models.Model;
import org.sekkei.models.TransformerShape;
import org.sekkei.tasks.classify.MapSimilarity;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.train.Augmentation;
import org.sekkei.train.Batch;
import org.sekkei.train.Batches;
import org.sekkei.train.CheckpointPolicy;
import org.sekkei.train.EpochReport;
import org.sekkei.train.InrLoader;
import org.sekkei.train.LoaderConfig;
import org.sekkei.train.Normalization;
import org.sekkei.train.Optimization;
import org.sekkei.train.Precision;
import org.sekkei.train.Regularization;
import org.sekkei.train.Start;
import org.sekkei.train.TrainedModel;
import org.sekkei.train.Trainer;
import org.sekkei.train.TrainingConfig;
import org.sekkei.train.TrainingListener;
import org.sekkei.train.TrainingReport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The same vision transformer at several depths, with and without Re-Attention, trained with the same budget: how
/// alike
/// its blocks attend, and how often it is right.
@Command(
        name = "AttentionCollapseBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Likeness of attention maps across depth, ViT beside DeepViT.")
public final class AttentionCollapseBenchmark implements Callable<Integer> {
    @Parameters(paramLabel = "DATASET", description = "Small pictures with labels.")
    private Path folder = Path.of(".");

    @Option(names = "--depths", split = ",", defaultValue = "8,16,24", description = "Default: ${DEFAULT-VALUE}.")
    private List<Integer> depths = List.of();

    @Option(names = "--width", defaultValue = "96", description = "Numbers a token. Default: ${DEFAULT-VALUE}.")
    private int width = 96;

    @Option(names = "--heads", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}.")
    private int heads = 3;

    @Option(names = "--size", defaultValue = "32", description = "Side of the pictures. Default: ${DEFAULT-VALUE}.")
    private int size = 32;

    @Option(names = "--patch", defaultValue = "4", description = "Side of a patch. Default: ${DEFAULT-VALUE}.")
    private int patch = 4;

    @Option(names = "--epochs", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
    private int epochs = 5;

    @Option(names = "--batch", defaultValue = "64", description = "Pictures a step. Default: ${DEFAULT-VALUE}.")
    private int batch = 64;

    @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(names = "--lr", defaultValue = "0.0005", description = "Default: ${DEFAULT-VALUE}.")
    private double learningRate = 5e-4;

    @Option(names = "--runs", required = true, description = "Where the trainings are kept; those there go on.")
    private Path runs = Path.of(".");

    @Option(names = "--csv", paramLabel = "FILE", description = "Where the rows are written as CSV.")
    private @Nullable Path csv;

    @Option(names = "--svg", paramLabel = "FILE", description = "Where the plot is written.")
    private @Nullable Path svg;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new AttentionCollapseBenchmark()).execute(arguments));
    }

    private record Outcome(TrainingReport report, List<MapSimilarity> similarities) {}

    @Override
    public Integer call() throws Exception {
        System.out.println(Machine.here());
        CsvTable table = new CsvTable(
                "network",
                "depth",
                "reAttention",
                "epochs",
                "pictures",
                "parameters",
                "loss",
                "top1",
                "seconds",
                "block",
                "cosine",
                "correlation");
        Map<String, List<Double>> curves = new LinkedHashMap<>();
        try (Dataset dataset = Dataset.open(folder)) {
            for (int depth : depths) {
                for (TransformerShape.Family family : TransformerShape.Family.values()) {
                    var shape = new TransformerShape(depth, width, heads, patch, size);
                    String model = shape.name(family);
                    Outcome outcome = train(dataset, model);
                    List<EpochReport> reports = outcome.report.epochs();
                    double seconds =
                            reports.stream().mapToDouble(EpochReport::seconds).sum();
                    long parameters = parameters(model);
                    List<Double> curve = new ArrayList<>();
                    for (int i = 0; i < outcome.similarities.size(); i++) {
                        MapSimilarity similarity = outcome.similarities.get(i);
                        curve.add(similarity.correlation());
                        table.add(
                                model,
                                depth,
                                family == TransformerShape.Family.DEEPVIT,
                                epochs,
                                dataset.indices(Split.TRAIN).length,
                                parameters,
                                reports.getLast().loss(),
                                outcome.report.top1() == null ? "" : outcome.report.top1(),
                                seconds,
                                i + 2,
                                similarity.cosine(),
                                similarity.correlation());
                    }
                    curves.put(
                            (family == TransformerShape.Family.VIT ? "ViT, " : "DeepViT, ") + depth + " blocks", curve);
                    print(model, outcome, seconds);
                }
                if (csv != null) {
                    table.write(csv);
                }
                if (svg != null) {
                    SimilarityPlot.write(
                            svg, "Correlation of a block's attention maps with those of the block before", curves);
                }
            }
        }
        return 0;
    }

    private static void print(String model, Outcome outcome, double seconds) {
        System.out.printf(
                Locale.ROOT,
                "%s: top-1 %.4f, loss %.4f, %.0f s; mean cosine %.3f, mean correlation %.3f%n",
                model,
                outcome.report.top1(),
                outcome.report.epochs().getLast().loss(),
                seconds,
                outcome.similarities.stream()
                        .mapToDouble(MapSimilarity::cosine)
                        .average()
                        .orElse(Double.NaN),
                outcome.similarities.stream()
                        .mapToDouble(MapSimilarity::correlation)
                        .average()
                        .orElse(Double.NaN));
    }

    private static long parameters(String model) {
        return Model.named(model).create(10, Generator.idle()).parameterCount();
    }

    /// Without mixing and heavy augmentation, which short trainings do not profit from.
    private Outcome train(Dataset dataset, String model) throws IOException {
        Optimization usual = Optimization.adamW(batch, epochs);
        var data = new LoaderConfig(
                size,
                batch,
                seed,
                1,
                Augmentation.training(size),
                Augmentation.evaluation(size),
                Normalization.IMAGENET,
                true);
        var config = new TrainingConfig(
                model,
                epochs,
                new Optimization(
                        usual.rule(), learningRate, usual.warmUpEpochs(), usual.weightDecay(), usual.clipping(), 0),
                new Regularization(0.1, 0, 0, 0),
                Start.FROM_NOTHING,
                Precision.AUTO,
                Device.CPU,
                epochs,
                50,
                CheckpointPolicy.STANDARD,
                data);
        Path run = runs.resolve(model + "_seed" + seed);
        try (InrLoader loader = InrLoader.open(
                dataset, dataset.codec().equals(FieldCodec.NAME) ? new FieldCodec() : new SirenCodec(), data)) {
            TrainingReport report = new Trainer(config, loader, run, TrainingListener.NONE).resume();
            TrainedModel trained = TrainedModel.load(run, Device.CPU);
            try (var _ = Scope.open();
                    Batches batches = loader.evaluation(Split.TEST)) {
                Batch first = batches.next();
                if (first == null) {
                    throw new IOException(folder + ": has no test pictures to look at");
                }
                Tensor pictures = first.pictures();
                List<Tensor> blocks =
                        AttentionMaps.of(trained.network(), pictures).blocks();
                return new Outcome(report, MapSimilarity.toTheBlockBefore(blocks));
            }
        }
    }
}
