package org.sekkei.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.Machine;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Whether trainings keep within their `--memory`: random jobs with random budgets, a process each, whose largest
/// resident memory the kernel tells. A refused job runs again with the memory that its refusal asks for, cut as finely
/// as it can be, to see what it really needs. Linux with GNU time only.
@Command(
        name = "PlanObedienceBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Random trainings with budgets below, at and above their need.")
public final class PlanObedienceBenchmark implements Callable<Integer> {
    private static final List<String> NETWORKS =
            List.of("resnet18", "resnet34", "vgg_small", "vit_ti_16", "vit_ti_32", "vit_s_32", "nin", "deepvit_s");
    private static final Pattern MEMORY = Pattern.compile("--memory ([0-9]+)M");
    private static final int[] SIDES = {64, 96, 128};

    @Parameters(paramLabel = "DATASET", description = "a data set of some hundred pictures with labels")
    private Path dataset = Path.of("");

    @Option(names = "--jobs", description = "how many (default: ${DEFAULT-VALUE})", defaultValue = "50")
    private int jobs;

    @Option(names = "--seed", description = "which (default: ${DEFAULT-VALUE})", defaultValue = "1")
    private long seed;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            description = "of all jobs: processors without fast bfloat16 take minutes for what it asks (one of three in"
                    + " bfloat16 if not given)")
    private @Nullable String precision;

    @Option(names = "--csv", paramLabel = "FILE", description = "write the results to this file")
    private @Nullable Path csv;

    private record Job(String network, int side, int batch, String precision) {}

    /// What became of a process.
    ///
    /// @param resident the most bytes that it held
    private record Outcome(int code, long resident, String said) {
        /// After the start, by one of the first steps.
        boolean stopped() {
            return refused() && said.contains("the training held");
        }

        boolean refused() {
            return code == 1 && said.contains("of memory even with");
        }
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new PlanObedienceBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        System.out.println(Machine.here());
        CsvTable table = new CsvTable(
                "network", "side", "batch", "precision", "budget", "outcome", "resident", "needed", "machine");
        Random random = new Random(seed);
        int exceeded = 0;
        int wronglyRefused = 0;
        int failed = 0;
        int refused = 0;
        int stopped = 0;
        int again = 0;
        int cut = 0;
        int whole = 0;
        for (int i = 0; i < jobs; i++) {
            Job drawn = new Job(
                    NETWORKS.get(random.nextInt(NETWORKS.size())),
                    SIDES[random.nextInt(SIDES.length)],
                    16 << random.nextInt(3),
                    random.nextInt(3) == 0 ? "bfloat16" : "float32");
            Job job = precision == null ? drawn : new Job(drawn.network, drawn.side, drawn.batch, precision);
            // From what holds no training to what holds most of them whole.
            long budget = Math.round(500e6 * Math.pow(6, random.nextDouble()));
            Outcome outcome = train(job, budget);
            long needed = outcome.resident;
            String became;
            if (outcome.refused()) {
                refused++;
                became = outcome.stopped() ? "stopped" : "refused";
                if (outcome.stopped()) {
                    stopped++;
                    wronglyRefused += needed <= budget ? 1 : 0;
                } else {
                    Matcher asked = MEMORY.matcher(outcome.said);
                    Outcome least =
                            train(job, asked.find() ? Long.parseLong(asked.group(1)) * 1_000_000 : 20_000_000_000L);
                    needed = least.resident;
                    wronglyRefused += least.code == 0 && needed <= budget ? 1 : 0;
                }
            } else if (outcome.code == 0) {
                boolean parts = outcome.said.contains("in parts of");
                boolean computedAgain = outcome.said.contains("computed again");
                cut += parts ? 1 : 0;
                exceeded += outcome.resident > budget ? 1 : 0;
                again += computedAgain ? 1 : 0;
                became = parts && computedAgain ? "parts, again" : parts ? "parts" : computedAgain ? "again" : "whole";
                whole += became.equals("whole") ? 1 : 0;
            } else {
                failed++;
                became = "failed";
                System.out.println(outcome.said);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-10s %3d px, batch %2d, %-8s of %6.0f MB: %-12s %6.0f MB%n",
                    job.network,
                    job.side,
                    job.batch,
                    job.precision,
                    budget * 1e-6,
                    became,
                    needed * 1e-6);
            table.add(
                    job.network,
                    job.side,
                    job.batch,
                    job.precision,
                    budget,
                    became,
                    outcome.resident,
                    needed,
                    Machine.here());
            if (csv != null) {
                table.write(csv);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%d jobs: %d whole, %d in parts, %d with activations computed again, %d refused (%d of them by a first step), %d failed; %d held more than their budget, %d were refused without need%n",
                jobs,
                whole,
                cut,
                again,
                refused,
                stopped,
                failed,
                exceeded,
                wronglyRefused);
        return 0;
    }

    private Outcome train(Job job, long budget) throws IOException, InterruptedException {
        Path run = Files.createTempDirectory("obedience");
        Process process = new ProcessBuilder(
                        "/usr/bin/time",
                        "-f",
                        "resident %M",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // As the launcher does.
                        "-XX:MaxRAMPercentage=50",
                        "-XX:+UseParallelGC",
                        "-XX:GCTimeRatio=19",
                        "-XX:MinHeapFreeRatio=10",
                        "-XX:MaxHeapFreeRatio=30",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.sekkei.cli.Main",
                        "train",
                        dataset.toString(),
                        "--model",
                        job.network,
                        "--epochs",
                        "1",
                        "--batch",
                        Integer.toString(job.batch),
                        "--size",
                        Integer.toString(job.side),
                        "--precision",
                        job.precision,
                        "--memory",
                        budget / 1_000_000 + "M",
                        "--out",
                        run.resolve("run").toString())
                .redirectErrorStream(true)
                .start();
        StringBuilder said = new StringBuilder();
        long resident = 0;
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.append(line).append('\n');
                if (line.startsWith("resident ")) {
                    resident = 1024 * Long.parseLong(line.substring("resident ".length()));
                }
            }
        }
        int code = process.waitFor();
        List<Path> left = new ArrayList<>();
        try (Stream<Path> files = Files.walk(run)) {
            files.sorted(Comparator.reverseOrder()).forEach(left::add);
        }
        for (Path file : left) {
            Files.delete(file);
        }
        return new Outcome(code, resident, said.toString());
    }
}
