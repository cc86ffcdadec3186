package org.sekkei.pictures;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;

/// Any [BufferedImage] to 8-bit sRGB over white.
final class RgbConversion {
    private RgbConversion() {}

    static Picture toPicture(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] rgb = new byte[Math.toIntExact(3L * width * height)];
        if (isPlainBgr(image)) {
            swapRedAndBlue(((DataBufferByte) image.getRaster().getDataBuffer()).getData(), rgb);
        } else if (holdsDisplayLevels(image.getColorModel())) {
            levelRows(image, rgb);
        } else {
            colourRows(inRgb(image), rgb);
        }
        return new Picture(width, height, rgb);
    }

    private static boolean isPlainBgr(BufferedImage image) {
        return image.getType() == BufferedImage.TYPE_3BYTE_BGR
                && image.getRaster().getParent() == null
                && image.getRaster().getDataBuffer().getSize() == 3 * image.getWidth() * image.getHeight();
    }

    private static void swapRedAndBlue(byte[] bgr, byte[] rgb) {
        for (int at = 0; at < rgb.length; at += 3) {
            rgb[at] = bgr[at + 2];
            rgb[at + 1] = bgr[at + 1];
            rgb[at + 2] = bgr[at];
        }
    }

    /// Whether the samples themselves are the wanted levels. Grey is: files hold sRGB-encoded levels, but Java takes
    /// its grey colour space for linear, and its own conversion would brighten them.
    private static boolean holdsDisplayLevels(ColorModel model) {
        ColorSpace space = model.getColorSpace();
        return model instanceof ComponentColorModel
                && (space.isCS_sRGB() || space.getType() == ColorSpace.TYPE_GRAY)
                && (model.getTransferType() == DataBuffer.TYPE_BYTE
                        || model.getTransferType() == DataBuffer.TYPE_USHORT)
                && !model.isAlphaPremultiplied();
    }

    private static void levelRows(BufferedImage image, byte[] rgb) {
        int width = image.getWidth();
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        ColorModel model = image.getColorModel();
        int green = model.getNumColorComponents() == 1 ? 0 : 1;
        int blue = 2 * green;
        int alpha = model.hasAlpha() ? bands - 1 : -1;
        int full = (1 << model.getComponentSize(0)) - 1;
        int[] samples = new int[width * bands];
        for (int y = 0, at = 0; y < image.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, samples);
            for (int from = 0; from < samples.length; from += bands) {
                int opacity = alpha < 0 ? full : samples[from + alpha];
                rgb[at++] = overWhite(samples[from], opacity, full);
                rgb[at++] = overWhite(samples[from + green], opacity, full);
                rgb[at++] = overWhite(samples[from + blue], opacity, full);
            }
        }
    }

    private static BufferedImage inRgb(BufferedImage image) {
        if (image.getColorModel().getColorSpace().isCS_sRGB()) {
            return image;
        }
        BufferedImage converted = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_ARGB);
        return new ColorConvertOp(null).filter(image, converted);
    }

    private static void colourRows(BufferedImage image, byte[] rgb) {
        int width = image.getWidth();
        int[] row = new int[width];
        for (int y = 0, at = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int argb : row) {
                int opacity = argb >>> 24;
                rgb[at++] = overWhite(argb >> 16 & 0xff, opacity, 255);
                rgb[at++] = overWhite(argb >> 8 & 0xff, opacity, 255);
                rgb[at++] = overWhite(argb & 0xff, opacity, 255);
            }
        }
    }

    /// `level` of `full` at `opacity` of `full` before white, rounded to 8 bits.
    private static byte overWhite(int level, int opacity, int full) {
        long mixed = (long) level * opacity + (long) full * (full - opacity);
        long whole = (long) full * full;
        return (byte) ((mixed * 255 + whole / 2) / whole);
    }
}
