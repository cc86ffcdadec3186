package org.sekkei.inr.siren;

import java.io.ByteArrayOutputStream;

/// Bits into bytes, lowest first.
final class BitWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private long pending;
    private int count;

    /// Appends the low `width` bits of `value`, `width` in 0..32.
    void put(int value, int width) {
        pending |= (value & ((1L << width) - 1)) << count;
        count += width;
        while (count >= 8) {
            out.write((int) pending);
            pending >>>= 8;
            count -= 8;
        }
    }

    byte[] finish() {
        if (count > 0) {
            out.write((int) pending);
        }
        return out.toByteArray();
    }
}
