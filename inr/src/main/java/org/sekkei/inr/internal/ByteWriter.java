package org.sekkei.inr.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.TreeMap;

/// Appends little-endian numbers and strings to bytes in memory.
final class ByteWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void u8(int value) {
        bytes.write(value);
    }

    void u32(int value) {
        for (int shift = 0; shift < 32; shift += 8) {
            bytes.write(value >>> shift);
        }
    }

    void u64(long value) {
        u32((int) value);
        u32((int) (value >>> 32));
    }

    void f32(float value) {
        u32(Float.floatToIntBits(value));
    }

    void varint(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("varint of " + value);
        }
        long rest = value;
        while (rest > 0x7f) {
            bytes.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }

    void string(String value) {
        byte[] encoded = value.getBytes(UTF_8);
        varint(encoded.length);
        bytes.writeBytes(encoded);
    }

    void strings(Map<String, String> map) {
        varint(map.size());
        // Sorted, because an unmodifiable map iterates in another order in each run.
        new TreeMap<>(map).forEach((key, value) -> {
            string(key);
            string(value);
        });
    }

    /// A part that a reader can step over: its length, then its bytes.
    void section(ByteWriter section) {
        varint(section.bytes.size());
        bytes.writeBytes(section.toBytes());
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
