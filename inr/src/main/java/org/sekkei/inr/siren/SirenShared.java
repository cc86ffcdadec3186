package org.sekkei.inr.siren;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;

/// The bytes that the records of a `siren` data set share: a start for each shape of network that they use, and the
/// size
/// that most pictures have, if there is one.
///
/// Layout, little-endian: `u8` version 1, `u8` number of starts 1..16, `i32` common width and `i32` common height (0,
/// 0 if none), then for each start `u8` layers, `u16` width, `f32` parameters, `i8` step offsets, `i8` scale offsets.
public record SirenShared(List<SirenStart> starts, @Nullable PictureSize commonSize) {
    /// The most shapes that one data set can hold.
    public static final int MAX_STARTS = 16;

    private static final byte VERSION = 1;

    public SirenShared {
        starts = List.copyOf(starts);
        if (starts.isEmpty() || starts.size() > MAX_STARTS) {
            throw new IllegalArgumentException(starts.size() + " shapes of network; 1.." + MAX_STARTS + " fit");
        }
    }

    public byte[] toBytes() {
        int length = 10;
        for (SirenStart start : starts) {
            length += 3 + 4 * start.parameters().length + 2 * start.shape().rows();
        }
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(VERSION).put((byte) starts.size());
        buffer.putInt(commonSize == null ? 0 : commonSize.width()).putInt(commonSize == null ? 0 : commonSize.height());
        for (SirenStart start : starts) {
            buffer.put((byte) start.shape().layers())
                    .putShort((short) start.shape().width());
            for (float parameter : start.parameters()) {
                buffer.putFloat(parameter);
            }
            buffer.put(start.stepOffsets()).put(start.scaleOffsets());
        }
        return buffer.array();
    }

    /// @throws CorruptDataException if the bytes are not what [#toBytes] writes
    public static SirenShared parse(byte[] bytes) throws CorruptDataException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        require(buffer, 10);
        int version = buffer.get();
        if (version != VERSION) {
            throw new CorruptDataException("the siren codec's shared data are of version " + version
                    + ", which this program does not know (it knows " + VERSION + ")");
        }
        int count = buffer.get();
        int width = buffer.getInt();
        int height = buffer.getInt();
        if (count < 1 || count > MAX_STARTS) {
            throw new CorruptDataException("the siren codec's shared data claim " + count + " shapes");
        }
        boolean common = width != 0 || height != 0;
        if (common && !(legal(width) && legal(height))) {
            throw new CorruptDataException("the siren codec's shared data claim pictures of " + width + " x " + height);
        }
        List<SirenStart> starts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            require(buffer, 3);
            int layers = buffer.get() & 0xFF;
            int units = buffer.getShort() & 0xFFFF;
            if (layers < 1 || layers > SirenShape.MAX_LAYERS || units < 1 || units > SirenShape.MAX_WIDTH) {
                throw new CorruptDataException(
                        "the siren codec's shared data claim a network of " + layers + "x" + units);
            }
            SirenShape shape = new SirenShape(layers, units);
            require(buffer, 4L * shape.parameterCount() + 2L * shape.rows());
            float[] parameters = new float[shape.parameterCount()];
            for (int p = 0; p < parameters.length; p++) {
                parameters[p] = buffer.getFloat();
                if (!Float.isFinite(parameters[p])) {
                    throw new CorruptDataException("the siren codec's shared data hold a parameter that is no number");
                }
            }
            byte[] steps = new byte[shape.rows()];
            byte[] scales = new byte[shape.rows()];
            buffer.get(steps).get(scales);
            starts.add(new SirenStart(shape, parameters, steps, scales));
        }
        if (buffer.hasRemaining()) {
            throw new CorruptDataException(
                    "the siren codec's shared data are " + buffer.remaining() + " bytes longer than their content");
        }
        return new SirenShared(starts, common ? new PictureSize(width, height) : null);
    }

    private static boolean legal(int side) {
        return side >= 1 && side <= PictureSize.MAX_SIDE;
    }

    private static void require(ByteBuffer buffer, long bytes) throws CorruptDataException {
        if (buffer.remaining() < bytes) {
            throw new CorruptDataException("the siren codec's shared data end after " + buffer.capacity()
                    + " bytes, before their content does");
        }
    }
}
