package org.sekkei.pictures;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferUShort;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/// Encodes pictures.
public final class PictureWriter {
    private PictureWriter() {}

    /// Writes `picture` as a PNG file. `file` is replaced at once and whole, or not at all.
    public static void png(Path file, Picture picture) throws IOException {
        replace(file, out -> encode("png", picture.toBufferedImage(), null, out));
    }

    /// Writes a TIFF file of 16 bits a channel, likewise.
    ///
    /// @param rgb `[height, width, 3]`, unsigned; not copied
    public static void tiff16(Path file, int width, int height, short[] rgb) throws IOException {
        var model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, Transparency.OPAQUE, DataBuffer.TYPE_USHORT);
        var raster = Raster.createInterleavedRaster(
                new DataBufferUShort(rgb, rgb.length), width, height, 3 * width, 3, new int[] {0, 1, 2}, null);
        replace(file, out -> encode("tiff", new BufferedImage(model, raster, false, null), null, out));
    }

    @FunctionalInterface
    private interface Encoder {
        void encode(OutputStream out) throws IOException;
    }

    private static void replace(Path file, Encoder encoder) throws IOException {
        // No temporary file of the system's: those are for their owner's eyes only.
        Path partial = file.toAbsolutePath().resolveSibling("." + file.getFileName() + ".partial");
        try {
            try (OutputStream out = Files.newOutputStream(partial)) {
                encoder.encode(out);
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /// `picture` as a JPEG file.
    ///
    /// @param quality from 0 (smallest file) to 1 (best picture)
    public static byte[] jpeg(Picture picture, float quality) {
        if (!(quality >= 0 && quality <= 1)) {
            throw new IllegalArgumentException("a JPEG quality of " + quality + ", which is not in 0..1");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            encode("jpeg", picture.toBufferedImage(), quality, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail to be written
        }
        return out.toByteArray();
    }

    /// Java's own rather than a plug-in's: that of TIFF on the class path does not write 16 bits.
    private static ImageWriter writer(String format) {
        List<ImageWriter> writers = new ArrayList<>();
        ImageIO.getImageWritersByFormatName(format).forEachRemaining(writers::add);
        return writers.stream()
                .filter(writer -> writer.getClass().getName().startsWith("com.sun."))
                .findFirst()
                .orElse(writers.getFirst());
    }

    private static void encode(String format, BufferedImage image, @Nullable Float quality, OutputStream out)
            throws IOException {
        ImageWriter writer = writer(format);
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            ImageWriteParam settings = writer.getDefaultWriteParam();
            if (quality != null) {
                settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                settings.setCompressionQuality(quality);
            }
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), settings);
        } finally {
            writer.dispose();
        }
    }
}
