package org.sekkei.inr;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.sekkei.inr.internal.PixelKernel;

/// How decoded pixels lie in a caller's memory: the order of the axes, the type of a number, and the mean and
/// deviation
/// by which colours in 0..1 are normalised to `(colour - mean) / deviation`.
///
/// @param mean of red, green and blue
/// @param deviation of red, green and blue, not zero
public record PixelFormat(Layout layout, Type type, List<Float> mean, List<Float> deviation) {
    /// The order of the axes of one picture.
    public enum Layout {
        /// `[3, height, width]`
        CHW,
        /// `[height, width, 3]`
        HWC
    }

    /// The type of a number.
    public enum Type {
        /// IEEE 754 binary32 in the byte order of the machine.
        FLOAT32(4),
        /// The upper half of a binary32, rounded to nearest even, in the byte order of the machine.
        BFLOAT16(2),
        /// IEEE 754 binary16, rounded to nearest even, in the byte order of the machine.
        FLOAT16(2),
        /// 0..255 for 0..1, rounded, what is beyond taken as the nearest; not normalised.
        UINT8(1);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        public int bytes() {
            return bytes;
        }
    }

    private static final PixelKernel KERNEL = PixelKernel.best();
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.nativeOrder());

    public PixelFormat {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (mean.size() != 3 || deviation.size() != 3 || deviation.contains(0f)) {
            throw new IllegalArgumentException("normalisation by means " + mean + " and deviations " + deviation);
        }
        if (type == Type.UINT8 && !(mean.equals(List.of(0f, 0f, 0f)) && deviation.equals(List.of(1f, 1f, 1f)))) {
            throw new IllegalArgumentException("8-bit pixels are not normalised");
        }
    }

    /// Colours as they are.
    public PixelFormat(Layout layout, Type type) {
        this(layout, type, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
    }

    /// Bytes of a picture.
    public long bytes(int width, int height) {
        return 3L * width * height * type.bytes;
    }

    /// Writes a picture.
    ///
    /// @param rgb `[3, height, width]` in 0..1
    /// @param target receives [#bytes] bytes from `offset` on
    /// @throws IndexOutOfBoundsException if they do not fit
    public void write(float[] rgb, int width, int height, MemorySegment target, long offset) {
        MemorySegment own = target.asSlice(offset, bytes(width, height));
        boolean planar = layout == Layout.CHW;
        float[] scale = new float[3];
        float[] shift = new float[3];
        for (int colour = 0; colour < 3; colour++) {
            scale[colour] = 1 / deviation.get(colour);
            shift[colour] = -mean.get(colour) * scale[colour];
        }
        Line line = new Line(type, planar ? width : 3 * width);
        for (int y = 0; y < height; y++) {
            if (!planar && type == Type.FLOAT32) {
                KERNEL.interleave(rgb, y * width, width * height, width, scale, shift, line.floats);
                line.copy(own, 3L * y * width * type.bytes);
                continue;
            }
            for (int colour = 0; colour < 3; colour++) {
                int from = (colour * height + y) * width;
                line.put(rgb, from, width, scale[colour], shift[colour], planar ? 0 : colour, planar ? 1 : 3);
                if (planar) {
                    line.copy(own, (long) from * type.bytes);
                }
            }
            if (!planar) {
                line.copy(own, 3L * y * width * type.bytes);
            }
        }
    }

    /// A line of numbers of one type.
    private static final class Line {
        private final Type type;
        private final float[] floats;
        private final short[] halves;
        private final byte[] bytes;

        Line(Type type, int length) {
            this.type = type;
            this.floats = new float[type == Type.FLOAT32 ? length : 0];
            this.halves = new short[type == Type.BFLOAT16 || type == Type.FLOAT16 ? length : 0];
            this.bytes = new byte[type == Type.UINT8 ? length : 0];
        }

        void put(float[] rgb, int from, int count, float scale, float shift, int to, int step) {
            switch (type) {
                case FLOAT32 -> {
                    for (int i = 0; i < count; i++) {
                        floats[to + i * step] = rgb[from + i] * scale + shift;
                    }
                }
                case BFLOAT16 -> {
                    for (int i = 0; i < count; i++) {
                        int bits = Float.floatToRawIntBits(rgb[from + i] * scale + shift);
                        halves[to + i * step] = (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
                    }
                }
                case FLOAT16 -> {
                    for (int i = 0; i < count; i++) {
                        halves[to + i * step] = Float.floatToFloat16(rgb[from + i] * scale + shift);
                    }
                }
                case UINT8 -> {
                    for (int i = 0; i < count; i++) {
                        bytes[to + i * step] = (byte) Math.clamp(rgb[from + i] * 255 + 0.5f, 0f, 255f);
                    }
                }
            }
        }

        void copy(MemorySegment target, long offset) {
            switch (type) {
                case FLOAT32 -> MemorySegment.copy(floats, 0, target, FLOAT, offset, floats.length);
                case BFLOAT16, FLOAT16 -> MemorySegment.copy(halves, 0, target, HALF, offset, halves.length);
                case UINT8 -> MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, offset, bytes.length);
            }
        }
    }
}
