package org.sekkei.pictures;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
        Path folder = file.toAbsolutePath().getParent();
        Path partial = Files.createTempFile(folder, "." + file.getFileName(), ".partial");
        try {
            try (OutputStream out = Files.newOutputStream(partial)) {
                encode("png", picture, null, out);
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
            encode("jpeg", picture, quality, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail to be written
        }
        return out.toByteArray();
    }

    private static void encode(String format, Picture picture, @Nullable Float quality, OutputStream out)
            throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            ImageWriteParam settings = writer.getDefaultWriteParam();
            if (quality != null) {
                settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                settings.setCompressionQuality(quality);
            }
            writer.setOutput(stream);
            writer.write(null, new IIOImage(picture.toBufferedImage(), null, null), settings);
        } finally {
            writer.dispose();
        }
    }
}
