package org.sekkei.pictures;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/// A decoded picture: 8 bits a channel, sRGB, rows from the top, `R G B` for each pixel.
///
/// The array is not copied, in or out; treat it as read-only.
///
/// @param width pixels in a row
/// @param height rows
/// @param rgb `[height, width, 3]`, unsigned bytes
public record Picture(int width, int height, byte[] rgb) {
    public Picture {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a picture of " + width + " x " + height + " pixels");
        }
        if (rgb.length != 3L * width * height) {
            throw new IllegalArgumentException("a picture of " + width + " x " + height + " pixels needs "
                    + 3L * width * height + " bytes, not " + rgb.length);
        }
    }

    /// The picture in `image`; whatever is transparent is composited over white.
    public static Picture fromBufferedImage(BufferedImage image) {
        return RgbConversion.toPicture(image);
    }

    /// A copy as an image of type [BufferedImage#TYPE_INT_RGB].
    public BufferedImage toBufferedImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] row = new int[width];
        for (int y = 0, at = 0; y < height; y++) {
            for (int x = 0; x < width; x++, at += 3) {
                row[x] = (rgb[at] & 0xff) << 16 | (rgb[at + 1] & 0xff) << 8 | rgb[at + 2] & 0xff;
            }
            image.getRaster().setDataElements(0, y, width, 1, row);
        }
        return image;
    }

    /// This picture at exactly `width` by `height` pixels, by a Lanczos filter of three lobes that widens with the
    /// reduction, so that a smaller picture does not alias.
    public Picture resized(int width, int height) {
        return width == this.width && height == this.height ? this : Resizer.lanczos(this, width, height);
    }

    /// This picture with its longer side reduced to `longest` pixels and its proportions kept; never enlarged.
    public Picture fitLongest(int longest) {
        if (longest < 1) {
            throw new IllegalArgumentException("a longest side of " + longest + " pixels");
        }
        int side = Math.max(width, height);
        if (side <= longest) {
            return this;
        }
        double scale = (double) longest / side;
        return resized(Math.max(1, (int) Math.round(width * scale)), Math.max(1, (int) Math.round(height * scale)));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Picture that
                && width == that.width
                && height == that.height
                && Arrays.equals(rgb, that.rgb);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.hashCode(rgb);
    }

    @Override
    public String toString() {
        return "Picture[" + width + " x " + height + "]";
    }
}
