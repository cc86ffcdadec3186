package org.sekkei.benchmarks;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import org.jspecify.annotations.Nullable;
import org.sekkei.fit.EncodedPicture;
import org.sekkei.fit.PackGoal;
import org.sekkei.fit.PackSize;
import org.sekkei.fit.field.FieldEncoder;
import org.sekkei.fit.field.FieldRecipe;
import org.sekkei.inr.Box;
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
import org.sekkei.torch.Machine;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Milliseconds to decode a picture on one thread: the codec `field` to float32 planes, whole, at half size and
/// cropped,
/// and the JDK's JPEG decoder on the same pictures at about the same PSNR, with and without the way to float32 planes.
@Command(
        name = "FieldDecodingBenchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Decoding the codec field beside the JDK's JPEG decoder.")
public final class FieldDecodingBenchmark implements Callable<Integer> {
    @Parameters(paramLabel = "SOURCE", description = "Pictures, in any layout that pack reads.")
    private Path source = Path.of(".");

    @Option(names = "--size", description = "As in pack: 224 (longest side) or 224x224 (exact).")
    private @Nullable String size;

    @Option(names = "--count", defaultValue = "24", description = "Pictures at most. Default: ${DEFAULT-VALUE}.")
    private int count = 24;

    @Option(names = "--quality", split = ",", defaultValue = "30,32", description = "PSNRs. Default: ${DEFAULT-VALUE}.")
    private List<Double> targets = List.of();

    @Option(names = "--jpeg-quality", split = ",", defaultValue = "0.5,0.75", description = "of the JPEG, one a PSNR.")
    private List<Float> jpegQualities = List.of();

    @Option(names = "--rounds", defaultValue = "60", description = "Measured rounds. Default: ${DEFAULT-VALUE}.")
    private int rounds = 60;

