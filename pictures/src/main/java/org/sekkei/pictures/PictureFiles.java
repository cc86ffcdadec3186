package org.sekkei.pictures;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/// Files that hold one picture each.
public final class PictureFiles {
    private static final Set<String> ENDINGS =
            Set.of(".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff");

    /// No photograph comes near it; what does is no picture and would fill the memory.
    private static final long MAX_BYTES = 1L << 29;

    private PictureFiles() {}

    /// Whether a file of this name counts as a picture. Hidden files never do.
    public static boolean isPictureName(String fileName) {
        int dot = fileName.lastIndexOf('.');
        return dot > 0
                && fileName.charAt(0) != '.'
                && ENDINGS.contains(fileName.substring(dot).toLowerCase(Locale.ROOT));
    }

    /// @param name of the entry, for messages
    static byte[] read(Path file, String name) throws IOException {
        try {
            if (!Files.isRegularFile(file)) {
                throw new UnreadablePictureException(name
                        + (Files.exists(file) ? " is not a file." : " is missing: there is no file " + file + "."));
            }
            checkLength(Files.size(file), name);
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new UnreadablePictureException(name + " is missing: there is no file " + file + ".");
        } catch (AccessDeniedException e) {
            throw new UnreadablePictureException(name + " may not be read: permission to read " + file + " is denied.");
        } catch (UnreadablePictureException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    static void checkLength(long bytes, String name) throws UnreadablePictureException {
        if (bytes > MAX_BYTES) {
            throw new UnreadablePictureException(
                    name + " has " + bytes + " bytes, more than the " + MAX_BYTES + " a picture may have.");
        }
    }
}
