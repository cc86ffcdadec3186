package org.sekkei.models.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Writes TensorFlow bundles for tests, with blocks as small as to need several.
final class BundleFiles {
    private static final int ENTRIES_A_BLOCK = 2;

    private BundleFiles() {}

    /// What is written into the index of one tensor.
    record Entry(int type, long[] shape, long shard, long offset, long size, int crc) {
        static Entry of(long offset, byte[] elements, int type, long... shape) {
            return new Entry(type, shape, 0, offset, elements.length, BundleFiles.crc(elements));
        }

        byte[] message() {
            ByteArrayOutputStream dimensions = new ByteArrayOutputStream();
            for (long size : shape) {
                ByteArrayOutputStream dimension = new ByteArrayOutputStream();
                field(dimension, 1, size);
                field(dimensions, 2, dimension.toByteArray());
            }
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            field(message, 1, type);
            field(message, 2, dimensions.toByteArray());
            field(message, 3, shard);
            field(message, 4, offset);
            field(message, 5, size);
            message.write(6 << 3 | 5);
            message.writeBytes(little(crc));
            return message.toByteArray();
        }
    }

    /// `prefix.index` and `prefix.data-00000-of-00001`.
    static Path write(Path prefix, SequencedMap<String, Entry> entries, byte[] data) throws IOException {
        Files.write(prefix.resolveSibling(prefix.getFileName() + ".data-00000-of-00001"), data);
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        field(header, 1, 1);
        Map<String, byte[]> rows = new TreeMap<>();
        rows.put("", header.toByteArray());
        entries.forEach((name, entry) -> rows.put(name, entry.message()));
        return Files.write(prefix.resolveSibling(prefix.getFileName() + ".index"), table(rows, 0));
    }

    static byte[] table(Map<String, byte[]> rows, int compression) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        Map<String, byte[]> index = new TreeMap<>();
        Map<String, byte[]> block = new TreeMap<>();
        for (Map.Entry<String, byte[]> row : new TreeMap<>(rows).entrySet()) {
            block.put(row.getKey(), row.getValue());
            if (block.size() == ENTRIES_A_BLOCK) {
                index.put(row.getKey(), append(file, block, compression));
                block.clear();
            }
        }
        if (!block.isEmpty()) {
            index.put("\uffff", append(file, block, compression));
        }
        ByteArrayOutputStream footer = new ByteArrayOutputStream();
        footer.writeBytes(append(file, Map.of(), 0));
        footer.writeBytes(append(file, index, 0));
        file.writeBytes(ByteBuffer.allocate(48)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(footer.toByteArray())
                .putLong(40, SortedTable.MAGIC)
                .array());
        return file.toByteArray();
    }

    static int crc(byte[] bytes) {
        MaskedCrc32c sum = new MaskedCrc32c();
        sum.update(ByteBuffer.wrap(bytes));
        return sum.value();
    }

    private static byte[] append(ByteArrayOutputStream file, Map<String, byte[]> rows, int compression) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        byte[] before = new byte[0];
        for (Map.Entry<String, byte[]> row : rows.entrySet()) {
            byte[] key = row.getKey().getBytes(StandardCharsets.UTF_8);
            int shared = 0;
            while (shared < Math.min(key.length, before.length) && key[shared] == before[shared]) {
                shared++;
            }
            varint(block, shared);
            varint(block, key.length - shared);
            varint(block, row.getValue().length);
            block.write(key, shared, key.length - shared);
            block.writeBytes(row.getValue());
            before = key;
        }
        block.writeBytes(little(0));
        block.writeBytes(little(1));
        byte[] content = compression == 1 ? literal(block.toByteArray()) : block.toByteArray();
        ByteArrayOutputStream handle = new ByteArrayOutputStream();
        varint(handle, file.size());
        varint(handle, content.length);
        ByteArrayOutputStream typed = new ByteArrayOutputStream();
        typed.writeBytes(content);
        typed.write(compression);
        file.writeBytes(typed.toByteArray());
        file.writeBytes(little(crc(typed.toByteArray())));
        return handle.toByteArray();
    }

    /// Snappy's form of bytes without a repetition.
    private static byte[] literal(byte[] bytes) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        varint(block, bytes.length);
        block.write(61 << 2);
        block.write(bytes.length - 1);
        block.write(bytes.length - 1 >> 8);
        block.writeBytes(bytes);
        return block.toByteArray();
    }

    private static void field(ByteArrayOutputStream message, int number, long value) {
        varint(message, (long) number << 3);
        varint(message, value);
    }

    private static void field(ByteArrayOutputStream message, int number, byte[] value) {
        varint(message, (long) number << 3 | 2);
        varint(message, value.length);
        message.writeBytes(value);
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static byte[] little(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }
}
