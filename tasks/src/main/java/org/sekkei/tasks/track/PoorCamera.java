package org.sekkei.tasks.track;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.random.RandomGenerator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.sekkei.pictures.Picture;

/// Sees fewer pixels than the network is given, grainy, with JPEG's traces, as the small objects of real videos are
/// seen.
///
/// @param share of the network's pixels, across and down, that it sees
/// @param noise standard deviation in 1 of 255 steps
/// @param quality JPEG's, 0 to 1
record PoorCamera(double share, double noise, float quality) {
    private static final double FEWEST = 0.35;

    PoorCamera(RandomGenerator random) {
        this(Math.exp(random.nextDouble(Math.log(FEWEST), 0)), random.nextBoolean() ? 0 : random.nextDouble(6), (float)
                random.nextDouble(0.25, 0.9));
    }

    /// @param seen \[3, pixels, pixels\]
    float[] applied(float[] seen, int pixels, RandomGenerator random) {
        int few = (int) Math.max(8, Math.round(share * pixels));
        Picture small = Crop.picture(seen, pixels).resized(few, few);
        byte[] rgb = small.rgb();
        for (int i = 0; noise > 0 && i < rgb.length; i++) {
            rgb[i] = (byte) Math.clamp(Math.round((rgb[i] & 0xff) + noise * random.nextGaussian()), 0, 255);
        }
        return Crop.values(compressed(small).resized(pixels, pixels));
    }

    private Picture compressed(Picture picture) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        var bytes = new ByteArrayOutputStream();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam how = writer.getDefaultWriteParam();
            how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            how.setCompressionQuality(quality);
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture.toBufferedImage(), null, null), how);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        } finally {
            writer.dispose();
        }
        try {
            BufferedImage read = ImageIO.read(new ByteArrayInputStream(bytes.toByteArray()));
            return Picture.fromBufferedImage(Objects.requireNonNull(read));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
