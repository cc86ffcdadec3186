package org.sekkei.inr.field;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;

/// The bytes that the records of a `field` data set share: which basis, and the size that most pictures have, if
/// there
/// is one.
///
/// Layout, little-endian: `u8` version 1, `i32` common width and `i32` common height (0, 0 if none), 32 bytes
/// SHA-256 of
/// the basis's file, `u8` length of its name and the name in UTF-8, then the file itself unless the basis ships.
public record FieldShared(FieldBasis basis, @Nullable PictureSize commonSize) {
    private static final byte VERSION = 1;
    private static final int HASH = 32;
    private static final int MAX_NAME = 255;

    public byte[] toBytes() {
        byte[] name = basis.name().getBytes(StandardCharsets.UTF_8);
        if (name.length > MAX_NAME) {
            throw new IllegalArgumentException("a basis whose name has " + name.length + " bytes");
        }
        byte[] file = FieldBases.withHash(basis.sha256()) == null ? basis.toBytes() : new byte[0];
        ByteBuffer buffer =
                ByteBuffer.allocate(10 + HASH + name.length + file.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(VERSION);
        buffer.putInt(commonSize == null ? 0 : commonSize.width()).putInt(commonSize == null ? 0 : commonSize.height());
        buffer.put(HexFormat.of().parseHex(basis.sha256()));
        buffer.put((byte) name.length).put(name).put(file);
        return buffer.array();
    }

    /// @throws CorruptDataException if the bytes are not what [#toBytes] writes, or the basis is neither there
    ///     nor known
    public static FieldShared parse(byte[] bytes) throws CorruptDataException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        require(buffer, 10 + HASH);
        int version = buffer.get();
        if (version != VERSION) {
            throw new CorruptDataException("the field codec's shared data are of version " + version
                    + ", which this program does not know (it knows " + VERSION + ")");
        }
        int width = buffer.getInt();
        int height = buffer.getInt();
        boolean common = width != 0 || height != 0;
        if (common && !(legal(width) && legal(height))) {
            throw new CorruptDataException("the field codec's shared data claim pictures of " + width + " x " + height);
        }
        byte[] hash = new byte[HASH];
        buffer.get(hash);
        byte[] name = new byte[buffer.get() & 0xFF];
        require(buffer, name.length);
        buffer.get(name);
        byte[] file = new byte[buffer.remaining()];
        buffer.get(file);
        FieldBasis basis = basis(HexFormat.of().formatHex(hash), new String(name, StandardCharsets.UTF_8), file);
        return new FieldShared(basis, common ? new PictureSize(width, height) : null);
    }

    private static FieldBasis basis(String hash, String name, byte[] file) throws CorruptDataException {
        FieldBasis shipped = FieldBases.withHash(hash);
        if (shipped != null) {
            return shipped;
        }
        if (file.length == 0) {
            throw new CorruptDataException("the data set needs the basis '" + name + "' with the SHA-256 " + hash
                    + ", which this program does not hold; a later program may");
        }
        FieldBasis basis = FieldBasis.parse(file);
        if (!basis.sha256().equals(hash)) {
            throw new CorruptDataException("the basis in the data set has the SHA-256 " + basis.sha256()
                    + " instead of " + hash + "; it was replaced or damaged");
        }
        return basis;
    }

    private static boolean legal(int side) {
        return side >= 1 && side <= PictureSize.MAX_SIDE;
    }

    private static void require(ByteBuffer buffer, int bytes) throws CorruptDataException {
        if (buffer.remaining() < bytes) {
            throw new CorruptDataException("the field codec's shared data end after " + buffer.capacity()
                    + " bytes, before their content does");
        }
    }
}
