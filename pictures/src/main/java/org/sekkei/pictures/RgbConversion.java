package org.sekkei.pictures;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;

/// Any [BufferedImage] to 8-bit sRGB over white.
final class RgbConversion {
    private RgbConversion() {}

    static Picture toPicture(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] rgb = new byte[Math.toIntExact(3L * width * height)];
        if (isGrey(image.getColorModel())) {
            greyRows(image, rgb);
        } else {
            colourRows(image, rgb);
        }
        return new Picture(width, height, rgb);
    }

    /// Grey files hold sRGB-encoded levels, but Java's grey colour space is linear: its own conversion brightens them.
    private static boolean isGrey(ColorModel model) {
        return model instanceof ComponentColorModel
                && model.getColorSpace().getType() == ColorSpace.TYPE_GRAY
                && (model.getTransferType() == DataBuffer.TYPE_BYTE
                        || model.getTransferType() == DataBuffer.TYPE_USHORT)
                && !model.isAlphaPremultiplied();
    }

    private static void greyRows(BufferedImage image, byte[] rgb) {
        int width = image.getWidth();
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        int full = (1 << image.getColorModel().getComponentSize(0)) - 1;
        int[] samples = new int[width * bands];
        for (int y = 0, at = 0; y < image.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, samples);
            for (int x = 0; x < width; x++) {
                int grey = (int) ((samples[x * bands] * 255L + full / 2) / full);
                if (bands > 1) {
                    int alpha = (int) ((samples[x * bands + 1] * 255L + full / 2) / full);
                    grey = overWhite(grey, alpha);
                }
                rgb[at++] = (byte) grey;
                rgb[at++] = (byte) grey;
                rgb[at++] = (byte) grey;
            }
        }
    }

    private static void colourRows(BufferedImage image, byte[] rgb) {
        int width = image.getWidth();
        boolean alpha = image.getColorModel().hasAlpha();
        int[] row = new int[width];
        for (int y = 0, at = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int argb : row) {
                int opacity = alpha ? argb >>> 24 : 255;
                rgb[at++] = (byte) overWhite(argb >> 16 & 0xff, opacity);
                rgb[at++] = (byte) overWhite(argb >> 8 & 0xff, opacity);
                rgb[at++] = (byte) overWhite(argb & 0xff, opacity);
            }
        }
    }

    private static int overWhite(int value, int alpha) {
        return (value * alpha + 255 * (255 - alpha) + 127) / 255;
    }
}
