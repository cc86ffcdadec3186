package org.sekkei.models.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The fields of a message of protocol buffers, one after another.
final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteBuffer in;
    private int field;
    private long number;
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    Protobuf(ByteBuffer message) {
        this.in = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Goes to the next field; false at the end.
    ///
    /// @throws IllegalArgumentException if the message is damaged
    boolean next() {
        if (!in.hasRemaining()) {
            return false;
        }
        long key = varint(in);
        field = (int) (key >>> 3);
        switch ((int) key & 7) {
            case VARINT -> number = varint(in);
            case FIXED64 -> number = fixed(Long.BYTES).getLong();
            case FIXED32 -> number = Integer.toUnsignedLong(fixed(Integer.BYTES).getInt());
            case BYTES -> {
                long length = varint(in);
                if (length < 0 || length > in.remaining()) {
                    throw new IllegalArgumentException("its description ends early");
                }
                bytes = fixed((int) length);
            }
            default -> throw new IllegalArgumentException("its description has a field of an unknown kind");
        }
        return true;
    }

    int field() {
        return field;
    }

    long number() {
        return number;
    }

    Protobuf message() {
        return new Protobuf(bytes);
    }

    static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (!in.hasRemaining()) {
                throw new IllegalArgumentException("its description ends early");
            }
            int part = in.get();
            value |= (long) (part & 0x7f) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("its description has a number of more than 64 bits");
    }

    private ByteBuffer fixed(int length) {
        if (length > in.remaining()) {
            throw new IllegalArgumentException("its description ends early");
        }
        ByteBuffer part = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + length);
        return part;
    }
}
