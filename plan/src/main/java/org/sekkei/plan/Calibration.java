package org.sekkei.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.sekkei.models.Network;
import org.sekkei.plan.StepFeatures.Kind;
import org.sekkei.plan.Workload.Use;
import org.sekkei.torch.DType;

/// What a unit of work costs on one machine's processor, found by running small jobs there.
///
/// @param machine where, as [org.sekkei.torch.Machine] tells
/// @param float32 seconds a floating-point operation, a byte and a launch, by kind
/// @param bfloat16 the same of products in bfloat16
/// @param spread the share by which nine of ten of the jobs were met or better
public record Calibration(String machine, Map<String, Double> float32, Map<String, Double> bfloat16, double spread) {
    /// Where a file does not tell it: that of 60 other jobs in `results/plan-time-xeon-2cores-0.1.0.csv`.
    private static final double USUAL_SPREAD = 0.28;

    private static final int ROUNDS = 3000;
    private static final int ROBUST_PASSES = 6;

    /// Errors below it count alike.
    private static final double SMALL_ERROR = 0.05;

    /// What a job took.
    ///
    /// @param seconds of a step
    public record Sample(Workload workload, double seconds) {}

    public Calibration {
        float32 = new TreeMap<>(float32);
        bfloat16 = new TreeMap<>(bfloat16);
        spread = spread > 0 ? spread : USUAL_SPREAD;
    }

    /// Is told how far the measuring is.
    @FunctionalInterface
    public interface Listener {
        void measured(Workload job, int done, int all);
    }

