package org.sekkei.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.siren.SirenEvaluator;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenNetwork;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.torch.Device;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Threads;
import org.sekkei.train.TorchSirenDecoder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Pictures decoded per second on the CPU: the fused decoder against libtorch, on as many threads, alternating. The
/// networks are drawn at random, for time does not depend on what they show.
@Command(
        name = "SirenDecodingBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Decoding SIRENs: fused by the Vector API against eager libtorch.")
public final class SirenDecodingBenchmark implements Callable<Integer> {
    @Parameters(
            paramLabel = "CASE",
            description = "NETWORK@SIDExPICTURES, for instance 5x13@32x512",
            defaultValue = "5x13@32x512 10x28@224x8",
            split = " ")
    private List<String> cases = List.of();

    @Option(names = "--threads", description = "threads of each way (default: ${DEFAULT-VALUE})", defaultValue = "2")
    private int threads;

    @Option(names = "--rounds", description = "measured rounds (default: ${DEFAULT-VALUE})", defaultValue = "9")
    private int rounds;

    @Option(
            names = "--budget",
            description = "bytes for TorchSirenDecoder's intermediate results (default: ${DEFAULT-VALUE})",
            defaultValue = "4000000")
    private long budget;

    @Option(names = "--csv", description = "write the results to this file")
    private @Nullable Path csv;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SirenDecodingBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Threads.set(threads);
        Machine machine = Machine.here();
        System.out.println(machine);
        CsvTable table = new CsvTable(
                "network",
                "side",
                "pictures",
                "threads",
                "way",
                "median_seconds",
                "best_seconds",
                "pictures_per_second",
                "machine");
        for (String text : cases) {
            run(Case.parse(text), machine, table);
        }
        if (csv != null) {
            table.write(csv);
        }
        return 0;
    }

    private record Case(SirenShape shape, int side, int pictures) {
        static Case parse(String text) {
            String[] halves = text.split("@", -1);
            String[] numbers = halves.length == 2 ? halves[1].split("x", -1) : new String[0];
            if (numbers.length != 2) {
                throw new IllegalArgumentException("'" + text + "' is not a case such as 5x13@32x512");
            }
            return new Case(SirenShape.parse(halves[0]), Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
        }

        @Override
        public String toString() {
            return shape + " at " + side + " x " + side + ", " + pictures + " pictures";
        }
    }

    private interface Way {
        /// The colours of all pictures; only looked at before the clock runs.
        float[] decode(boolean wanted) throws Exception;
    }

    private void run(Case what, Machine machine, CsvTable table) throws Exception {
        List<SirenNetwork> networks = networks(what);
        Sampling sampling = Sampling.full(what.side, what.side);
        SirenKernel kernel = SirenKernel.best();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads);
                var _ = Scope.open()) {
            EagerSirenDecoder eager = new EagerSirenDecoder(networks, sampling);
            TorchSirenDecoder inPlace = new TorchSirenDecoder(Device.CPU, budget);
            List<Sampling> samplings = networks.stream().map(_ -> sampling).toList();
            float[] colours = new float[3 * what.side * what.side * what.pictures];
            List<String> names = List.of("fused (" + kernel.description() + ")", "eager libtorch", "TorchSirenDecoder");
            List<Way> ways = List.of(
                    wanted -> fused(networks, sampling, kernel, pool, colours),
                    wanted -> {
                        try (var _ = Scope.open()) {
                            var decoded = eager.decode();
                            return wanted ? decoded.toFloats() : new float[0];
                        }
                    },
                    wanted -> {
                        try (var _ = Scope.open()) {
                            var decoded = inPlace.decode(networks, samplings);
                            return wanted ? decoded.toFloats() : new float[0];
                        }
                    });
            System.out.printf("%n%s, %d threads, median of %d rounds%n", what, threads, rounds);
            float[] expected = ways.getFirst().decode(true).clone();
            for (int way = 1; way < ways.size(); way++) {
                System.out.printf(
                        Locale.ROOT,
                        "%-28s differs by at most %.2e%n",
                        names.get(way),
                        difference(expected, ways.get(way).decode(true)));
            }
            List<Timing> timings = timings(ways);
            Timing fused = timings.getFirst();
            for (int way = 0; way < ways.size(); way++) {
                Timing timing = timings.get(way);
                double rate = what.pictures / timing.median;
                System.out.printf(
                        Locale.ROOT,
                        "%-28s %10.1f pictures/s, fused is %.2f times as fast (best rounds: %.1f, %.2f)%n",
                        names.get(way),
                        rate,
                        timing.median / fused.median,
                        what.pictures / timing.best,
                        timing.best / fused.best);
                table.add(
                        what.shape,
                        what.side,
                        what.pictures,
                        threads,
                        names.get(way),
                        timing.median,
                        timing.best,
                        rate,
                        machine);
            }
        }
    }

    /// Seconds of a round. The best is told beside the median because other programs only ever make a round longer.
    private record Timing(double median, double best) {}

    /// After a third as many rounds, and at least two, that do not count.
    private List<Timing> timings(List<Way> ways) throws Exception {
        double[][] seconds = new double[ways.size()][rounds];
        for (int round = -Math.max(2, rounds / 3); round < rounds; round++) {
            for (int way = 0; way < ways.size(); way++) {
                long begin = System.nanoTime();
                ways.get(way).decode(false);
                if (round >= 0) {
                    seconds[way][round] = (System.nanoTime() - begin) / 1e9;
                }
            }
        }
        return Arrays.stream(seconds)
                .map(each -> {
                    Arrays.sort(each);
                    return new Timing((each[(rounds - 1) / 2] + each[rounds / 2]) / 2, each[0]);
                })
                .toList();
    }

    private float[] fused(
            List<SirenNetwork> networks, Sampling sampling, SirenKernel kernel, ExecutorService pool, float[] colours)
            throws Exception {
        AtomicInteger next = new AtomicInteger();
        int length = colours.length / networks.size();
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            running.add(pool.submit(() -> {
                SirenEvaluator evaluator = new SirenEvaluator(kernel);
                for (int i; (i = next.getAndIncrement()) < networks.size(); ) {
                    evaluator.evaluate(networks.get(i), sampling, colours, i * length);
                }
            }));
        }
        for (Future<?> task : running) {
            task.get();
        }
        return colours;
    }

    private static double difference(float[] expected, float[] actual) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i] - actual[i]));
        }
        return largest;
    }

    /// SIREN's initialisation.
    private static List<SirenNetwork> networks(Case what) {
        Random random = new Random(1);
        SirenShape shape = what.shape;
        double hidden = Math.sqrt(6.0 / shape.width()) / SirenShape.W0;
        List<SirenNetwork> networks = new ArrayList<>();
        for (int i = 0; i < what.pictures; i++) {
            float[] parameters = new float[shape.parameterCount()];
            for (int p = 0; p < parameters.length; p++) {
                double bound = p < shape.weights(1) ? 1.0 / SirenShape.INPUTS : hidden;
                parameters[p] = (float) (bound * (2 * random.nextDouble() - 1));
            }
            networks.add(new SirenNetwork(shape, new PictureSize(what.side, what.side), parameters));
        }
        return networks;
    }
}
