package org.sekkei.pictures;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Writes tar archives, sound or not.
final class TarBuilder {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /// One member: header, content, padding.
    TarBuilder add(String name, char type, byte[] content) {
        return add(name, "", type, "%011o\0".formatted(content.length).getBytes(StandardCharsets.US_ASCII), content);
    }

    TarBuilder add(String name, byte[] content) {
        return add(name, '0', content);
    }

    TarBuilder add(String name, String content) {
        return add(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /// @param length the 12 bytes of the length field
    TarBuilder add(String name, String prefix, char type, byte[] length, byte[] content) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        System.arraycopy(length, 0, header, 124, 12);
        put(header, 136, "00000000000\0");
        header[156] = (byte) type;
        put(header, 257, "ustar\00000");
        put(header, 345, prefix);
        put(header, 148, "        ");
        int sum = 0;
        for (byte value : header) {
            sum += Byte.toUnsignedInt(value);
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
        out.writeBytes(header);
        out.writeBytes(content);
        out.writeBytes(new byte[(512 - content.length % 512) % 512]);
        return this;
    }

    TarBuilder pax(char type, String... pairs) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (String pair : pairs) {
            int body = (" " + pair + "\n").getBytes(StandardCharsets.UTF_8).length;
            int length = body + 1;
            while (body + Integer.toString(length).length() != length) {
                length++;
            }
            records.writeBytes((length + " " + pair + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return add("pax", type, records.toByteArray());
    }

    /// The archive without an end mark.
    byte[] open() {
        return out.toByteArray();
    }

    byte[] close() {
        out.writeBytes(new byte[1024]);
        return out.toByteArray();
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
