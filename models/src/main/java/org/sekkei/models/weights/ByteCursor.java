package org.sekkei.models.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Reads a storage from front to end, in pieces.
final class ByteCursor {
    private static final int PIECE = 1 << 14;

    private final CheckpointFile file;
    private final Storage storage;
    private ByteBuffer piece = ByteBuffer.allocate(0);
    // The byte of the storage at which the piece ends.
    private long pieceEnd;

    ByteCursor(CheckpointFile file, Storage storage) {
        this.file = file;
        this.storage = storage;
    }

    /// The byte of the storage that comes next.
    long position() {
        return pieceEnd - piece.remaining();
    }

    int next() throws IOException {
        need(1);
        return Byte.toUnsignedInt(piece.get());
    }

    int nextShort() throws IOException {
        need(Short.BYTES);
        return Short.toUnsignedInt(piece.getShort());
    }

    int nextInt() throws IOException {
        need(Integer.BYTES);
        return piece.getInt();
    }

    long nextLong() throws IOException {
        need(Long.BYTES);
        return piece.getLong();
    }

    byte[] next(int length) throws IOException {
        need(length);
        byte[] bytes = new byte[length];
        piece.get(bytes);
        return bytes;
    }

    void skip(long length) throws IOException {
        if (length < 0 || length > storage.bytes() - position()) {
            throw endsEarly();
        }
        long target = position() + length;
        piece = ByteBuffer.allocate(0);
        pieceEnd = target;
    }

    private void need(int length) throws IOException {
        if (piece.remaining() >= length) {
            return;
        }
        long begin = position();
        if (length > storage.bytes() - begin) {
            throw endsEarly();
        }
        long end = Math.min(storage.bytes(), begin + Math.max(length, PIECE));
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = storage.window(begin, end - begin, arena).toArray(ValueLayout.JAVA_BYTE);
            piece = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            pieceEnd = end;
        }
    }

    private CheckpointException endsEarly() {
        return file.problem("ends in the middle of what describes its tensors; copy or download it again");
    }
}
