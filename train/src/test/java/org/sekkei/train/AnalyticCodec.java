package org.sekkei.train;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.sekkei.inr.Codec;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Decoder;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// Pictures that can be foretold: red grows from left to right, green from top to bottom, blue is the record's own
/// and flickers from pixel to pixel as much as the record says. Outside of the picture all is 9, which nobody must
/// see.
final class AnalyticCodec implements Codec {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static byte[] record(int width, int height, float blue, float flicker) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(width)
                .putInt(height)
                .putFloat(blue)
                .putFloat(flicker)
                .array();
    }

    @Override
    public String name() {
        return "analytic";
    }

    @Override
    public Decoder newDecoder(byte[] shared) {
        return new AnalyticDecoder();
    }

    private static final class AnalyticDecoder implements Decoder {
        @Override
        public PictureSize size(MemorySegment record) {
            return new PictureSize(record.get(INT, 0), record.get(INT, 4));
        }

        @Override
        public void decode(MemorySegment record, Sampling sampling, float[] rgb, int offset)
                throws CorruptDataException {
            if (record.byteSize() != 16) {
                throw new CorruptDataException("a record of " + record.byteSize() + " bytes");
            }
            PictureSize size = size(record);
            float blue = record.get(FLOAT, 8);
            float flicker = record.get(FLOAT, 12);
            int pixels = sampling.width() * sampling.height();
            for (int y = 0; y < sampling.height(); y++) {
                for (int x = 0; x < sampling.width(); x++) {
                    double u = sampling.sourceX(x + 0.5, y + 0.5);
                    double v = sampling.sourceY(x + 0.5, y + 0.5);
                    int at = offset + y * sampling.width() + x;
                    boolean inside = u >= 0 && v >= 0 && u < size.width() && v < size.height();
                    boolean odd = (((long) Math.floor(u) + (long) Math.floor(v)) & 1) == 1;
                    rgb[at] = inside ? (float) (u / size.width()) : 9;
                    rgb[at + pixels] = inside ? (float) (v / size.height()) : 9;
                    rgb[at + 2 * pixels] = inside ? blue + (odd ? flicker : -flicker) : 9;
                }
            }
        }
    }
}
