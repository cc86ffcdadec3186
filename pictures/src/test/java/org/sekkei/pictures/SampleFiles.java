package org.sekkei.pictures;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/// Picture files made in memory.
final class SampleFiles {
    private SampleFiles() {}

    /// A smooth picture whose four corners differ: red grows to the right, green downwards.
    static Picture gradient(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int y = 0, at = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                rgb[at++] = (byte) (20 + 200 * x / width);
                rgb[at++] = (byte) (30 + 180 * y / height);
                rgb[at++] = (byte) (120 + 60 * (x + y) / (width + height));
            }
        }
        return new Picture(width, height, rgb);
    }

    static byte[] encode(String format, BufferedImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!ImageIO.write(image, format, out)) {
            throw new IOException("no writer for " + format);
        }
        return out.toByteArray();
    }

    static byte[] encode(String format, Picture picture) throws IOException {
        BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_3BYTE_BGR);
        image.createGraphics().drawImage(picture.toBufferedImage(), 0, 0, null);
        return encode(format, image);
    }

    static byte[] progressiveJpeg(Picture picture) throws IOException {
        return jpeg(new IIOImage(picture.toBufferedImage(), null, null), true);
    }

    /// The picture as inverted CMYK with an empty black channel's worth of ink, the way Photoshop writes it.
    static byte[] cmykJpeg(Picture picture) throws IOException {
        WritableRaster raster = Raster.createInterleavedRaster(0, picture.width(), picture.height(), 4, null);
        int[] samples = new int[4 * picture.width() * picture.height()];
        for (int i = 0; i < samples.length / 4; i++) {
            for (int c = 0; c < 3; c++) {
                samples[4 * i + c] = picture.rgb()[3 * i + c] & 0xff;
            }
            samples[4 * i + 3] = 255;
        }
        raster.setPixels(0, 0, picture.width(), picture.height(), samples);
        byte[] adobe = {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0};
        return withSegment(jpeg(new IIOImage(raster, null, null), false), 0xee, adobe);
    }

    /// The same as [#cmykJpeg], transformed to luminance and differences, as Photoshop does at lower qualities: those
    /// of the inverse of the first three channels, and the fourth as it is.
    static byte[] ycckJpeg(Picture picture) throws IOException {
        WritableRaster raster = Raster.createInterleavedRaster(0, picture.width(), picture.height(), 4, null);
        int[] samples = new int[4 * picture.width() * picture.height()];
        for (int i = 0; i < samples.length / 4; i++) {
            double red = 255 - (picture.rgb()[3 * i] & 0xff);
            double green = 255 - (picture.rgb()[3 * i + 1] & 0xff);
            double blue = 255 - (picture.rgb()[3 * i + 2] & 0xff);
            samples[4 * i] = (int) Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
            samples[4 * i + 1] = (int) Math.round(128 - 0.168736 * red - 0.331264 * green + 0.5 * blue);
            samples[4 * i + 2] = (int) Math.round(128 + 0.5 * red - 0.418688 * green - 0.081312 * blue);
            samples[4 * i + 3] = 255;
        }
        raster.setPixels(0, 0, picture.width(), picture.height(), samples);
        byte[] adobe = {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 2};
        return withSegment(jpeg(new IIOImage(raster, null, null), false), 0xee, adobe);
    }

    private static byte[] jpeg(IIOImage image, boolean progressive) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            ImageWriteParam settings = writer.getDefaultWriteParam();
            settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            settings.setCompressionQuality(0.95f);
            if (progressive) {
                settings.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            writer.setOutput(stream);
            writer.write(null, image, settings);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    static byte[] withOrientation(byte[] jpeg, int orientation) {
        return withSegment(jpeg, 0xe1, join("Exif\0\0".getBytes(StandardCharsets.US_ASCII), exif(orientation)));
    }

    /// A TIFF block of one directory with one entry, the orientation.
    static byte[] exif(int orientation) {
        return ByteBuffer.allocate(26)
                .put(new byte[] {'M', 'M', 0, 42})
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .putShort((short) 0)
                .putInt(0)
                .array();
    }

    static byte[] withSegment(byte[] jpeg, int marker, byte[] content) {
        byte[] head = ByteBuffer.allocate(6)
                .putShort((short) 0xffd8)
                .put((byte) 0xff)
                .put((byte) marker)
                .putShort((short) (content.length + 2))
                .array();
        return join(head, content, Arrays.copyOfRange(jpeg, 2, jpeg.length));
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List.of(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }
}
