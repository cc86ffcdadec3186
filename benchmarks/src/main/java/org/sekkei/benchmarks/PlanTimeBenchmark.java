package org.sekkei.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.Network;
import org.sekkei.plan.Calibration;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.Probe;
import org.sekkei.plan.StepTime;
import org.sekkei.plan.Workload;
import org.sekkei.plan.Workload.Use;
import org.sekkei.torch.DType;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Threads;
import org.sekkei.torch.TorchException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The planner's times, after a calibration in the same run, against those of random jobs that it did not use.
@Command(
        name = "PlanTimeBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Calibrates, then predicted against measured times of random other jobs.")
public final class PlanTimeBenchmark implements Callable<Integer> {
    private static final int[] SIDES = {32, 64, 96, 128, 160, 192, 224, 256, 320};

    @Option(names = "--jobs", description = "how many (default: ${DEFAULT-VALUE})", defaultValue = "60")
    private int jobs;

    @Option(names = "--seed", description = "which jobs (default: ${DEFAULT-VALUE})", defaultValue = "1")
    private long seed;

    @Option(
            names = "--most-work",
            description = "billions of operations a step at most (default: ${DEFAULT-VALUE})",
            defaultValue = "150")
    private double mostGigaflops;

    @Option(
            names = "--rounds",
            description = "over all jobs, of which the quickest counts (default: ${DEFAULT-VALUE})",
            defaultValue = "3")
    private int rounds;

    @Option(
            names = "--enough",
            description = "seconds a job is repeated (default: ${DEFAULT-VALUE})",
            defaultValue = "1")
    private double enough;

    @Option(names = "--threads", description = "of libtorch (default: ${DEFAULT-VALUE})", defaultValue = "2")
    private int threads;

    @Option(
            names = "--processor-time",
            description =
                    "one thread of libtorch, and its processor time instead of the clock: for machines that others use")
    private boolean processorTime;

    @Option(names = "--csv", paramLabel = "FILE", description = "write the results to this file")
    private @Nullable Path csv;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new PlanTimeBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        System.out.println(Machine.here());
        Threads.set(processorTime ? 1 : threads);
        Planner planner = new Planner(Overhead.CPU);
        List<Workload> known = Calibration.jobs();
        List<Workload> others = others(planner, known);
        double[] knownSeconds = new double[known.size()];
        double[] otherSeconds = new double[others.size()];
        Arrays.fill(knownSeconds, Double.POSITIVE_INFINITY);
        Arrays.fill(otherSeconds, Double.POSITIVE_INFINITY);
        // In turns, so that a disturbance of minutes does not fall on all measurements of a job.
        for (int round = 0; round < rounds; round++) {
            measure(known, knownSeconds);
            measure(others, otherSeconds);
        }
        List<Calibration.Sample> samples = new ArrayList<>();
        for (int i = 0; i < known.size(); i++) {
            samples.add(new Calibration.Sample(known.get(i), knownSeconds[i]));
        }
        Calibration calibration = Calibration.fit(Machine.here().toString(), samples);
        System.out.println(calibration);
        for (Calibration.Sample sample : samples) {
            StepTime time = planner.time(sample.workload(), calibration);
            print("calibrated", sample.workload(), time.seconds(), sample.seconds());
        }
        CsvTable table = new CsvTable(
                "network", "use", "batch", "side", "precision", "predicted", "measured", "error", "limit", "machine");
        List<Double> errors = new ArrayList<>();
        for (int i = 0; i < others.size(); i++) {
            Workload job = others.get(i);
            StepTime time = planner.time(job, calibration);
            double measured = otherSeconds[i];
            double error = time.seconds() / measured - 1;
            errors.add(Math.abs(error));
            print("predicted", job, time.seconds(), measured);
            table.add(
                    job.network().name(),
                    job.use(),
                    job.batch(),
                    job.side(),
                    job.precision(),
                    time.seconds(),
                    measured,
                    error,
                    time.limit(),
                    Machine.here());
            if (csv != null) {
                table.write(csv);
            }
        }
        double[] sorted =
                errors.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%d jobs: median error %.1f %%, nine of ten below %.1f %%%n",
                sorted.length,
                100 * sorted[sorted.length / 2],
                100 * sorted[sorted.length * 9 / 10]);
        return 0;
    }

    private List<Workload> others(Planner planner, List<Workload> known) {
        Random random = new Random(seed);
        List<Workload> others = new ArrayList<>();
        while (others.size() < jobs) {
            Workload job = draw(random);
            try {
                if (planner.plan(job).flops() < mostGigaflops * 1e9 && !known.contains(job) && !others.contains(job)) {
                    others.add(job);
                }
            } catch (TorchException | IllegalArgumentException notOfThisSize) {
                // Another one is drawn.
            }
        }
        return others;
    }

    private void measure(List<Workload> workloads, double[] quickest) {
        for (int i = 0; i < quickest.length; i++) {
            quickest[i] = Math.min(quickest[i], measure(workloads.get(i)));
        }
    }

    private double measure(Workload job) {
        try (var probe = new Probe(job)) {
            ThreadMXBean threadTimes = ManagementFactory.getThreadMXBean();
            return processorTime ? probe.seconds(enough, threadTimes::getCurrentThreadCpuTime) : probe.seconds(enough);
        }
    }

    private static void print(String what, Workload job, double predicted, double measured) {
        System.out.printf(
                Locale.ROOT,
                "%-10s %-26s %-15s %4d %4d %-9s %9.1f ms, measured %9.1f ms, %+6.1f %%%n",
                what,
                job.network().name(),
                job.use(),
                job.batch(),
                job.side(),
                job.precision(),
                1000 * predicted,
                1000 * measured,
                100 * (predicted / measured - 1));
    }

    private static Workload draw(Random random) {
        List<Network> all = Network.all();
        return new Workload(
                all.get(random.nextInt(all.size())),
                Use.values()[random.nextInt(Use.values().length)],
                1 << random.nextInt(5),
                SIDES[random.nextInt(SIDES.length)],
                random.nextInt(3) == 0 ? DType.BFLOAT16 : DType.FLOAT32);
    }
}
