package org.sekkei.pictures;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
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
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/// Encodes pictures.
public final class PictureWriter {
    private static final int STRIP = 256;

    private PictureWriter() {}

    /// Writes `picture` as a PNG file. `file` is replaced at once and whole, or not at all.
    public static void png(Path file, Picture picture) throws IOException {
        replace(file, out -> encode("png", picture.toBufferedImage(), null, out));
    }

    /// Writes a PNG file in the colours of the profile, likewise.
    ///
    /// @param original whose alpha is as large as its picture
    public static void png(Path file, Original original) throws IOException {
        Picture picture = original.picture();
        Picture alpha = original.alpha();
        byte[] levels = alpha == null && original.profile() == null
                ? picture.rgb()
                : new byte[picture.rgb().length / 3 * (alpha == null ? 3 : 4)];
        if (levels != picture.rgb()) {
            withAlpha(picture.rgb(), alpha, levels);
        }
        var image = image(
                new DataBufferByte(levels, levels.length),
                picture.width(),
                picture.height(),
                alpha != null,
                original.profile());
        replace(file, out -> encode("png", image, null, out));
    }

    private static void withAlpha(byte[] rgb, @Nullable Picture alpha, byte[] levels) {
        if (alpha == null) {
            System.arraycopy(rgb, 0, levels, 0, rgb.length);
            return;
        }
        for (int from = 0, at = 0; from < rgb.length; from += 3, at += 4) {
            System.arraycopy(rgb, from, levels, at, 3);
            levels[at + 3] = alpha.rgb()[from];
        }
    }

    /// Writes a TIFF file of 16 bits a channel, likewise.
    ///
    /// @param rgb `[height, width, 3]` in sRGB, unsigned; overwritten where there is a profile
    /// @param alpha as large, or null
    /// @param profile in whose colours the file is, or null for sRGB
    public static void tiff16(
            Path file, int width, int height, short[] rgb, @Nullable Picture alpha, @Nullable ICC_Profile profile)
            throws IOException {
        short[] levels = rgb;
        if (alpha != null) {
            levels = new short[Math.toIntExact(4L * width * height)];
            for (int from = 0, at = 0; from < rgb.length; from += 3, at += 4) {
                System.arraycopy(rgb, from, levels, at, 3);
                levels[at + 3] = (short) ((alpha.rgb()[from] & 0xff) * 257);
            }
        }
        var image = image(new DataBufferUShort(levels, levels.length), width, height, alpha != null, profile);
        replace(file, out -> encode("tiff", image, null, out));
    }

    /// @param levels in sRGB; converted in place
    private static BufferedImage image(
            DataBuffer levels, int width, int height, boolean hasAlpha, @Nullable ICC_Profile profile) {
        ColorSpace space = profile == null ? ColorSpace.getInstance(ColorSpace.CS_sRGB) : new ICC_ColorSpace(profile);
        int bands = hasAlpha ? 4 : 3;
        int[] offsets = hasAlpha ? new int[] {0, 1, 2, 3} : new int[] {0, 1, 2};
        WritableRaster raster =
                Raster.createInterleavedRaster(levels, width, height, bands * width, bands, offsets, null);
        if (profile != null) {
            var colours = raster.createWritableChild(0, 0, width, height, 0, 0, new int[] {0, 1, 2});
            for (int top = 0; top < height; top += STRIP) {
                int rows = Math.min(STRIP, height - top);
                convert(colours.createWritableChild(0, top, width, rows, 0, 0, null), space);
            }
        }
        var model = new ComponentColorModel(
                space,
                hasAlpha,
                false,
                hasAlpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
                levels.getDataType());
        return new BufferedImage(model, raster, false, null);
    }

    /// By way of images whose rows have nothing between them, for no others are converted rightly.
    private static void convert(WritableRaster levels, ColorSpace space) {
        BufferedImage from = opaque(ColorSpace.getInstance(ColorSpace.CS_sRGB), levels);
        BufferedImage to = opaque(space, levels);
        from.getRaster().setRect(levels);
        new ColorConvertOp(null).filter(from, to);
        levels.setRect(to.getRaster());
    }

    private static BufferedImage opaque(ColorSpace space, Raster like) {
        var model = new ComponentColorModel(
                space, false, false, Transparency.OPAQUE, like.getDataBuffer().getDataType());
        return new BufferedImage(
                model, model.createCompatibleWritableRaster(like.getWidth(), like.getHeight()), false, null);
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
            writer.write(null, new IIOImage(image, null, metadata(writer, format, image, settings)), settings);
        } finally {
            writer.dispose();
        }
    }

    /// Java's writer of PNG leaves the profile out unless it is told; that of TIFF does not.
    private static @Nullable IIOMetadata metadata(
            ImageWriter writer, String format, BufferedImage image, ImageWriteParam settings) throws IOException {
        ICC_Profile profile = Profiles.of(image);
        if (profile == null || !format.equals("png")) {
            return null;
        }
        IIOMetadata metadata =
                writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), settings);
        String tree = metadata.getNativeMetadataFormatName();
        var root = new IIOMetadataNode(tree);
        var node = new IIOMetadataNode("iCCP");
        node.setAttribute("profileName", "ICC profile");
        node.setAttribute("compressionMethod", "deflate");
        node.setUserObject(Profiles.deflated(profile));
        root.appendChild(node);
        metadata.mergeTree(tree, root);
        return metadata;
    }
}
