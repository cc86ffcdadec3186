package org.sekkei.pictures;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.WritableRaster;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// The ICC profiles of pictures.
final class Profiles {
    private static final int MOST_BYTES = 16 << 20;
    private static final int LONGEST_NAME = 79;

    private Profiles() {}

    /// The profile of the image's colours if it is one of red, green and blue other than sRGB.
    static @Nullable ICC_Profile of(BufferedImage image) {
        return image.getColorModel().getColorSpace() instanceof ICC_ColorSpace space
                        && !space.isCS_sRGB()
                        && space.getType() == ColorSpace.TYPE_RGB
                ? space.getProfile()
                : null;
    }

    /// The same levels, taken for colours of the profile in the PNG file, which its decoder leaves aside.
    static BufferedImage inPngProfile(BufferedImage image, byte[] png) {
        ICC_Profile profile = ofPng(png);
        if (profile == null
                || profile.getColorSpaceType() != ColorSpace.TYPE_RGB
                || !(image.getColorModel() instanceof ComponentColorModel model)
                || model.getNumColorComponents() != 3) {
            return image;
        }
        ColorModel same = new ComponentColorModel(
                new ICC_ColorSpace(profile),
                model.hasAlpha(),
                model.isAlphaPremultiplied(),
                model.getTransparency(),
                model.getTransferType());
        // Java converts rasters of another order of bands, as PNG's decoder makes them, as if they were in this one.
        WritableRaster raster = same.createCompatibleWritableRaster(image.getWidth(), image.getHeight());
        raster.setRect(image.getRaster());
        return new BufferedImage(same, raster, model.isAlphaPremultiplied(), null);
    }

    private static @Nullable ICC_Profile ofPng(byte[] png) {
        byte[] chunk = PngChunk.find(png, "iCCP");
        if (chunk == null) {
            return null;
        }
        int name = 0;
        while (name < chunk.length && name <= LONGEST_NAME && chunk[name] != 0) {
            name++;
        }
        int begin = name + 2; // behind the name's end and the method
        if (begin >= chunk.length) {
            return null;
        }
        try (var inflater = new Inflater()) {
            inflater.setInput(chunk, begin, chunk.length - begin);
            byte[] bytes = new byte[1 << 12];
            int length = 0;
            while (!inflater.finished()) {
                int got = inflater.inflate(bytes, length, bytes.length - length);
                length += got;
                if (length == bytes.length) {
                    if (length >= MOST_BYTES) {
                        return null;
                    }
                    bytes = Arrays.copyOf(bytes, 2 * length);
                } else if (got == 0) {
                    return null; // cut short, or wants a dictionary
                }
            }
            return ICC_Profile.getInstance(Arrays.copyOf(bytes, length));
        } catch (DataFormatException | IllegalArgumentException damaged) {
            return null; // a picture with a broken profile is still a picture
        }
    }

    /// As a PNG file holds it.
    static byte[] deflated(ICC_Profile profile) {
        byte[] bytes = profile.getData();
        try (var deflater = new Deflater()) {
            deflater.setInput(bytes);
            deflater.finish();
            byte[] packed = new byte[bytes.length + bytes.length / 8 + 64];
            int length = deflater.deflate(packed);
            return Arrays.copyOf(packed, length);
        }
    }
}
