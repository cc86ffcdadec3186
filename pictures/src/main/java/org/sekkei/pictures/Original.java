package org.sekkei.pictures;

import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import org.jspecify.annotations.Nullable;

/// A picture with what [Picture] leaves out of its file, so that what is made of it can be given it back.
///
/// @param picture in sRGB, over white
/// @param alpha how opaque its pixels are, the same in all three channels, 255 for wholly; null if all are
/// @param profile in which the file held its red, green and blue; null for sRGB, and for grey and inks
public record Original(
        Picture picture, @Nullable Picture alpha, @Nullable ICC_Profile profile) {
    static @Nullable Picture alphaOf(BufferedImage image) {
        if (!image.getColorModel().hasAlpha()) {
            return null;
        }
        Raster alpha = image.getAlphaRaster();
        int width = image.getWidth();
        byte[] levels = new byte[Math.toIntExact(3L * width * image.getHeight())];
        boolean opaque = true;
        int[] argb = new int[width];
        int full = alpha == null ? 255 : (1 << alpha.getSampleModel().getSampleSize(0)) - 1;
        for (int y = 0, at = 0; y < image.getHeight(); y++) {
            if (alpha == null) { // a palette
                image.getRGB(0, y, width, 1, argb, 0, width);
                for (int x = 0; x < width; x++) {
                    argb[x] >>>= 24;
                }
            } else {
                alpha.getSamples(alpha.getMinX(), alpha.getMinY() + y, width, 1, 0, argb);
            }
            for (int x = 0; x < width; x++, at += 3) {
                byte level = (byte) ((argb[x] * 255L + full / 2) / full);
                opaque &= level == -1;
                levels[at] = level;
                levels[at + 1] = level;
                levels[at + 2] = level;
            }
        }
        return opaque ? null : new Picture(width, image.getHeight(), levels);
    }
}
