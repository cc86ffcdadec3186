package org.sekkei.models.weights;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The checksum of LevelDB and TensorFlow: CRC-32C, turned and shifted so that checksums of data that holds checksums
/// stay good ones.
final class MaskedCrc32c {
    private static final int SHIFT = 0xa282ead8;

    private final CRC32C sum = new CRC32C();

    void update(ByteBuffer bytes) {
        sum.update(bytes);
    }

    int value() {
        return Integer.rotateRight((int) sum.getValue(), 15) + SHIFT;
    }
}
