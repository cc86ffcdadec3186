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
import org.sekkei.fit.PackSize;
import org.sekkei.fit.siren.FittedPicture;
import org.sekkei.fit.siren.SirenEncoder;
import org.sekkei.fit.siren.SirenRecipe;
import org.sekkei.fit.siren.SirenRecipe.Quantisation;
import org.sekkei.fit.siren.SirenStarts;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenPacking;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.inr.siren.SirenStart;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.PictureSources;
import org.sekkei.torch.Machine;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What each part of the codec `siren` buys: learnt start, quantisation, entropy coding and pruning, one after the
/// other
/// on the same pictures. The start is learnt from pictures that are not measured.
@Command(
        name = "SirenAblation",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Bytes and PSNR of the codec siren with its parts switched on one after the other.")
public final class SirenAblation implements Callable<Integer> {
    @Parameters(paramLabel = "SOURCE", description = "Pictures, in any layout that pack reads.")
    private Path source = Path.of(".");

    @Option(names = "--network", defaultValue = "5x13", description = "Default: ${DEFAULT-VALUE}.")
    private String network = "5x13";

    @Option(names = "--size", description = "As in pack: 224 (longest side) or 224x224 (exact).")
    private @Nullable String size;

    @Option(names = "--count", defaultValue = "100", description = "Pictures measured. Default: ${DEFAULT-VALUE}.")
    private int count = 100;

    @Option(names = "--steps", defaultValue = "400", description = "Steps of a fit. Default: ${DEFAULT-VALUE}.")
    private int steps = 400;

    @Option(names = "--threads", defaultValue = "2", description = "Default: ${DEFAULT-VALUE}.")
    private int threads = 2;

    @Option(names = "--csv", paramLabel = "FILE", description = "Where the rows are written as CSV.")
    private @Nullable Path csv;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SirenAblation()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        SirenShape shape = SirenShape.parse(network);
        List<Picture> measured = new ArrayList<>();
        List<Picture> learntFrom = new ArrayList<>();
        double sourceBytes = 0;
        PackSize packed = size == null ? new PackSize.Original() : PackSize.parse(size);
        try (PictureSource pictures = PictureSources.open(source)) {
            int wanted = Math.min(2 * count, pictures.size());
            for (int i = 0; i < wanted; i++) {
                int index = (int) ((long) i * pictures.size() / wanted);
                Picture picture =
                        packed.apply(pictures.picture(index), List.of()).picture();
                (i % 2 == 0 ? measured : learntFrom).add(picture);
                sourceBytes += i % 2 == 0 ? pictures.entry(index).sourceBytes() : 0;
            }
        }
        System.out.println(Machine.here());
        System.out.printf(
                Locale.ROOT,
                "%s: %d pictures, network %s of %d parameters, %d steps, %d threads%n",
                source.getFileName(),
                measured.size(),
                shape,
                shape.parameterCount(),
                steps,
                threads);
        CsvTable table = new CsvTable(
                "variant",
                "network",
                "pictures",
                "bytes",
                "percentOfUint8",
                "percentOfSource",
                "psnrMean",
                "psnrMin",
                "psnrOfFloat32",
                "picturesPerSecond");
        SirenRecipe none =
                SirenRecipe.standard().withSteps(steps).withPruned(0).withQuantisation(new Quantisation.None());
        SirenRecipe fixed = none.withQuantisation(new Quantisation.Fitted(0.7)).withPacking(SirenPacking.FIXED);
        SirenRecipe entropy = fixed.withPacking(SirenPacking.RANS);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            SirenKernel kernel = SirenKernel.best();
            SirenStart unlearnt = SirenStart.zero(shape);
            SirenStart profiled =
                    SirenStarts.none().learn(kernel, shape, learntFrom, none, 0, pool, (_, _, _, _) -> {});
            SirenStart learnt =
                    SirenStarts.standard().learn(kernel, shape, learntFrom, none, 0, pool, (_, _, _, _) -> {});
            List<Variant> variants = List.of(
                    new Variant("half precision, SIREN's initialisation", unlearnt, none),
                    new Variant("half precision, learnt start", learnt, none),
                    new Variant("quantised, fixed width, SIREN's initialisation", profiled, fixed),
                    new Variant("quantised, fixed width, learnt start", learnt, fixed),
                    new Variant("quantised, entropy-coded, SIREN's initialisation", profiled, entropy),
                    new Variant("quantised, entropy-coded, learnt start", learnt, entropy),
                    new Variant("the same, 10 % pruned", learnt, entropy.withPruned(0.1)),
                    new Variant("the same, 20 % pruned", learnt, entropy.withPruned(0.2)),
                    new Variant("the same, 40 % pruned", learnt, entropy.withPruned(0.4)));
            for (Variant variant : variants) {
                measure(variant, kernel, measured, sourceBytes / measured.size(), pool, table);
            }
        }
        if (csv != null) {
            table.write(csv);
        }
        return 0;
    }

    private record Variant(String name, SirenStart start, SirenRecipe recipe) {}

    private void measure(
            Variant variant,
            SirenKernel kernel,
            List<Picture> pictures,
            double sourceBytes,
            ExecutorService pool,
            CsvTable table)
            throws Exception {
        Picture first = pictures.getFirst();
        boolean same = pictures.stream()
                .allMatch(picture -> picture.width() == first.width() && picture.height() == first.height());
        SirenShared shared =
                new SirenShared(List.of(variant.start()), same ? new PictureSize(first.width(), first.height()) : null);
        long begin = System.nanoTime();
        List<Future<FittedPicture>> fits = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            int index = i;
            fits.add(pool.submit(() -> new SirenEncoder(kernel, shared, variant.recipe(), new PackGoal.Best(), 0)
                    .encode(pictures.get(index), index)));
        }
        double bytes = 0;
        double psnr = 0;
        double lowest = Double.POSITIVE_INFINITY;
        double floatPsnr = 0;
        for (Future<FittedPicture> fit : fits) {
            FittedPicture fitted = fit.get();
            bytes += fitted.record().length;
            psnr += fitted.psnr();
            lowest = Math.min(lowest, fitted.psnr());
            floatPsnr += fitted.floatPsnr();
        }
        int n = pictures.size();
        double rate = n / ((System.nanoTime() - begin) / 1e9);
        double raw = pictures.stream()
                .mapToDouble(picture -> 3.0 * picture.width() * picture.height())
                .sum();
        System.out.printf(
                Locale.ROOT,
                "%-50s %7.0f B  %5.1f %% of uint8  %6.1f %% of the files  %.2f dB (min %.2f, float32 %.2f)  %.2f pictures/s%n",
                variant.name(),
                bytes / n,
                100 * bytes / raw,
                100 * bytes / n / sourceBytes,
                psnr / n,
                lowest,
                floatPsnr / n,
                rate);
        table.add(
                variant.name(),
                network,
                n,
                bytes / n,
                100 * bytes / raw,
                100 * bytes / n / sourceBytes,
                psnr / n,
                lowest,
                floatPsnr / n,
                rate);
    }
}
