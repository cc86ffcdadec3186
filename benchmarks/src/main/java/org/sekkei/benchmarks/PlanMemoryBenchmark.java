package org.sekkei.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.Network;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.Probe;
import org.sekkei.plan.Workload;
import org.sekkei.plan.Workload.Activations;
import org.sekkei.plan.Workload.Use;
import org.sekkei.torch.DType;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.Threads;
import org.sekkei.torch.TorchException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The planner's memory against that of the process, for random jobs over all networks. Every job runs in a process of
/// its own; what counts is the largest resident memory over the one after libtorch was loaded. Linux only.
@Command(
        name = "PlanMemoryBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Predicted against measured peak memory of random jobs, a process each.")
public final class PlanMemoryBenchmark implements Callable<Integer> {
    private static final int[] SIDES = {32, 64, 96, 128, 160, 192, 224, 256, 320};
    private static final int STEPS = 2;

    @Option(names = "--jobs", description = "how many (default: ${DEFAULT-VALUE})", defaultValue = "150")
    private int jobs;

    @Option(names = "--minutes", description = "no job begins later (default: ${DEFAULT-VALUE})", defaultValue = "60")
    private int minutes;

    @Option(names = "--seed", description = "which jobs (default: ${DEFAULT-VALUE})", defaultValue = "1")
    private long seed;

    @Option(
            names = "--most-memory",
            description = "expected MB of a job at most (default: ${DEFAULT-VALUE})",
            defaultValue = "3000")
    private long mostMegabytes;

    @Option(
            names = "--most-work",
            description = "billions of operations a step at most (default: ${DEFAULT-VALUE})",
            defaultValue = "100")
    private double mostGigaflops;

    @Option(
            names = "--recomputed",
            description = "trainings that compute activations again, of networks that can, instead of all jobs")
    private boolean recomputed;

    @Option(names = "--threads", description = "of libtorch (default: ${DEFAULT-VALUE})", defaultValue = "2")
    private int threads;

    @Option(names = "--csv", paramLabel = "FILE", description = "write the results to this file")
    private @Nullable Path csv;

    /// What a process of its own does.
    @Option(names = "--one", arity = "6", hidden = true)
    private List<String> one = List.of();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new PlanMemoryBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (!one.isEmpty()) {
            runOne(job(one));
            return 0;
        }
        System.out.println(Machine.here());
        CsvTable table = new CsvTable(
                "network",
                "use",
                "batch",
                "side",
                "precision",
                "weights",
                "gradients",
                "optimizer_state",
                "batch_bytes",
                "activations",
                "workspace",
                "runtime",
                "low",
                "expected",
                "high",
                "measured",
                "error",
                "machine");
        Random random = new Random(seed);
        List<Double> errors = new ArrayList<>();
        int exceeded = 0;
        int failed = 0;
        long end = System.nanoTime() + minutes * 60_000_000_000L;
        while (errors.size() < jobs && System.nanoTime() < end) {
            Workload job = draw(random);
            Planner.Plan plan;
            try {
                plan = new Planner(Overhead.CPU).plan(job);
            } catch (TorchException | IllegalArgumentException notOfThisSize) {
                continue;
            }
            MemoryPlan memory = plan.memory();
            if (recomputed
                    && (!job.use().isTraining()
                            || plan.flops()
                                    == new Planner(Overhead.CPU)
                                            .plan(job.withActivations(Activations.KEPT))
                                            .flops())) {
                continue;
            }
            if (memory.expected() > mostMegabytes * 1_000_000 || plan.flops() > mostGigaflops * 1e9) {
                continue;
            }
            long measured = measure(job);
            if (measured < 0) {
                failed++;
                System.out.printf(
                        Locale.ROOT,
                        "%s %s %d %d %s failed%n",
                        job.network().name(),
                        job.use(),
                        job.batch(),
                        job.side(),
                        job.precision());
                continue;
            }
            double error = (double) memory.expected() / measured - 1;
            errors.add(Math.abs(error));
            exceeded += measured > memory.high() ? 1 : 0;
            System.out.printf(
                    Locale.ROOT,
                    "%-26s %-15s %4d %4d %-9s expected %8.1f MB, measured %8.1f MB, %+6.1f %%%n",
                    job.network().name(),
                    job.use(),
                    job.batch(),
                    job.side(),
                    job.precision(),
                    memory.expected() * 1e-6,
                    measured * 1e-6,
                    100 * error);
            table.add(
                    job.network().name(),
                    job.use(),
                    job.batch(),
                    job.side(),
                    job.precision(),
                    memory.weights(),
                    memory.gradients(),
                    memory.optimizerState(),
                    memory.batch(),
                    memory.activations(),
                    memory.workspace(),
                    memory.runtime(),
                    memory.low(),
                    memory.expected(),
                    memory.high(),
                    measured,
                    error,
                    Machine.here());
            if (csv != null) {
                table.write(csv);
            }
        }
        double[] sorted =
                errors.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%d jobs: median error %.1f %%, nine of ten below %.1f %%, upper end exceeded by %d; %d failed%n",
                sorted.length,
                100 * sorted[sorted.length / 2],
                100 * sorted[sorted.length * 9 / 10],
                exceeded,
                failed);
        return 0;
    }

    private Workload draw(Random random) {
        List<Network> all = Network.all();
        return new Workload(
                        all.get(random.nextInt(all.size())),
                        Use.values()[random.nextInt(Use.values().length)],
                        1 << random.nextInt(6),
                        SIDES[random.nextInt(SIDES.length)],
                        random.nextInt(3) == 0 ? DType.BFLOAT16 : DType.FLOAT32)
                .withActivations(recomputed ? Activations.RECOMPUTED : Activations.KEPT);
    }

    private static Workload job(List<String> words) {
        return new Workload(
                        Network.named(words.get(0)),
                        Use.valueOf(words.get(1)),
                        Integer.parseInt(words.get(2)),
                        Integer.parseInt(words.get(3)),
                        DType.valueOf(words.get(4)))
                .withActivations(Activations.valueOf(words.get(5)));
    }

    /// Bytes by which another process that does the job grows; negative if it failed.
    private long measure(Workload job) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms64m",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                // The binding else refuses to grow beyond four times the heap.
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                PlanMemoryBenchmark.class.getName(),
                "--threads",
                Integer.toString(threads),
                "--one"));
        command.addAll(Arrays.asList(
                job.network().name(),
                job.use().name(),
                Integer.toString(job.batch()),
                Integer.toString(job.side()),
                job.precision().name(),
                job.activations().name()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long grown = -1;
        try (BufferedReader answers = process.inputReader()) {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith("grown ")) {
                    grown = Long.parseLong(line.substring("grown ".length()));
                }
            }
        }
        return process.waitFor() == 0 ? grown : -1;
    }

    private void runOne(Workload job) throws IOException {
        Threads.set(threads);
        try (var _ = Scope.open()) {
            Tensor.zeros(1);
        }
        long before = status("VmRSS:");
        try (var probe = new Probe(job)) {
            for (int step = 0; step < STEPS; step++) {
                probe.step();
            }
        }
        System.out.println("grown " + (status("VmHWM:") - before));
    }

    private static long status(String key) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return 1024
                    * lines.filter(line -> line.startsWith(key))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                            .findFirst()
                            .orElseThrow();
        }
    }
}
