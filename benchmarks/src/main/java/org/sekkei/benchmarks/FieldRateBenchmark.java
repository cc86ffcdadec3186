package org.sekkei.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
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
import org.sekkei.torch.Machine;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Bytes of the codec `field` at target qualities, and of JPEG, WebP and AVIF (by Pillow) on the same pictures, each at
/// the same PSNR, interpolated between the qualities of its own curve. One thread encodes.
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

    @Option(names = "--plot", paramLabel = "FILE.svg", description = "Where the curves are drawn.")
    private @Nullable Path plot;

    private final Map<String, List<RatePlot.Mean>> means = new LinkedHashMap<>();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new FieldRateBenchmark()).execute(arguments));
    }

    /// A point of a picture's rate-distortion curve.
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
                "codec",
                "setting",
                "bytes",
                "percentOfUint8",
                "psnrMean",
                "psnrMin",
                "psnrMax",
                "millisecondsToEncode");
        Map<String, List<List<Point>>> curves = python == null ? Map.of() : peers(pictures, raw, table);
        for (double target : targets) {
            FieldEncoder encoder =
                    new FieldEncoder(basis, common, FieldRecipe.standard(), new PackGoal.Quality(target));
            encoder.encode(pictures.getFirst(), List.of(), 0);
            long begin = System.nanoTime();
            double bytes = 0;
            double psnr = 0;
            double lowest = Double.POSITIVE_INFINITY;
            double highest = 0;
            List<Double> reached = new ArrayList<>();
            for (int i = 0; i < pictures.size(); i++) {
                EncodedPicture encoded = encoder.encode(pictures.get(i), List.of(), i);
                bytes += encoded.record().length;
                psnr += encoded.psnr();
                reached.add(encoded.psnr());
                lowest = Math.min(lowest, encoded.psnr());
                highest = Math.max(highest, encoded.psnr());
            }
            double milliseconds = (System.nanoTime() - begin) / 1e6 / pictures.size();
            Point mean = new Point(bytes / pictures.size(), psnr / pictures.size());
            StringBuilder ratios = new StringBuilder();
            curves.forEach((codec, own) -> {
                double peer = meanBytesAt(own, reached);
                means.computeIfAbsent(codec, _ -> new ArrayList<>()).add(new RatePlot.Mean(peer, mean.psnr));
                ratios.append(String.format(Locale.ROOT, ", %.3f x %s (%.0f B)", mean.bytes / peer, codec, peer));
                table.add(codec, "as field at " + target, peer, 100 * peer / raw, mean.psnr, "", "", "");
            });
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
            means.computeIfAbsent(FIELD, _ -> new ArrayList<>()).add(new RatePlot.Mean(mean.bytes, mean.psnr));
            table.add(FIELD, target, mean.bytes, 100 * mean.bytes / raw, mean.psnr, lowest, highest, milliseconds);
        }
        if (plot != null) {
            String title =
                    source.getFileName() + (size == null ? "" : ", " + size) + ": every picture at the same PSNR";
            RatePlot.write(plot, title, means, targets.getFirst() - 0.5, targets.getLast() + 0.5);
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

    /// @return of each codec a curve a picture
    private Map<String, List<List<Point>>> peers(List<Picture> pictures, double raw, CsvTable table) throws Exception {
        Path folder = Files.createTempDirectory("sekkei-rates");
        try {
            for (int i = 0; i < pictures.size(); i++) {
                PictureWriter.png(folder.resolve(String.format(Locale.ROOT, "%05d.png", i)), pictures.get(i));
            }
            Path script = Path.of(System.getProperty("sekkei.root", ".")).resolve("benchmarks/peers/rates.py");
            Process process = new ProcessBuilder(String.valueOf(python), script.toString(), folder.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Map<String, List<List<Point>>> curves = new TreeMap<>();
            Map<String, List<Point>> settings = new LinkedHashMap<>();
            try (BufferedReader rows = process.inputReader()) {
                for (String row = rows.readLine(); row != null; row = rows.readLine()) {
                    String[] cells = row.split(",", -1);
                    int picture = Integer.parseInt(cells[2]);
                    Point point = new Point(Double.parseDouble(cells[3]), Double.parseDouble(cells[4]));
                    List<List<Point>> own = curves.computeIfAbsent(cells[0], _ -> new ArrayList<>());
                    while (own.size() <= picture) {
                        own.add(new ArrayList<>());
                    }
                    own.get(picture).add(point);
                    settings.computeIfAbsent(cells[0] + "," + cells[1], _ -> new ArrayList<>())
                            .add(point);
                }
            }
            if (process.waitFor() != 0) {
                throw new IOException(script + " failed");
            }
            settings.forEach((setting, points) -> {
                double bytes =
                        points.stream().mapToDouble(Point::bytes).average().orElseThrow();
                double psnr = points.stream().mapToDouble(Point::psnr).average().orElseThrow();
                String[] names = setting.split(",", -1);
                table.add(names[0], names[1], bytes, 100 * bytes / raw, psnr, "", "", "");
            });
            curves.values().forEach(own -> own.forEach(curve -> curve.sort(Comparator.comparingDouble(Point::psnr))));
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

    private static double meanBytesAt(List<List<Point>> curves, List<Double> psnrs) {
        double sum = 0;
        for (int i = 0; i < curves.size(); i++) {
            sum += bytesAt(curves.get(i), psnrs.get(i));
        }
        return sum / curves.size();
    }

    /// Between two points of a curve, and beyond its ends, the logarithm of the bytes is linear in PSNR.
    private static double bytesAt(List<Point> curve, double psnr) {
        int next = 1;
        while (next < curve.size() - 1 && psnr > curve.get(next).psnr) {
            next++;
        }
        Point low = curve.get(next - 1);
        Point high = curve.get(next);
        double share = (psnr - low.psnr) / (high.psnr - low.psnr);
        return low.bytes * Math.pow(high.bytes / low.bytes, share);
    }
}
