package org.sekkei.inr.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.sekkei.inr.CorruptDataException;

/// Reads little-endian numbers and strings from a range of bytes and never past its end. A count is checked against the
/// bytes that are left before anything of its size is made.
final class ByteReader {
    private final Path file;
    private final byte[] bytes;
    private final int end;
    private int position;

    ByteReader(Path file, byte[] bytes) {
        this(file, bytes, 0, bytes.length);
    }

    ByteReader(Path file, byte[] bytes, int start, int end) {
        this.file = file;
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    int position() {
        return position;
    }

    int remaining() {
        return end - position;
    }

    int u8() throws CorruptDataException {
        need(1);
        return bytes[position++] & 0xff;
    }

    int u32() throws CorruptDataException {
        need(4);
        int value = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            value |= (bytes[position++] & 0xff) << shift;
        }
        return value;
    }

    float f32() throws CorruptDataException {
        return Float.intBitsToFloat(u32());
    }

    /// A number in `0..2^63-1`.
    long varint() throws CorruptDataException {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw damaged("a number has more than 63 bits");
    }

    /// A number in `0..max`.
    int varint(String what, int max) throws CorruptDataException {
        long value = varint();
        if (value > max) {
            throw damaged(what + " is " + value + ", which is more than " + max);
        }
        return (int) value;
    }

    /// A number of things that take at least `bytesEach` bytes each of those that are left.
    int count(String what, int bytesEach) throws CorruptDataException {
        long count = varint();
        if (count > remaining() / bytesEach) {
            throw damaged("it claims " + count + " " + what + " in " + remaining() + " bytes");
        }
        return (int) count;
    }

    String string() throws CorruptDataException {
        int length = count("bytes of text", 1);
        String value = new String(bytes, position, length, UTF_8);
        position += length;
        return value;
    }

    Map<String, String> strings() throws CorruptDataException {
        int size = count("pairs of texts", 2);
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < size; i++) {
            String key = string();
            if (map.put(key, string()) != null) {
                throw damaged("the key " + key + " comes twice");
            }
        }
        return map;
    }

    /// The next part, see [ByteWriter#section].
    ByteReader section() throws CorruptDataException {
        int length = count("bytes of a section", 1);
        position += length;
        return new ByteReader(file, bytes, position - length, position);
    }

    void expectEnd() throws CorruptDataException {
        if (remaining() != 0) {
            throw damaged(remaining() + " bytes are left over");
        }
    }

    CorruptDataException damaged(String problem) {
        return Damages.in(file, problem);
    }

    private void need(int count) throws CorruptDataException {
        if (remaining() < count) {
            throw damaged("its contents end too early");
        }
    }
}
