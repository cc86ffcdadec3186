package org.sekkei.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sekkei.fit.EncodedPicture;
import org.sekkei.fit.PackGoal;
import org.sekkei.fit.PackSize;
import org.sekkei.fit.field.FieldEncoder;
import org.sekkei.fit.field.FieldRecipe;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.field.FieldBases;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.PictureSources;
import org.sekkei.pictures.PictureWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Bytes of the codec `field` at target qualities, and of JPEG, WebP and AVIF (by Pillow) on the same pictures at the
/// same mean PSNR. One thread encodes.
@Command(
        name = "FieldRateBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Bytes and PSNR of the codec field beside JPEG, WebP and AVIF.")
public final class FieldRateBenchmark implements Callable<Integer> {
    private static final String FIELD = "field";

    @Parameters(paramLabel = "SOURCE", description = "Pictures, in any layout that pack reads.")
    private Path source = Path.of(".");

    @Option(names = "--size", description = "As in pack: 224 (longest side) or 224x224 (exact).")
    private @Nullable String size;

    @Option(names = "--count", defaultValue = "24", description = "Pictures at most. Default: ${DEFAULT-VALUE}.")
    private int count = 24;

    @Option(names = "--quality", split = ",", defaultValue = "28,30,32,34", description = "Target PSNRs.")
    private List<Double> targets = List.of();

    @Option(names = "--basis", description = "A basis's file; the one that ships if not given.")
    private @Nullable Path basisFile;

    @Option(names = "--python", description = "A Python with Pillow and NumPy; without it, field alone is measured.")
    private @Nullable Path python;

    @Option(names = "--csv", paramLabel = "FILE", description = "Where the rows are written as CSV.")
    private @Nullable Path csv;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new FieldRateBenchmark()).execute(arguments));
    }

    /// A point of a rate-distortion curve: means over all pictures.
    private record Point(double bytes, double psnr) {}

    @Override
    public Integer call() throws Exception {
        List<Picture> pictures = pictures();
        List<PictureSize> sizes = pictures.stream()
                .map(picture -> new PictureSize(picture.width(), picture.height()))
                .toList();
        PictureSize common = PictureSize.common(sizes);
        FieldBasis basis = basisFile != null
                ? FieldBasis.parse(Files.readAllBytes(basisFile))
                : FieldBases.named(
                        sizes.stream().allMatch(s -> Math.max(s.width(), s.height()) <= 64)
                                ? FieldBases.SMALL
                                : FieldBases.PHOTO);
        double raw = 3.0 * sizes.stream().mapToLong(PictureSize::pixels).sum() / pictures.size();
        System.out.println(Machine.here());
        System.out.printf(
                Locale.ROOT, "%s: %d pictures, %.0f bytes as uint8 RGB%n", source.getFileName(), sizes.size(), raw);
        CsvTable table = new CsvTable(
                "codec", "setting", "bytes", "percentOfUint8", "psnrMean", "psnrMin", "psnrMax", "millisecondsToEncode");
        Map<String, List<Point>> curves = python == null ? Map.of() : peers(pictures, raw, table);
        for (double target : targets) {
            FieldEncoder encoder = new FieldEncoder(basis, common, FieldRecipe.standard(), new PackGoal.Quality(target));
            encoder.encode(pictures.getFirst(), List.of(), 0);
            long begin = System.nanoTime();
            double bytes = 0;
            double psnr = 0;
            double lowest = Double.POSITIVE_INFINITY;
            double highest = 0;
            for (int i = 0; i < pictures.size(); i++) {
                EncodedPicture encoded = encoder.encode(pictures.get(i), List.of(), i);
                bytes += encoded.record().length;
                psnr += encoded.psnr();
                lowest = Math.min(lowest, encoded.psnr());
                highest = Math.max(highest, encoded.psnr());
            }
            double milliseconds = (System.nanoTime() - begin) / 1e6 / pictures.size();
            Point mean = new Point(bytes / pictures.size(), psnr / pictures.size());
            StringBuilder ratios = new StringBuilder();
            curves.forEach((codec, curve) -> ratios.append(
                    String.format(Locale.ROOT, ", %.3f x %s", mean.bytes / bytesAt(curve, mean.psnr), codec)));
            System.out.printf(
                    Locale.ROOT,
                    "field at %.1f dB: %.0f B (%.2f %% of uint8), %.2f dB (%.2f to %.2f), %.1f ms to encode%s%n",
                    target,
                    mean.bytes,
                    100 * mean.bytes / raw,
                    mean.psnr,
                    lowest,
                    highest,
                    milliseconds,
                    ratios);
            table.add(FIELD, target, mean.bytes, 100 * mean.bytes / raw, mean.psnr, lowest, highest, milliseconds);
        }
        if (csv != null) {
            table.write(csv);
        }
        return 0;
    }

    private List<Picture> pictures() throws IOException {
        PackSize packed = size == null ? new PackSize.Original() : PackSize.parse(size);
        List<Picture> pictures = new ArrayList<>();
        try (PictureSource opened = PictureSources.open(source)) {
            int wanted = Math.min(count, opened.size());
            for (int i = 0; i < wanted; i++) {
                pictures.add(packed.apply(opened.picture((int) ((long) i * opened.size() / wanted)), List.of())
                        .picture());
            }
        }
        return pictures;
    }

    private Map<String, List<Point>> peers(List<Picture> pictures, double raw, CsvTable table) throws Exception {
        Path folder = Files.createTempDirectory("sekkei-rates");
        try {
            for (int i = 0; i < pictures.size(); i++) {
                PictureWriter.png(folder.resolve(String.format(Locale.ROOT, "%05d.png", i)), pictures.get(i));
            }
            Path script = Path.of(System.getProperty("sekkei.root", ".")).resolve("benchmarks/peers/rates.py");
            Process process = new ProcessBuilder(
                            String.valueOf(python), script.toString(), folder.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Map<String, List<Point>> curves = new TreeMap<>();
            try (BufferedReader rows = process.inputReader()) {
                for (String row = rows.readLine(); row != null; row = rows.readLine()) {
                    String[] cells = row.split(",", -1);
                    Point point = new Point(Double.parseDouble(cells[2]), Double.parseDouble(cells[3]));
                    curves.computeIfAbsent(cells[0], _ -> new ArrayList<>()).add(point);
                    table.add(cells[0], cells[1], point.bytes, 100 * point.bytes / raw, point.psnr, "", "", "");
                }
            }
            if (process.waitFor() != 0) {
                throw new IOException(script + " failed");
            }
            curves.values().forEach(curve -> curve.sort(Comparator.comparingDouble(Point::psnr)));
            return curves;
        } finally {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    /// Between the points of a curve, the logarithm of the bytes is taken as linear in PSNR.
    private static double bytesAt(List<Point> curve, double psnr) {
        for (int i = 1; i < curve.size(); i++) {
            Point low = curve.get(i - 1);
            Point high = curve.get(i);
            if (psnr <= high.psnr && psnr >= low.psnr) {
                double share = (psnr - low.psnr) / (high.psnr - low.psnr);
                return low.bytes * Math.pow(high.bytes / low.bytes, share);
            }
        }
        return Double.NaN;
    }
}
