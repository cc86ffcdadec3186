package org.sekkei.pictures;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The file formats that are read, told apart by their first bytes.
enum PictureFormat {
    JPEG,
    PNG,
    WEBP {
        @Override
        public String toString() {
            return "WebP";
        }
    },
    GIF,
    BMP,
    TIFF;

    static @Nullable PictureFormat of(byte[] bytes) {
        if (begins(bytes, 0, "\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (begins(bytes, 0, "\u0089PNG\r\n\u001a\n")) {
            return PNG;
        }
        if (begins(bytes, 0, "RIFF") && begins(bytes, 8, "WEBP")) {
            return WEBP;
        }
        if (begins(bytes, 0, "GIF87a") || begins(bytes, 0, "GIF89a")) {
            return GIF;
        }
        if (begins(bytes, 0, "BM")) {
            return BMP;
        }
        if (begins(bytes, 0, "II*\0")
                || begins(bytes, 0, "MM\0*")
                || begins(bytes, 0, "II+\0")
                || begins(bytes, 0, "MM\0+")) {
            return TIFF;
        }
        return null;
    }

    private static boolean begins(byte[] bytes, int offset, String magic) {
        return bytes.length >= offset + magic.length()
                && new String(bytes, offset, magic.length(), StandardCharsets.ISO_8859_1).equals(magic);
    }

    /// The name under which ImageIO lists the readers of this format.
    String readerName() {
        return name();
    }
}