    @Option(names = "--csv", paramLabel = "FILE", description = "Where the rows are written as CSV.")
    private @Nullable Path csv;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new FieldDecodingBenchmark()).execute(arguments));
    }

    private interface Way {
        void decode() throws IOException;
    }

    @Override
    public Integer call() throws Exception {
        ImageIO.setUseCache(false);
        List<Picture> pictures = pictures();
        List<PictureSize> sizes = pictures.stream()
                .map(picture -> new PictureSize(picture.width(), picture.height()))
                .toList();
        boolean small = sizes.stream().allMatch(s -> Math.max(s.width(), s.height()) <= 64);
        FieldBasis basis = FieldBases.named(small ? FieldBases.SMALL : FieldBases.PHOTO);
        System.out.println(Machine.here());
        System.out.printf(
                "%s: %d pictures, one thread, milliseconds of processor time a picture, median of %d rounds (best)%n",
                source.getFileName(), pictures.size(), rounds);
        CsvTable table = new CsvTable("psnr", "way", "bytes", "medianMilliseconds", "bestMilliseconds", "ofField");
        for (int i = 0; i < targets.size(); i++) {
            measure(basis, pictures, sizes, targets.get(i), jpegQualities.get(i), table);
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

    private void measure(
            FieldBasis basis,
            List<Picture> pictures,
            List<PictureSize> sizes,
            double target,
            float jpegQuality,
            CsvTable table)
            throws Exception {
        FieldShared shared = new FieldShared(basis, PictureSize.common(sizes));
        FieldEncoder encoder =
                new FieldEncoder(basis, shared.commonSize(), FieldRecipe.standard(), new PackGoal.Quality(target));
        List<MemorySegment> records = new ArrayList<>();
        List<byte[]> jpegs = new ArrayList<>();
        double psnr = 0;
        long largest = 0;
        for (int i = 0; i < pictures.size(); i++) {
            EncodedPicture encoded = encoder.encode(pictures.get(i), List.of(), i);
            psnr += encoded.psnr() / pictures.size();
            records.add(MemorySegment.ofArray(encoded.record()));
            jpegs.add(jpeg(pictures.get(i), jpegQuality));
            largest = Math.max(largest, sizes.get(i).pixels());
        }
        double bytes =
                records.stream().mapToLong(MemorySegment::byteSize).average().orElseThrow();
        double jpegBytes =
                jpegs.stream().mapToLong(jpeg -> jpeg.length).average().orElseThrow();
        float[] rgb = new float[Math.toIntExact(3 * largest)];
        FieldDecoder decoder = new FieldDecoder(shared, FieldKernel.best());
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("field", () -> {
            for (int i = 0; i < sizes.size(); i++) {
                PictureSize of = sizes.get(i);
                decoder.decode(records.get(i), Sampling.full(of.width(), of.height()), rgb, 0);
            }
        });
        ways.put("field, half size", () -> decode(decoder, records, sizes, 0, 1, 0.5, rgb));
        ways.put("field, middle half to its own size", () -> decode(decoder, records, sizes, 0.25, 0.5, 0.5, rgb));
        ways.put("field, 80 % to 60 %", () -> decode(decoder, records, sizes, 0.1, 0.8, 0.6, rgb));
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        ways.put("JDK JPEG", () -> {
            for (byte[] jpeg : jpegs) {
                read(reader, jpeg);
            }
        });
        ways.put("JDK JPEG to float32 planes", () -> {
            for (byte[] jpeg : jpegs) {
                planes(read(reader, jpeg), rgb);
            }
        });
        Map<String, double[]> timings = timings(ways, records.size());
        System.out.printf(
                Locale.ROOT,
                "%nfield %.2f dB, %.0f B; JPEG quality %.2f, %.0f B%n",
                psnr,
                bytes,
                jpegQuality,
                jpegBytes);
        double field = median(timings, "field");
        timings.forEach((way, own) -> {
            double median = median(timings, way);
            System.out.printf(Locale.ROOT, "%-36s %7.3f (%.3f)  %.2f x field%n", way, median, own[0], median / field);
            table.add(target, way, way.startsWith("JDK") ? jpegBytes : bytes, median, own[0], median / field);
        });
    }

    private static double median(Map<String, double[]> timings, String way) {
        double[] own = timings.getOrDefault(way, new double[1]);
        return own[own.length / 2];
    }

    /// The part of each picture that begins at `from` and covers `part` of each side, at `scale` of the whole's size.
    private static void decode(
            FieldDecoder decoder,
            List<MemorySegment> records,
            List<PictureSize> sizes,
            double from,
            double part,
            double scale,
            float[] rgb)
            throws CorruptDataException {
        for (int i = 0; i < sizes.size(); i++) {
            int width = sizes.get(i).width();
            int height = sizes.get(i).height();
            Box box = new Box(
                    (float) (from * width), (float) (from * height), (float) (part * width), (float) (part * height));
            decoder.decode(records.get(i), Sampling.crop(box, (int) (scale * width), (int) (scale * height)), rgb, 0);
        }
    }

    /// Milliseconds a picture, sorted. All ways take turns; processor time, so that other programs do not count.
    private Map<String, double[]> timings(Map<String, Way> ways, int pictures) throws IOException {
        Map<String, double[]> timings = new LinkedHashMap<>();
        ways.keySet().forEach(way -> timings.put(way, new double[rounds]));
        for (int round = -rounds; round < rounds; round++) {
            for (Map.Entry<String, Way> way : ways.entrySet()) {
                long begin = threads.getCurrentThreadCpuTime();
                way.getValue().decode();
                double[] own = timings.getOrDefault(way.getKey(), new double[0]);
                if (round >= 0) {
                    own[round] = (threads.getCurrentThreadCpuTime() - begin) / 1e6 / pictures;
                }
            }
        }
        timings.values().forEach(Arrays::sort);
        return timings;
    }

    private static byte[] jpeg(Picture picture, float quality) throws IOException {
        BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_3BYTE_BGR);
        byte[] rgb = picture.rgb();
        for (int i = 0; i < picture.width() * picture.height(); i++) {
            int colour = (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | rgb[3 * i + 2] & 0xFF;
            image.setRGB(i % picture.width(), i / picture.width(), colour);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(quality);
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static BufferedImage read(ImageReader reader, byte[] jpeg) {
        try (ImageInputStream stream = ImageIO.createImageInputStream(new ByteArrayInputStream(jpeg))) {
            reader.setInput(stream);
            return reader.read(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The decoder's own bytes, blue, green, red, as planes in 0..1.
    private static void planes(BufferedImage image, float[] rgb) {
        int area = image.getWidth() * image.getHeight();
        byte[] bytes = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        for (int i = 0; i < area; i++) {
            rgb[i] = (bytes[3 * i + 2] & 0xFF) * (1 / 255f);
            rgb[area + i] = (bytes[3 * i + 1] & 0xFF) * (1 / 255f);
            rgb[2 * area + i] = (bytes[3 * i] & 0xFF) * (1 / 255f);
        }
    }
}
