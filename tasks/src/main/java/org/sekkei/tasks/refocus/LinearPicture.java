package org.sekkei.tasks.refocus;

import java.util.Arrays;
import org.sekkei.pictures.Picture;

/// A picture in linear light, in which blurs are computed: a lens adds up light, not sRGB's codes for it.
///
/// The arrays are not copied, in or out; treat them as read-only.
///
/// @param planes `[3][height * width]`, red, green and blue in 0..1
public record LinearPicture(int width, int height, float[][] planes) {
    private static final int LEVELS = 256;

    public LinearPicture {
        if (planes.length != 3 || Arrays.stream(planes).anyMatch(plane -> plane.length != (long) width * height)) {
            throw new IllegalArgumentException("planes that are not three of " + width + " x " + height);
        }
    }

    static LinearPicture black(int width, int height) {
        return new LinearPicture(width, height, new float[3][Math.multiplyExact(width, height)]);
    }

    /// The light that the sRGB codes of a picture stand for.
    public static LinearPicture of(Picture picture) {
        var table = new float[LEVELS];
        for (int level = 0; level < LEVELS; level++) {
            table[level] = (float) light(level / 255.0);
        }
        LinearPicture linear = black(picture.width(), picture.height());
        byte[] rgb = picture.rgb();
        for (int i = 0, at = 0; i < picture.width() * picture.height(); i++) {
            for (float[] plane : linear.planes) {
                plane[i] = table[rgb[at++] & 0xff];
            }
        }
        return linear;
    }

    /// In sRGB, rounded to 8 bits.
    public Picture picture() {
        var rgb = new byte[3 * width * height];
        for (int channel = 0; channel < 3; channel++) {
            float[] plane = planes[channel];
            for (int i = 0; i < plane.length; i++) {
                rgb[3 * i + channel] = (byte) Math.round(255 * (float) code(plane[i]));
            }
        }
        return new Picture(width, height, rgb);
    }

    LinearPicture crop(int left, int top, int width, int height) {
        LinearPicture crop = black(width, height);
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < height; y++) {
                System.arraycopy(
                        planes[channel], (top + y) * this.width + left, crop.planes[channel], y * width, width);
            }
        }
        return crop;
    }

    /// The light of an sRGB code in 0..1.
    static double light(double code) {
        return code <= 0.04045 ? code / 12.92 : StrictMath.pow((code + 0.055) / 1.055, 2.4);
    }

    /// The sRGB code of light, both in 0..1.
    static double code(double light) {
        double within = Math.clamp(light, 0, 1);
        return within <= 0.0031308 ? within * 12.92 : 1.055 * Math.pow(within, 1 / 2.4) - 0.055;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LinearPicture that
                && width == that.width
                && height == that.height
                && Arrays.deepEquals(planes, that.planes);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.deepHashCode(planes);
    }

    @Override
    public String toString() {
        return "LinearPicture[" + width + " x " + height + "]";
    }
}
