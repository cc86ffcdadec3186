package org.sekkei.benchmarks;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sekkei.fit.PackGoal;
import org.sekkei.fit.field.FieldEncoder;
import org.sekkei.fit.field.FieldRecipe;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldBases;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldDecoder;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldShared;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.PictureSources;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// How near the codec `field` comes at any crop, scale and rotation to the picture decoded whole and then resized:
/// PSNR of
/// the difference, on random crops.
@Command(
        name = "FieldResamplingBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Crops of the codec field beside crops of the pixels that it decodes to.")
public final class FieldResamplingBenchmark implements Callable<Integer> {
    private static final int SMALLEST_CROP = 96;

    @Parameters(paramLabel = "SOURCE", description = "Pictures, in any layout that pack reads.")
    private Path source = Path.of(".");

    @Option(names = "--count", defaultValue = "24", description = "Pictures at most. Default: ${DEFAULT-VALUE}.")
    private int count = 24;

    @Option(names = "--crops", defaultValue = "4", description = "a picture and scale. Default: ${DEFAULT-VALUE}.")
    private int crops = 4;

    @Option(names = "--quality", split = ",", defaultValue = "30,34", description = "PSNRs. Default: ${DEFAULT-VALUE}.")
    private List<Double> targets = List.of();

    @Option(
            names = "--scale",
            split = ",",
            defaultValue = "1,0.9,0.75,0.5,0.37,0.25",
            description = "Output against source pixels. Default: ${DEFAULT-VALUE}.")
    private List<Double> scales = List.of();

    @Option(names = "--csv", paramLabel = "FILE", description = "Where the rows are written as CSV.")
    private @Nullable Path csv;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new FieldResamplingBenchmark()).execute(arguments));
    }

    private enum Kind {
        /// All of a picture. Where its sides are multiples of the scale, output pixels are whole blocks of source
        /// pixels.
        WHOLE,
        CROP,
        TURNED
    }

    /// Over the outputs of one kind.
    private static final class Differences {
        private double sum;
        private double lowest = Double.POSITIVE_INFINITY;
        private int count;

        void add(double psnr) {
            sum += psnr;
            lowest = Math.min(lowest, psnr);
            count++;
        }

        double mean() {
            return sum / count;
        }
    }

    @Override
    public Integer call() throws Exception {
        List<Picture> pictures = new ArrayList<>();
        try (PictureSource opened = PictureSources.open(source)) {
            for (int i = 0; i < Math.min(count, opened.size()); i++) {
                pictures.add(opened.picture(i));
            }
        }
        System.out.printf(
                "%s: %d pictures, %d crops each, PSNR of the difference, mean (lowest)%n",
                source.getFileName(), pictures.size(), crops);
        CsvTable table = new CsvTable(
                "psnr",
                "scale",
                "turned",
                "crops",
                "sameFilterMean",
                "sameFilterLowest",
                "resizedMean",
                "resizedLowest");
        for (double target : targets) {
            measure(pictures, target, table);
        }
        if (csv != null) {
            table.write(csv);
        }
        return 0;
    }

    private void measure(List<Picture> pictures, double target, CsvTable table) throws IOException {
        FieldBasis basis = FieldBases.named(FieldBases.PHOTO);
        FieldEncoder encoder = new FieldEncoder(basis, null, FieldRecipe.standard(), new PackGoal.Quality(target));
        FieldDecoder decoder = new FieldDecoder(new FieldShared(basis, null), FieldKernel.best());
        List<MemorySegment> records = new ArrayList<>();
        List<DensePicture> dense = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            records.add(MemorySegment.ofArray(
                    encoder.encode(pictures.get(i), List.of(), i).record()));
            PictureSize size = decoder.size(records.get(i));
            float[] planes = new float[Math.toIntExact(3 * size.pixels())];
            decoder.decode(records.get(i), Sampling.full(size.width(), size.height()), planes, 0);
            dense.add(new DensePicture(planes, size.width(), size.height()));
        }
        for (double scale : scales) {
            for (Kind kind : Kind.values()) {
                Differences same = new Differences();
                Differences resized = new Differences();
                SplittableRandom random = new SplittableRandom(1);
                for (int i = 0; i < (kind == Kind.WHOLE ? 1 : crops) * pictures.size(); i++) {
                    int picture = i % pictures.size();
                    compare(decoder, records.get(picture), dense.get(picture), scale, kind, random, same, resized);
                }
                System.out.printf(
                        Locale.ROOT,
                        "%.0f dB, scale %.2f, %s: %.1f (%.1f); turned, then resized %.1f (%.1f)%n",
                        target,
                        scale,
                        kind.name().toLowerCase(Locale.ROOT),
                        same.mean(),
                        same.lowest,
                        resized.mean(),
                        resized.lowest);
                table.add(
                        target,
                        scale,
                        kind.name().toLowerCase(Locale.ROOT),
                        same.count,
                        same.mean(),
                        same.lowest,
                        resized.mean(),
                        resized.lowest);
            }
        }
    }

    private static void compare(
            FieldDecoder decoder,
            MemorySegment record,
            DensePicture dense,
            double scale,
            Kind kind,
            SplittableRandom random,
            Differences same,
            Differences resized)
            throws CorruptDataException {
        Sampling sampling = kind == Kind.WHOLE ? whole(dense, scale) : crop(dense, scale, kind, random);
        float[] actual = new float[3 * sampling.width() * sampling.height()];
        decoder.decode(record, sampling, actual, 0);
        double difference = dense.at(sampling).psnr(actual);
        same.add(difference);
        resized.add(
                kind == Kind.TURNED
                        ? dense.turnedThenResized(sampling, 1 / scale).psnr(actual)
                        : difference);
    }

    private static Sampling whole(DensePicture dense, double scale) {
        return new Sampling(
                (int) (dense.width() * scale), (int) (dense.height() * scale), 1 / scale, 0, 0, 0, 1 / scale, 0);
    }

    private static Sampling crop(DensePicture dense, double scale, Kind kind, SplittableRandom random) {
        // Turned by any angle it lies within the picture: beyond the edge there is nothing to agree about.
        double reach = Math.sqrt(0.5);
        int side = random.nextInt(SMALLEST_CROP, (int) (Math.min(dense.width(), dense.height()) / (2 * reach)) - 8);
        double x = random.nextDouble(reach * side, dense.width() - reach * side) - side / 2.0;
        double y = random.nextDouble(reach * side, dense.height() - reach * side) - side / 2.0;
        double angle = Math.toRadians(random.nextDouble(-30, 30));
        int output = (int) Math.round(side * scale);
        Sampling upright = new Sampling(output, output, 1 / scale, 0, x, 0, 1 / scale, y);
        return kind == Kind.TURNED ? upright.rotated(angle) : upright;
    }
}
