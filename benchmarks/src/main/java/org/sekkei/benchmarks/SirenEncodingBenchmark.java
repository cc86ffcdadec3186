package org.sekkei.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.sekkei.fit.PackGoal;
import org.sekkei.fit.siren.FittedPicture;
import org.sekkei.fit.siren.SirenEncoder;
import org.sekkei.fit.siren.SirenRecipe;
import org.sekkei.fit.siren.SirenStarts;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenNetwork;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.inr.siren.SirenStart;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Threads;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Pictures encoded per second to the same quality by the same network: [SirenEncoder] against Rapid-INR's way, on as
/// many threads, taking turns over the pictures.
///
/// Each picture's target for [SirenEncoder] is the PSNR that Rapid-INR's way gave it, so that the means are the same.
/// What Rapid-INR gives is the float32 network; [SirenEncoder]'s results are records, once in half precision as
/// Rapid-INR stores its networks and once quantised. The start is learnt from other pictures of the source, and the
/// time for that is told apart: a data set pays it once.
@Command(
        name = "SirenEncodingBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Encoding SIRENs: Sekkei against Rapid-INR's way, to the same quality.")
public final class SirenEncodingBenchmark implements Callable<Integer> {
    private static final int LEARNT_FROM = 64;

    @Mixin
    private PictureOptions options = new PictureOptions();

    @Option(
            names = "--steps",
            description = "of Sekkei before quantisation (default: ${DEFAULT-VALUE})",
            defaultValue = "400")
    private int steps;

    @Option(
            names = "--extrapolate",
            paramLabel = "N",
            description = "run only N iterations of Rapid-INR's way and extrapolate its time; needs --target")
    private @Nullable Integer extrapolate;

    @Option(
            names = "--target",
            paramLabel = "DB",
            description = "the PSNR to aim at, instead of what Rapid-INR's way gave each picture")
    private @Nullable Double target;

