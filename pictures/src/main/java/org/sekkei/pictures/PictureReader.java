package org.sekkei.pictures;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/// Decodes JPEG (CMYK and YCCK too), PNG, WebP, GIF, BMP and TIFF files, told apart by their content.
///
/// A picture comes out as it is meant to be seen: turned upright as its EXIF block says, its first frame or page,
/// 16-bit channels rounded to 8, whatever is transparent composited over white, and an embedded colour profile
/// converted
/// to sRGB.
public final class PictureReader {
    private static final long MAX_FILE_BYTES = 1L << 30;

    private final ReadLimits limits;

    /// A reader with [ReadLimits#DEFAULT].
    public PictureReader() {
        this(ReadLimits.DEFAULT);
    }

    public PictureReader(ReadLimits limits) {
        this.limits = limits;
    }

    /// Reads the picture in `file`.
    ///
    /// @throws UnreadablePictureException when the file cannot be opened, or as [#read(byte[], String)] says
    public Picture read(Path file) throws UnreadablePictureException {
        return read(bytes(file), file.toString());
    }

    /// Reads the picture in `file` with what a [Picture] leaves out.
    ///
    /// @throws UnreadablePictureException as [#read(Path)] does
    public Original readOriginal(Path file) throws UnreadablePictureException {
        return read(bytes(file), file.toString(), (image, upright) -> {
            Picture alpha = Original.alphaOf(image);
            return new Original(
                    upright.apply(Picture.fromBufferedImage(image)),
                    alpha == null ? null : upright.apply(alpha),
                    Profiles.of(image));
        });
    }

    private static byte[] bytes(Path file) throws UnreadablePictureException {
        try {
            if (!Files.isRegularFile(file) && Files.exists(file)) {
                throw new UnreadablePictureException(file + " is not a file");
            }
            long size = Files.size(file);
            if (size > MAX_FILE_BYTES) {
                throw new UnreadablePictureException(
                        file + " has " + size + " bytes, more than the " + MAX_FILE_BYTES + " that a picture may have");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new UnreadablePictureException(file + " does not exist", e);
        } catch (UnreadablePictureException e) {
            throw e;
        } catch (IOException e) {
            throw new UnreadablePictureException(file + " cannot be opened: " + reason(e), e);
        }
    }

    /// Reads the picture in `bytes`, the content of a file.
    ///
    /// @param name what a message calls the file
    /// @throws UnreadablePictureException when the bytes are not a picture in one of the formats, are cut
    ///     short, cannot be decoded, or hold more pixels than the limits allow
    public Picture read(byte[] bytes, String name) throws UnreadablePictureException {
        return read(bytes, name, (image, upright) -> upright.apply(Picture.fromBufferedImage(image)));
    }

    @FunctionalInterface
    private interface Taking<T> {
        T take(BufferedImage image, Orientation upright);
    }

    private <T> T read(byte[] bytes, String name, Taking<T> taking) throws UnreadablePictureException {
        PictureFormat format = PictureFormat.of(bytes);
        if (format == null) {
            throw new UnreadablePictureException(name + notAPicture(bytes));
        }
        if (!FileEnd.reached(format, bytes)) {
            throw truncated(format, name, null);
        }
        try {
            return taking.take(decode(format, bytes, name), Orientation.of(format, bytes));
        } catch (UnreadablePictureException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw endsEarly(e)
                    ? truncated(format, name, e)
                    : new UnreadablePictureException(name + " is a damaged " + format + " file: " + reason(e), e);
        } catch (OutOfMemoryError | StackOverflowError e) {
            // Decoders trust lengths in the file: a damaged one asks for memory that it does not need.
            throw new UnreadablePictureException(name + " is damaged, or too large for the memory of this process", e);
        }
    }

    private BufferedImage decode(PictureFormat format, byte[] bytes, String name) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format.readerName());
        if (!readers.hasNext()) {
            throw new UnreadablePictureException(
                    name + " cannot be read: no decoder for " + format + " files is on the class path");
        }
        ImageReader reader = readers.next();
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(stream, true, true);
            long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            if (pixels > limits.maxPixels()) {
                throw new UnreadablePictureException(String.format(
                        Locale.ROOT,
                        "%s has %d x %d pixels, more than the limit of %d",
                        name,
                        reader.getWidth(0),
                        reader.getHeight(0),
                        limits.maxPixels()));
            }
            BufferedImage image = reader.read(0);
            if (warnings.stream().anyMatch(PictureReader::saysCutShort)) {
                throw truncated(format, name, null);
            }
            return format == PictureFormat.PNG ? Profiles.inPngProfile(image, bytes) : image;
        } finally {
            reader.dispose();
        }
    }

    /// The JPEG library fills the rest of the picture with grey and only warns.
    private static boolean saysCutShort(String warning) {
        return warning.toLowerCase(Locale.ROOT).contains("premature end");
    }

    private static boolean endsEarly(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof EOFException) {
                return true;
            }
        }
        return false;
    }

    private static UnreadablePictureException truncated(PictureFormat format, String name, @Nullable Throwable cause) {
        String message = name + " is truncated: the " + format + " file ends before its picture does";
        return cause == null ? new UnreadablePictureException(message) : new UnreadablePictureException(message, cause);
    }

    private static String notAPicture(byte[] bytes) {
        if (bytes.length == 0) {
            return " is empty";
        }
        String begin = new String(bytes, 0, Math.min(8, bytes.length), StandardCharsets.ISO_8859_1);
        return " is not a picture of a known format (JPEG, PNG, WebP, GIF, BMP, TIFF): it begins with "
                + (begin.chars().allMatch(c -> c >= ' ' && c < 127)
                        ? "'" + begin + "'"
                        : "the bytes " + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, begin.length()));
    }

    private static String reason(Throwable e) {
        if (e instanceof RuntimeException) {
            return "its header is inconsistent"; // a decoder's bug speaks of classes and indices, not of the file
        }
        String message = e.getMessage();
        return message == null || message.isBlank()
                ? e.getClass().getSimpleName()
                : message.strip().lines().findFirst().orElse("");
    }
}
