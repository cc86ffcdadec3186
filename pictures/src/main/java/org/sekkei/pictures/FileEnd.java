package org.sekkei.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Finds files that were cut short, which several decoders would fill up in silence.
final class FileEnd {
    private FileEnd() {}

    /// Whether the file goes on to the end of its (first) picture. BMP and TIFF are left to their decoders.
    static boolean reached(PictureFormat format, byte[] bytes) {
        return switch (format) {
            case JPEG -> jpeg(bytes);
            case PNG -> png(bytes);
            case WEBP -> webp(bytes);
            case GIF -> gif(bytes);
            case BMP, TIFF -> true;
        };
    }

    /// Walks the segments to the end-of-image marker; a thumbnail's own marker lies inside a segment.
    private static boolean jpeg(byte[] bytes) {
        int at = 2;
        while (at + 1 < bytes.length) {
            if ((bytes[at] & 0xff) != 0xff) {
                at++; // entropy-coded data, or stray bytes, which decoders skip too
                continue;
            }
            int marker = bytes[at + 1] & 0xff;
            if (marker == 0xd9) {
                return true;
            }
            if (marker == 0xff) {
                at++;
            } else if (marker <= 0x01 || marker >= 0xd0 && marker <= 0xd8) {
                at += 2;
            } else if (at + 3 < bytes.length) {
                int length = (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
                at += 2 + length;
            } else {
                return false;
            }
        }
        return false;
    }

    private static boolean png(byte[] bytes) {
        ByteBuffer file = ByteBuffer.wrap(bytes);
        for (long at = 8; at + 12 <= bytes.length; ) {
            long length = file.getInt((int) at) & 0xffffffffL;
            if (file.getInt((int) at + 4) == 0x49454e44) { // IEND
                return true;
            }
            at += 12 + length;
        }
        return false;
    }

    private static boolean webp(byte[] bytes) {
        long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(4) & 0xffffffffL;
        return 8 + length <= bytes.length;
    }

    private static boolean gif(byte[] bytes) {
        if (bytes.length < 13) {
            return false;
        }
        int at = 13 + colourTable(bytes[10]);
        while (at < bytes.length) {
            switch (bytes[at]) {
                case 0x21 -> at = afterSubBlocks(bytes, at + 2);
                case 0x2c -> {
                    if (at + 10 > bytes.length) {
                        return false;
                    }
                    int codes = at + 10 + colourTable(bytes[at + 9]);
                    return afterSubBlocks(bytes, codes + 1) <= bytes.length;
                }
                default -> {
                    return true; // not a block: the decoder says what is wrong
                }
            }
        }
        return false;
    }

    private static int colourTable(byte flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;
    }

    private static int afterSubBlocks(byte[] bytes, int at) {
        while (at < bytes.length) {
            int length = bytes[at] & 0xff;
            at += 1 + length;
            if (length == 0) {
                return at;
            }
        }
        return bytes.length + 1;
    }
}