    /// Runs each job for a moment in every round and fits the costs to the quickest. The jobs take turns, so that a
    /// disturbance of seconds does not fall on all measurements of one.
    ///
    /// @param secondsAJob in each round, at least
    /// @throws IllegalArgumentException if one of the precisions has no jobs
    public static Calibration measure(
            String machine, List<Workload> jobs, int rounds, double secondsAJob, Listener listener) {
        double[] quickest = new double[jobs.size()];
        Arrays.fill(quickest, Double.POSITIVE_INFINITY);
        for (int i = 0; i < rounds * quickest.length; i++) {
            int at = i % quickest.length;
            try (var probe = new Probe(jobs.get(at))) {
                quickest[at] = Math.min(quickest[at], probe.seconds(secondsAJob));
            }
            listener.measured(jobs.get(at), i + 1, rounds * quickest.length);
        }
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < quickest.length; i++) {
            samples.add(new Sample(jobs.get(i), quickest[i]));
        }
        return fit(machine, samples);
    }

    /// The small jobs: every kind of operation in several proportions.
    public static List<Workload> jobs() {
        List<Workload> jobs = new ArrayList<>();
        for (DType precision : List.of(DType.FLOAT32, DType.BFLOAT16)) {
            add(jobs, precision, "resnet18", 1, 128);
            add(jobs, precision, "resnet18", 8, 64);
            add(jobs, precision, "resnet18", 16, 32);
            add(jobs, precision, "resnet18", 4, 224);
            add(jobs, precision, "resnet18_cifar", 2, 32);
            add(jobs, precision, "resnet34", 4, 96);
            add(jobs, precision, "resnet50", 2, 128);
            add(jobs, precision, "resnet50", 8, 64);
            add(jobs, precision, "vgg_small", 16, 64);
            add(jobs, precision, "vgg_small", 2, 256);
            add(jobs, precision, "nin", 8, 128);
            add(jobs, precision, "vit_ti_32", 1, 32);
            add(jobs, precision, "vit_ti_32", 4, 224);
            add(jobs, precision, "vit_ti_16", 8, 128);
            add(jobs, precision, "vit_ti_16", 2, 256);
            add(jobs, precision, "vit_s_32", 4, 192);
            add(jobs, precision, "vit_s_16", 1, 96);
            add(jobs, precision, "vit_s_16", 2, 224);
            add(jobs, precision, "vit_b_32", 1, 128);
            add(jobs, precision, "vit_b_16", 1, 192);
            add(jobs, precision, "deepvit_16b", 1, 32);
            add(jobs, precision, "deepvit_s", 2, 128);
            add(jobs, precision, "deepvit_s", 4, 192);
            add(jobs, precision, "deblurgan", 1, 64);
            add(jobs, precision, "deblurgan", 2, 96);
            add(jobs, precision, "deblurganv2_mobilenet", 1, 64);
            add(jobs, precision, "deblurganv2_mobilenet", 1, 128);
            add(jobs, precision, "deblurganv2_inception", 1, 128);
            add(jobs, precision, "deblurgan_critic", 4, 128);
            add(jobs, precision, "deblurgan_critic", 1, 64);
            add(jobs, precision, "deblurgan_critic", 2, 256);
        }
        return jobs;
    }

    private static void add(List<Workload> jobs, DType precision, String network, int batch, int side) {
        jobs.add(new Workload(Network.named(network), Use.INFERENCE, batch, side, precision));
        // In turns, so that both rules are among each network's sizes.
        Use training = jobs.size() % 4 == 1 ? Use.TRAINING_SGD : Use.TRAINING_ADAMW;
        jobs.add(new Workload(Network.named(network), training, batch, side, precision));
    }

    /// The costs that fit the samples best: none below zero, each sample's error relative to its time.
    ///
    /// @throws IllegalArgumentException if one of the precisions has no samples
    public static Calibration fit(String machine, List<Sample> samples) {
        var fitted = new Calibration(machine, costs(samples, DType.FLOAT32), costs(samples, DType.BFLOAT16), 0);
        double[] errors = samples.stream()
                .mapToDouble(sample -> {
                    Workload job = sample.workload;
                    double planned = fitted.time(job, Trace.of(job).getFirst()).seconds();
                    return Math.abs(planned / sample.seconds - 1);
                })
                .sorted()
                .toArray();
        return new Calibration(
                machine, fitted.float32, fitted.bfloat16, errors[Math.min(errors.length - 1, 9 * errors.length / 10)]);
    }

    private static Map<String, Double> costs(List<Sample> samples, DType precision) {
        List<Sample> used = samples.stream()
                .filter(sample -> sample.workload.precision() == precision)
                .toList();
        if (used.isEmpty()) {
            throw new IllegalArgumentException("no job was measured in " + precision);
        }
        Kind[] kinds = Kind.values();
        double[][] rows = new double[used.size()][kinds.length];
        double[] scale = new double[kinds.length];
        for (int i = 0; i < rows.length; i++) {
            Sample sample = used.get(i);
            Map<Kind, Double> amounts = StepFeatures.of(
                            sample.workload, Trace.of(sample.workload).getFirst())
                    .amounts();
            for (int k = 0; k < kinds.length; k++) {
                rows[i][k] = amounts.getOrDefault(kinds[k], 0.0) / sample.seconds;
                scale[k] = Math.max(scale[k], rows[i][k]);
            }
        }
        for (double[] row : rows) {
            for (int k = 0; k < kinds.length; k++) {
                row[k] = scale[k] == 0 ? 0 : row[k] / scale[k];
            }
        }
        double[] costs = nonNegativeFit(rows);
        Map<String, Double> named = new TreeMap<>();
        for (int k = 0; k < kinds.length; k++) {
            named.put(kinds[k].name().toLowerCase(Locale.ROOT), scale[k] == 0 ? 0 : costs[k] / scale[k]);
        }
        return named;
    }

    /// Fits row . x = 1 for all rows with x >= 0: least squares first, and then again with less weight for rows that
    /// are
    /// far off, for a job may have been disturbed while it was measured.
    private static double[] nonNegativeFit(double[][] rows) {
        double[] x = new double[rows[0].length];
        double[] weights = new double[rows.length];
        Arrays.fill(weights, 1);
        for (int pass = 0; pass < ROBUST_PASSES; pass++) {
            descend(rows, weights, x);
            for (int i = 0; i < rows.length; i++) {
                weights[i] = 1 / Math.max(SMALL_ERROR, Math.abs(rest(rows[i], x)));
            }
        }
        return x;
    }

    private static double rest(double[] row, double[] x) {
        double rest = 1;
        for (int k = 0; k < x.length; k++) {
            rest -= row[k] * x[k];
        }
        return rest;
    }

    /// One coordinate after the other.
    private static void descend(double[][] rows, double[] weights, double[] x) {
        double[] rest = new double[rows.length];
        Arrays.setAll(rest, i -> rest(rows[i], x));
        for (int round = 0; round < ROUNDS; round++) {
            for (int k = 0; k < x.length; k++) {
                double product = 0;
                double square = 0;
                for (int i = 0; i < rows.length; i++) {
                    product += weights[i] * rows[i][k] * rest[i];
                    square += weights[i] * rows[i][k] * rows[i][k];
                }
                if (square > 0) {
                    double moved = Math.max(0, x[k] + product / square) - x[k];
                    x[k] += moved;
                    for (int i = 0; i < rows.length; i++) {
                        rest[i] -= moved * rows[i][k];
                    }
                }
            }
        }
    }

    StepTime time(Workload workload, Trace trace) {
        Map<String, Double> costs = workload.precision() == DType.BFLOAT16 ? bfloat16 : float32;
        Map<Kind, Double> seconds = new EnumMap<>(Kind.class);
        StepFeatures.of(workload, trace)
                .amounts()
                .forEach((kind, amount) -> seconds.put(
                        kind, amount * costs.getOrDefault(kind.name().toLowerCase(Locale.ROOT), 0.0)));
        double launching = sum(seconds, Kind.LAUNCHES, Kind.LAUNCHES_BACKWARD);
        double moving = sum(
                seconds,
                Kind.PRODUCT_TRAFFIC,
                Kind.STATISTICS_TRAFFIC,
                Kind.STATISTICS_TRAFFIC_BACKWARD,
                Kind.TRAFFIC,
                Kind.TRAFFIC_BACKWARD,
                Kind.OPTIMIZER_TRAFFIC);
        double all = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
        return new StepTime(all, all - launching - moving, moving, launching);
    }

    private static double sum(Map<Kind, Double> seconds, Kind... kinds) {
        return Arrays.stream(kinds)
                .mapToDouble(kind -> seconds.getOrDefault(kind, 0.0))
                .sum();
    }
}