    @Option(names = "--csv", description = "write the results to this file")
    private @Nullable Path csv;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SirenEncodingBenchmark()).execute(arguments));
    }

    /// How far above its target a fit stops before quantisation, in decibels; without quantisation that is not lost.
    private static final double HEADROOM = 1;
    /// Decibels by which a mean may miss.
    private static final double TOLERANCE = 0.1;

    /// Sums over pictures.
    private static final class Sum {
        final String way;
        double seconds;
        double psnr;
        long bytes;
        int steps;

        Sum(String way) {
            this.way = way;
        }
    }

    @Override
    public Integer call() throws Exception {
        if (extrapolate != null && target == null) {
            System.err.println("--extrapolate leaves Rapid-INR's quality unknown; name the PSNR by --target.");
            return 2;
        }
        Threads.set(options.threads());
        Machine machine = Machine.here();
        SirenKernel kernel = SirenKernel.best();
        System.out.println(machine + "; kernel " + kernel.description());
        PictureOptions.Chosen chosen = options.choose(LEARNT_FROM);
        List<Picture> pictures = chosen.fitted();
        SirenRecipe recipe = SirenRecipe.standard().withSteps(steps);
        try (ExecutorService pool = Executors.newFixedThreadPool(options.threads())) {
            // Learning fits many pictures, so the code is compiled when the clock below runs.
            long begin = System.nanoTime();
            SirenStart start = (chosen.others().isEmpty() ? SirenStarts.none() : SirenStarts.standard())
                    .learn(
                            kernel,
                            options.shape(),
                            chosen.others().isEmpty() ? pictures : chosen.others(),
                            recipe,
                            1,
                            pool,
                            (_, _, _, _) -> {});
            double preparation = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%d pictures; start learnt from %d others in %.1f s%n",
                    pictures.size(),
                    chosen.others().size(),
                    preparation);
            SirenShared shared = new SirenShared(
                    List.of(start),
                    new PictureSize(
                            pictures.getFirst().width(), pictures.getFirst().height()));
            RapidInr rapidInr = options.rapidInr();
            int run = extrapolate == null ? options.iterations() : Math.min(extrapolate, options.iterations());
            rapidInr.fit(pictures.getFirst(), Math.min(run, 5), 0);
            Sum theirs = new Sum("Rapid-INR's way");
            Sum half = new Sum("Sekkei, half precision");
            Sum quantised = new Sum("Sekkei, quantised");
            for (int from = 0; from < pictures.size(); from += options.threads()) {
                List<Picture> some = pictures.subList(from, Math.min(from + options.threads(), pictures.size()));
                List<Double> targets = rapidInr(rapidInr, run, some, from, theirs);
                sekkei(kernel, shared, recipe, some, from, targets, pool, quantised);
                List<Double> lower =
                        targets.stream().map(psnr -> psnr - HEADROOM).toList();
                SirenRecipe unquantised = recipe.withQuantisation(new SirenRecipe.Quantisation.None());
                sekkei(kernel, shared, unquantised, some, from, lower, pool, half);
                System.out.printf(
                        Locale.ROOT,
                        "%d of %d: Rapid-INR's way %.1f s, Sekkei %.2f s, quantised %.2f s%n",
                        from + some.size(),
                        pictures.size(),
                        theirs.seconds,
                        half.seconds,
                        quantised.seconds);
            }
            report(pictures.size(), theirs, half, quantised, preparation, machine);
        }
        return 0;
    }

    /// What Sekkei is to aim at for each picture.
    private List<Double> rapidInr(RapidInr rapidInr, int run, List<Picture> pictures, int first, Sum sum) {
        List<Double> targets = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            long begin = System.nanoTime();
            SirenNetwork network = rapidInr.fit(pictures.get(i), run, first + i);
            sum.seconds += (System.nanoTime() - begin) / 1e9 * options.iterations() / run;
            double psnr = PictureOptions.psnr(pictures.get(i), network);
            sum.psnr += extrapolate == null ? psnr : Double.NaN;
            // Half precision, as Rapid-INR stores its networks.
            sum.bytes += 2L * network.parameters().length;
            sum.steps += options.iterations();
            targets.add(target == null ? psnr : target);
        }
        return targets;
    }

    private void sekkei(
            SirenKernel kernel,
            SirenShared shared,
            SirenRecipe recipe,
            List<Picture> pictures,
            int first,
            List<Double> targets,
            ExecutorService pool,
            Sum sum)
            throws Exception {
        long begin = System.nanoTime();
        List<FittedPicture> fitted = encode(kernel, shared, recipe, pictures, first, targets, pool);
        sum.seconds += (System.nanoTime() - begin) / 1e9;
        for (FittedPicture picture : fitted) {
            sum.psnr += picture.psnr();
            sum.bytes += picture.record().length;
            sum.steps += picture.steps();
        }
    }

    private static List<FittedPicture> encode(
            SirenKernel kernel,
            SirenShared shared,
            SirenRecipe recipe,
            List<Picture> pictures,
            int first,
            List<Double> targets,
            ExecutorService pool)
            throws Exception {
        List<Future<FittedPicture>> futures = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            Picture picture = pictures.get(i);
            long index = first + i;
            PackGoal goal = new PackGoal.Quality(targets.get(i));
            futures.add(pool.submit(() -> new SirenEncoder(kernel, shared, recipe, goal, 1).encode(picture, index)));
        }
        List<FittedPicture> fitted = new ArrayList<>();
        for (Future<FittedPicture> future : futures) {
            fitted.add(future.get());
        }
        return fitted;
    }

    private void report(int pictures, Sum theirs, Sum half, Sum quantised, double preparation, Machine machine)
            throws Exception {
        CsvTable table = new CsvTable(
                "way",
                "network",
                "pictures",
                "threads",
                "seconds",
                "pictures_per_second",
                "psnr",
                "bytes_per_picture",
                "steps_per_picture",
                "preparation_seconds",
                "time",
                "machine");
        System.out.printf("%n%s, %d pictures, %d threads%n", options.shape(), pictures, options.threads());
        String measured = extrapolate == null
                ? "measured"
                : "extrapolated from " + Math.min(extrapolate, options.iterations()) + " of " + options.iterations()
                        + " iterations";
        row(table, pictures, theirs, 0, measured, machine);
        row(table, pictures, half, preparation, "measured", machine);
        row(table, pictures, quantised, preparation, "measured", machine);
        double wanted = target == null ? theirs.psnr / pictures : target;
        for (Sum ours : List.of(half, quantised)) {
            if (ours.psnr / pictures < wanted - TOLERANCE) {
                System.out.printf(
                        Locale.ROOT,
                        "%s stays below the %.2f dB aimed at, so that its time does not compare; try more --steps%n",
                        ours.way,
                        wanted);
                continue;
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s: %.1f times as fast; with learning its start counted, %.1f times over these pictures%n",
                    ours.way,
                    theirs.seconds / ours.seconds,
                    theirs.seconds / (ours.seconds + preparation));
        }
        if (csv != null) {
            table.write(csv);
        }
    }

    private void row(CsvTable table, int pictures, Sum sum, double preparation, String time, Machine machine) {
        System.out.printf(
                Locale.ROOT,
                "%-24s %10.4f pictures/s (%s), PSNR %s, %d bytes, %d steps a picture%n",
                sum.way,
                pictures / sum.seconds,
                time,
                Double.isNaN(sum.psnr) ? "not known" : String.format(Locale.ROOT, "%.2f dB", sum.psnr / pictures),
                sum.bytes / pictures,
                sum.steps / pictures);
        table.add(
                sum.way,
                options.shape(),
                pictures,
                options.threads(),
                sum.seconds,
                pictures / sum.seconds,
                Double.isNaN(sum.psnr) ? "" : sum.psnr / pictures,
                sum.bytes / pictures,
                sum.steps / pictures,
                preparation,
                time,
                machine);
    }
}
