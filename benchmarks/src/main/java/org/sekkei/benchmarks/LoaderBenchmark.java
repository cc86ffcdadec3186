package org.sekkei.benchmarks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.field.FieldCodec;
import org.sekkei.inr.siren.SirenCodec;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Scope;
import org.sekkei.train.Batch;
import org.sekkei.train.Batches;
import org.sekkei.train.InrLoader;
import org.sekkei.train.LoaderConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Training batches a second from a data set, and from the JPEG files that it was packed from by a PyTorch DataLoader,
/// in turns: random resized crop, flip, normalisation.
@Command(
        name = "LoaderBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Pictures a second of the loader beside a PyTorch DataLoader.")
public final class LoaderBenchmark implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FOLDER", description = "An ImageFolder tree of pictures.")
    private Path folder = Path.of(".");

    @Parameters(index = "1", paramLabel = "DATASET", description = "What pack made of it.")
    private Path dataset = Path.of(".");

    @Option(names = "--size", defaultValue = "224", description = "Side of the crops. Default: ${DEFAULT-VALUE}.")
    private int size = 224;

    @Option(names = "--threads", defaultValue = "2", description = "Threads, and workers. Default: ${DEFAULT-VALUE}.")
    private int threads = 2;

    @Option(names = "--rounds", defaultValue = "3", description = "Turns of each. Default: ${DEFAULT-VALUE}.")
    private int rounds = 3;

    @Option(names = "--seconds", defaultValue = "8", description = "Length of a turn. Default: ${DEFAULT-VALUE}.")
    private double seconds = 8;

    @Option(names = "--python", description = "A Python with torchvision; without it, only our loader is measured.")
    private @Nullable Path python;

    @Option(names = "--csv", paramLabel = "FILE", description = "Where the rows are written as CSV.")
    private @Nullable Path csv;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LoaderBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        System.out.println(Machine.here());
        CsvTable table =
                new CsvTable("round", "loader", "threads", "size", "picturesPerSecond", "processorMilliseconds");
        List<Double> ratios = new ArrayList<>();
        List<Double> processorRatios = new ArrayList<>();
        LoaderConfig standard = LoaderConfig.standard(size, 64, 1);
        var config = new LoaderConfig(
                size,
                64,
                1,
                threads,
                standard.training(),
                standard.evaluation(),
                standard.normalization(),
                standard.channelsLast());
        try (Dataset opened = Dataset.open(dataset);
                InrLoader loader = InrLoader.open(
                        opened, opened.codec().equals(FieldCodec.NAME) ? new FieldCodec() : new SirenCodec(), config)) {
            rate(loader, 0);
            for (int round = 1; round <= rounds; round++) {
                Rate own = rate(loader, round);
                System.out.printf(Locale.ROOT, "round %d: %s %s", round, opened.codec(), own);
                table.add(round, opened.codec(), threads, size, own.pictures, own.milliseconds);
                if (python != null) {
                    Rate peer = peer(python);
                    double ratio = own.pictures / peer.pictures;
                    double processorRatio = peer.milliseconds / own.milliseconds;
                    ratios.add(ratio);
                    processorRatios.add(processorRatio);
                    System.out.printf(
                            Locale.ROOT,
                            "; DataLoader %s; %.2f x the pictures/s, %.2f x by processor time",
                            peer,
                            ratio,
                            processorRatio);
                    table.add(round, "PyTorch DataLoader", threads, size, peer.pictures, peer.milliseconds);
                }
                System.out.println();
            }
        }
        if (!ratios.isEmpty()) {
            System.out.printf(
                    Locale.ROOT, "median %.2f x, %.2f x by processor time%n", median(ratios), median(processorRatios));
        }
        if (csv != null) {
            table.write(csv);
        }
        return 0;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /// @param pictures a second
    /// @param milliseconds of processor time a picture, all threads together: what other programs do hardly shows
    private record Rate(double pictures, double milliseconds) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%.0f pictures/s, %.2f ms of processor time each", pictures, milliseconds);
        }
    }

    private Rate rate(InrLoader loader, int round) throws Exception {
        int pictures = 0;
        long begin = System.nanoTime();
        double taken = 0;
        double used = 0;
        for (int epoch = 1000 * round; taken < seconds; epoch++) {
            try (Batches batches = loader.training(epoch, 0)) {
                while (taken < seconds) {
                    try (var _ = Scope.open()) {
                        Batch batch = batches.next();
                        if (batch == null) {
                            break;
                        }
                        pictures += batch.size();
                    }
                    taken = (System.nanoTime() - begin) * 1e-9;
                }
                used += batches.cpuSeconds();
            }
        }
        return new Rate(pictures / taken, 1000 * used / pictures);
    }

    private Rate peer(Path interpreter) throws Exception {
        Path script = Path.of(System.getProperty("sekkei.root", ".")).resolve("benchmarks/peers/dataloader.py");
        Process process = new ProcessBuilder(
                        interpreter.toString(),
                        script.toString(),
                        folder.toString(),
                        Integer.toString(size),
                        Integer.toString(threads),
                        Double.toString(seconds))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(script + " failed; run it by hand to see why");
        }
        String[] numbers = output.strip().split(" ");
        return new Rate(Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]));
    }
}
