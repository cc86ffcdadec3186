package org.sekkei.models.weights;

/// Expands blocks of Snappy (google/snappy, format_description.txt).
final class Snappy {
    // A copy of 64 bytes takes three at least.
    private static final int MOST_EXPANSION = 32;

    private final byte[] in;
    private int position;
    private byte[] out = new byte[0];
    private int written;

    private Snappy(byte[] in) {
        this.in = in;
    }

    /// @throws IllegalArgumentException if the block is damaged
    static byte[] expand(byte[] block) {
        try {
            return new Snappy(block).run();
        } catch (IndexOutOfBoundsException error) {
            throw new IllegalArgumentException("its Snappy block is damaged", error);
        }
    }

    private byte[] run() {
        long length = 0;
        int shift = 0;
        int part;
        do {
            part = next();
            length |= (long) (part & 0x7f) << shift;
            shift += 7;
        } while (part >= 0x80 && shift < 35);
        if (length > (long) in.length * MOST_EXPANSION) {
            throw new IllegalArgumentException("its Snappy block cannot expand to " + length + " bytes");
        }
        out = new byte[(int) length];
        while (position < in.length) {
            int tag = next();
            switch (tag & 3) {
                case 0 -> {
                    int code = tag >>> 2;
                    literal(code < 60 ? code + 1 : number(code - 59) + 1);
                }
                case 1 -> copy((tag >>> 2 & 7) + 4, (tag >>> 5) << 8 | next());
                case 2 -> copy((tag >>> 2) + 1, number(2));
                default -> copy((tag >>> 2) + 1, number(4));
            }
        }
        if (written != out.length) {
            throw new IllegalArgumentException("its Snappy block ends early");
        }
        return out;
    }

    private int next() {
        return Byte.toUnsignedInt(in[position++]);
    }

    private int number(int bytes) {
        int number = 0;
        for (int i = 0; i < bytes; i++) {
            number |= next() << 8 * i;
        }
        return number;
    }

    private void literal(int length) {
        System.arraycopy(in, position, out, written, length);
        position += length;
        written += length;
    }

    /// The copy may reach into what it writes.
    private void copy(int length, int offset) {
        if (offset <= 0) {
            throw new IndexOutOfBoundsException("a copy of nothing yet written");
        }
        for (int i = 0; i < length; i++) {
            out[written] = out[written - offset];
            written++;
        }
    }
}
