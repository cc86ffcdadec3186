package org.sekkei.models.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A sorted string table as LevelDB writes it (google/leveldb, doc/table_format.md), in which a TensorFlow bundle keeps
/// its index.
final class SortedTable {
    static final int FOOTER = 48;
    static final long MAGIC = 0xdb4775248b80fb57L;

    private static final int HANDLES = FOOTER - Long.BYTES;
    private static final int TRAILER = 5;
    private static final int STORED = 0;
    private static final int SNAPPY = 1;
    private static final long LARGEST = 64L << 20;
    private static final int LONGEST_KEY = 4096;
    private static final long LONGEST_KEYS = 64L << 20;

    private record Handle(long offset, long size) {
        static Handle read(ByteBuffer in) {
            return new Handle(Protobuf.varint(in), Protobuf.varint(in));
        }
    }

    private final CheckpointFile file;
    private long keys;

    private SortedTable(CheckpointFile file) {
        this.file = file;
    }

    static boolean recognises(CheckpointFile file) throws IOException {
        return file.size() >= FOOTER
                && file.read(file.size() - Long.BYTES, Long.BYTES).getLong() == MAGIC;
    }

    /// All entries, in the order of their keys.
    ///
    /// @throws CheckpointException if the table is damaged or too large for an index of tensors
    static SequencedMap<String, ByteBuffer> read(CheckpointFile file) throws IOException {
        if (file.size() > LARGEST) {
            throw file.problem("is an index of " + file.size() + " bytes; no checkpoint needs more than " + LARGEST);
        }
        try {
            return new SortedTable(file).entries();
        } catch (IllegalArgumentException | IndexOutOfBoundsException | java.nio.BufferUnderflowException error) {
            throw file.problem("is a damaged TensorFlow index (" + error.getMessage() + "); copy or download it again");
        }
    }

    private SequencedMap<String, ByteBuffer> entries() throws IOException {
        ByteBuffer footer = file.read(file.size() - FOOTER, HANDLES);
        Handle.read(footer); // of the block of filters, of which there are none
        SequencedMap<String, ByteBuffer> entries = new LinkedHashMap<>();
        long reached = 0;
        for (ByteBuffer value : block(Handle.read(footer)).values()) {
            Handle handle = Handle.read(value);
            if (handle.offset < reached) {
                throw new IllegalArgumentException("its blocks overlap");
            }
            reached = handle.offset + handle.size;
            SequencedMap<String, ByteBuffer> block = block(handle);
            if (!entries.isEmpty()
                    && !block.isEmpty()
                    && block.firstEntry().getKey().compareTo(entries.lastEntry().getKey()) <= 0) {
                throw new IllegalArgumentException("its keys are out of order");
            }
            entries.putAll(block);
        }
        return entries;
    }

    private SequencedMap<String, ByteBuffer> block(Handle handle) throws IOException {
        if (handle.offset < 0
                || handle.size < 0
                || handle.size > file.size() - TRAILER
                || handle.offset > file.size() - TRAILER - handle.size) {
            throw new IllegalArgumentException("a block does not lie in the file");
        }
        ByteBuffer raw = file.read(handle.offset, (int) handle.size + TRAILER);
        int expected = raw.getInt((int) handle.size + 1);
        MaskedCrc32c sum = new MaskedCrc32c();
        sum.update(raw.slice(0, (int) handle.size + 1));
        if (sum.value() != expected) {
            throw new IllegalArgumentException("a block does not have its checksum");
        }
        byte[] content = Arrays.copyOf(raw.array(), (int) handle.size);
        int kind = raw.get((int) handle.size);
        return switch (kind) {
            case STORED -> entries(content);
            case SNAPPY -> entries(Snappy.expand(content));
            default -> throw new IllegalArgumentException("a block is compressed by the unknown method " + kind);
        };
    }

    /// Each key begins as the one before it did.
    private SequencedMap<String, ByteBuffer> entries(byte[] content) {
        ByteBuffer block = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        long restarts = Integer.toUnsignedLong(block.getInt(content.length - Integer.BYTES));
        if (restarts > content.length / Integer.BYTES - 1) {
            throw new IllegalArgumentException("a block does not hold its restarts");
        }
        block.limit(content.length - (int) (restarts + 1) * Integer.BYTES);
        SequencedMap<String, ByteBuffer> entries = new LinkedHashMap<>();
        byte[] key = new byte[0];
        while (block.hasRemaining()) {
            long shared = Protobuf.varint(block);
            long own = Protobuf.varint(block);
            long length = Protobuf.varint(block);
            if (shared < 0 || shared > key.length || own < 0 || own > LONGEST_KEY - shared || own > block.remaining()) {
                throw new IllegalArgumentException("a key does not lie in its block");
            }
            byte[] next = Arrays.copyOf(key, (int) (shared + own));
            block.get(next, (int) shared, (int) own);
            if (!entries.isEmpty() && Arrays.compareUnsigned(key, next) >= 0) {
                throw new IllegalArgumentException("its keys are out of order");
            }
            key = next;
            keys += key.length;
            if (length < 0 || length > block.remaining() || keys > LONGEST_KEYS) {
                throw new IllegalArgumentException("a value does not lie in its block");
            }
            entries.put(new String(key, StandardCharsets.UTF_8), block.slice(block.position(), (int) length));
            block.position(block.position() + (int) length);
        }
        return entries;
    }
}
