package org.sekkei.pictures;

/// Peak signal-to-noise ratio.
public final class Psnr {
    private Psnr() {}

    /// `10 log10(255^2 / e)` in decibels, where `e` is the mean squared error over all pixels and channels; infinite
    /// for equal pictures.
    ///
    /// @throws IllegalArgumentException when the sizes differ
    public static double between(Picture one, Picture other) {
        if (one.width() != other.width() || one.height() != other.height()) {
            throw new IllegalArgumentException("pictures of different sizes: " + one + " and " + other);
        }
        byte[] a = one.rgb();
        byte[] b = other.rgb();
        long squares = 0;
        for (int i = 0; i < a.length; i++) {
            int difference = (a[i] & 0xff) - (b[i] & 0xff);
            squares += (long) difference * difference;
        }
        return decibels(squares, a.length);
    }

    /// The same against what a decoder gives: planar colours, rounded to 8 bits.
    ///
    /// @param decoded `[3, height, width]` in 0..1
    /// @throws IllegalArgumentException when the sizes differ
    public static double ofPlanar(Picture picture, float[] decoded) {
        byte[] rgb = picture.rgb();
        if (decoded.length != rgb.length) {
            throw new IllegalArgumentException(decoded.length + " colours for " + picture);
        }
        int pixels = rgb.length / 3;
        long squares = 0;
        for (int i = 0; i < pixels; i++) {
            for (int channel = 0; channel < 3; channel++) {
                int difference = Math.round(255 * decoded[channel * pixels + i]) - (rgb[3 * i + channel] & 0xff);
                squares += (long) difference * difference;
            }
        }
        return decibels(squares, rgb.length);
    }

    private static double decibels(long squares, int count) {
        return squares == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(255.0 * 255.0 * count / squares);
    }
}
