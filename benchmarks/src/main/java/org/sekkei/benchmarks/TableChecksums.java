package org.sekkei.benchmarks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// Makes the checksums of a damaged TensorFlow index right again, so that its damage is met behind them.
final class TableChecksums {
    private static final int FOOTER = 48;
    private static final int MASK = 0xa282ead8;

    private record Block(int offset, int size) {}

    private final List<Block> blocks = new ArrayList<>();
    private final int length;

    /// Finds the blocks of an index that is whole.
    TableChecksums(byte[] index) {
        length = index.length;
        ByteBuffer footer = ByteBuffer.wrap(index, length - FOOTER, FOOTER).slice();
        Block filters = block(footer);
        Block handles = block(footer);
        blocks.add(filters);
        blocks.add(handles);
        ByteBuffer entries =
                ByteBuffer.wrap(index, handles.offset, handles.size).slice();
        int restarts = entries.order(ByteOrder.LITTLE_ENDIAN).getInt(handles.size - Integer.BYTES);
        entries.limit(handles.size - (restarts + 1) * Integer.BYTES);
        while (entries.hasRemaining()) {
            varint(entries);
            int own = varint(entries);
            varint(entries);
            entries.position(entries.position() + own);
            blocks.add(block(entries));
        }
    }

    /// Changes the checksums in place; an index of another length has other blocks and is left as it is.
    void repair(byte[] index) {
        if (index.length != length) {
            return;
        }
        for (Block block : blocks) {
            CRC32C sum = new CRC32C();
            sum.update(index, block.offset, block.size + 1);
            ByteBuffer.wrap(index)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(block.offset + block.size + 1, Integer.rotateRight((int) sum.getValue(), 15) + MASK);
        }
    }

    private static Block block(ByteBuffer handle) {
        return new Block(varint(handle), varint(handle));
    }

    private static int varint(ByteBuffer in) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int part = in.get();
            value |= (part & 0x7f) << shift;
            if (part >= 0) {
                return value;
            }
        }
    }
}
