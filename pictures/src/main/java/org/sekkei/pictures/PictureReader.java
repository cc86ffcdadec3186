package org.sekkei.pictures;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/// Decodes JPEG, PNG, WebP, GIF, BMP and TIFF files, told apart by their content.
public final class PictureReader {
    private final ReadLimits limits;

    public PictureReader() {
        this(ReadLimits.DEFAULT);
    }

    public PictureReader(ReadLimits limits) {
        this.limits = limits;
    }

    /// Reads the picture in `file`, upright.
    ///
    /// @throws UnreadablePictureException when the file is there but is not a whole picture of a known format
    /// @throws IOException when the file cannot be read
    public Picture read(Path file) throws IOException {
        return read(Files.readAllBytes(file), file.toString());
    }

    /// Reads the picture in `bytes`, upright; `name` is what a message calls it.
    public Picture read(byte[] bytes, String name) throws UnreadablePictureException {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes));
            if (image == null) {
                throw new UnreadablePictureException(name + " is not a picture");
            }
            if ((long) image.getWidth() * image.getHeight() > limits.maxPixels()) {
                throw new UnreadablePictureException(name + " is too large");
            }
            return Picture.fromBufferedImage(image);
        } catch (UnreadablePictureException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new UnreadablePictureException(name + " cannot be decoded", e);
        }
    }
}
