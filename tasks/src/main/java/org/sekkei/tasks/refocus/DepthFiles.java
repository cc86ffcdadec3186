package org.sekkei.tasks.refocus;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// Depth maps as files: grey PNG of 8 or 16 bits, PFM and NumPy's NPY, told apart by their content. All hold inverse
/// depth, larger for what is nearer.
public final class DepthFiles {
    private static final long MOST_BYTES = 1L << 30;
    private static final long MOST_PIXELS = 1L << 28;

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};
    private static final byte[] NPY = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern PFM = Pattern.compile("P([fF])\\s+(\\d{1,9})\\s+(\\d{1,9})\\s+([-+.0-9eE]{1,20})\\s");
    private static final Pattern SHAPE =
            Pattern.compile("'shape':\\s*\\((?:1\\s*,\\s*)?(\\d{1,9})\\s*,\\s*(\\d{1,9}),?\\s*(?:,\\s*1,?\\s*)?\\)");
    private static final Pattern TYPE = Pattern.compile("'descr':\\s*'([<>|=])([fu])([1248])'");

    private DepthFiles() {}

    /// What a file holds, and whether its numbers had to be brought to 0..1.
    public record Read(DepthMap depth, boolean stretched) {}

    /// Whole numbers are divided by the largest that their type has. Other numbers are taken as they are where all lie
    /// in
    /// 0..1, and stretched to it where they do not.
    ///
    /// @throws IOException with a sentence that names the file, if it is no depth map, or is damaged
    public static Read read(Path file) throws IOException {
        DepthMap depth = numbers(file);
        boolean within = true;
        for (float value : depth.values()) {
            if (!Float.isFinite(value)) {
                throw new IOException(
                        file + ": holds numbers that are not finite; fill in the depths that are not known first.");
            }
            within &= value >= 0 && value <= 1;
        }
        return new Read(within ? depth : depth.stretched(), !within);
    }

    /// The numbers as they are, whole ones divided by the largest that their type has.
    static DepthMap numbers(Path file) throws IOException {
        byte[] bytes = bytes(file);
        return begins(bytes, PNG) ? png(file, bytes) : begins(bytes, NPY) ? npy(file, bytes) : pfm(file, bytes);
    }

    private static byte[] bytes(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": is not a file.");
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(file + ": has more than " + MOST_BYTES + " bytes, too many for a depth map.");
        }
        return Files.readAllBytes(file);
    }

    private static boolean begins(byte[] bytes, byte[] with) {
        if (bytes.length < with.length) {
            return false;
        }
        for (int i = 0; i < with.length; i++) {
            if (bytes[i] != with[i]) {
                return false;
            }
        }
        return true;
    }

    private static DepthMap png(Path file, byte[] bytes) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("png");
        ImageReader reader = readers.next();
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(in, true, true);
            requireReasonable(file, reader.getWidth(0), reader.getHeight(0));
            BufferedImage image = reader.read(0);
            Raster raster = image.getRaster();
            if (image.getColorModel() instanceof java.awt.image.IndexColorModel) {
                throw new IOException(file + ": is a PNG of a palette; a depth map is grey, of 8 or 16 bits.");
            }
            requireGrey(file, raster);
            float full = (1 << image.getSampleModel().getSampleSize(0)) - 1;
            float[] values = raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (float[]) null);
            for (int i = 0; i < values.length; i++) {
                values[i] /= full;
            }
            return new DepthMap(raster.getWidth(), raster.getHeight(), values);
        } catch (RuntimeException damaged) {
            throw new IOException(file + ": is a damaged PNG file.", damaged);
        } catch (javax.imageio.IIOException damaged) {
            throw new IOException(file + ": is a damaged PNG file.", damaged);
        } finally {
            reader.dispose();
        }
    }

    private static void requireGrey(Path file, Raster raster) throws IOException {
        if (raster.getNumBands() < 3) {
            return;
        }
        int[] row = new int[raster.getNumBands() * raster.getWidth()];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, raster.getWidth(), 1, row);
            for (int i = 0; i < row.length; i += raster.getNumBands()) {
                if (row[i] != row[i + 1] || row[i] != row[i + 2]) {
                    throw new IOException(
                            file + ": is a picture in colours; a depth map is grey, brighter for what is" + " nearer.");
                }
            }
        }
    }

    private static DepthMap pfm(Path file, byte[] bytes) throws IOException {
        String head = new String(bytes, 0, Math.min(bytes.length, 80), StandardCharsets.ISO_8859_1);
        Matcher matcher = PFM.matcher(head);
        if (!matcher.lookingAt()) {
            throw new IOException(file
                    + ": is no depth map; take a grey PNG of 8 or 16 bits, a PFM or an NPY file of two dimensions.");
        }
        int width = Integer.parseInt(matcher.group(2));
        int height = Integer.parseInt(matcher.group(3));
        requireReasonable(file, width, height);
        int channels = matcher.group(1).equals("F") ? 3 : 1;
        requireLength(file, bytes.length - matcher.end(), 4L * channels * width * height);
        double scale;
        try {
            scale = Double.parseDouble(matcher.group(4));
        } catch (NumberFormatException damaged) {
            throw new IOException(file + ": is a damaged PFM file: its scale is '" + matcher.group(4) + "'.", damaged);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(scale < 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        var values = new float[width * height];
        for (int y = 0; y < height; y++) { // the last row comes first
            for (int x = 0; x < width; x++) {
                values[(height - 1 - y) * width + x] = buffer.getFloat(matcher.end() + 4 * channels * (y * width + x));
            }
        }
        return new DepthMap(width, height, values);
    }

    private static DepthMap npy(Path file, byte[] bytes) throws IOException {
        if (bytes.length < 12) {
            throw new IOException(file + ": is cut short.");
        }
        boolean wide = bytes[6] >= 2;
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int start = wide ? 12 : 10;
        long length = wide ? Integer.toUnsignedLong(buffer.getInt(8)) : Short.toUnsignedInt(buffer.getShort(8));
        if (length > bytes.length - start) {
            throw new IOException(file + ": is cut short.");
        }
        String head = new String(bytes, start, (int) length, StandardCharsets.ISO_8859_1);
        Matcher shape = SHAPE.matcher(head);
        Matcher type = TYPE.matcher(head);
        if (!shape.find() || !type.find() || head.contains("'fortran_order': True")) {
            throw new IOException(file + ": is no depth map; an NPY file of one has the shape (height, width), in rows,"
                    + " of floats or unsigned whole numbers.");
        }
        int height = Integer.parseInt(shape.group(1));
        int width = Integer.parseInt(shape.group(2));
        requireReasonable(file, width, height);
        int size = Integer.parseInt(type.group(3));
        int from = start + (int) length;
        requireLength(file, bytes.length - from, (long) size * width * height);
        buffer.order(type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        var values = new float[width * height];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(file, type.group(2) + size, buffer, from + i * size);
        }
        return new DepthMap(width, height, values);
    }

    private static float value(Path file, String type, ByteBuffer buffer, int at) throws IOException {
        return switch (type) {
            case "f4" -> buffer.getFloat(at);
            case "f8" -> (float) buffer.getDouble(at);
            case "f2" -> Float.float16ToFloat(buffer.getShort(at));
            case "u1" -> (buffer.get(at) & 0xff) / 255f;
            case "u2" -> (buffer.getShort(at) & 0xffff) / 65535f;
            default ->
                throw new IOException(file + ": holds numbers of the type " + type + "; floats, u1 and u2 are depths.");
        };
    }

    private static void requireReasonable(Path file, long width, long height) throws IOException {
        if (width < 1 || height < 1 || width * height > MOST_PIXELS) {
            throw new IOException(
                    file + ": says that it has " + width + " x " + height + " pixels, which no depth map" + " has.");
        }
    }

    private static void requireLength(Path file, long there, long needed) throws IOException {
        if (there < needed) {
            throw new IOException(String.format(
                    Locale.ROOT, "%s: is cut short: it needs %,d bytes of depths and has %,d.", file, needed, there));
        }
    }

    /// Writes a grey PNG of 16 bits, which is there whole or not at all.
    public static void write(Path file, DepthMap depth) throws IOException {
        var image = new BufferedImage(depth.width(), depth.height(), BufferedImage.TYPE_USHORT_GRAY);
        WritableRaster raster = image.getRaster();
        for (int y = 0; y < depth.height(); y++) {
            for (int x = 0; x < depth.width(); x++) {
                raster.setSample(x, y, 0, Math.round(65535 * Math.clamp(depth.at(x, y), 0, 1)));
            }
        }
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        Path partial = file.toAbsolutePath().resolveSibling("." + file.getFileName() + ".partial");
        try {
            Files.write(partial, bytes.toByteArray());
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
    }
}
