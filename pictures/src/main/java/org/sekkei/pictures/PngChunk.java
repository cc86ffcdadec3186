package org.sekkei.pictures;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Chunks of a PNG file that its decoder does not hand out.
final class PngChunk {
    private static final int SIGNATURE = 8;
    private static final int FRAME = 12;

    private PngChunk() {}

    /// What the first chunk of this type holds; null if there is none.
    ///
    /// @param type four letters
    static byte @Nullable [] find(byte[] png, String type) {
        int sought = ByteBuffer.wrap(type.getBytes(StandardCharsets.US_ASCII)).getInt();
        ByteBuffer file = ByteBuffer.wrap(png);
        for (long at = SIGNATURE; at + FRAME <= png.length; ) {
            int length = file.getInt((int) at);
            if (length < 0 || at + FRAME + length > png.length) {
                return null;
            }
            if (file.getInt((int) at + 4) == sought) {
                byte[] content = new byte[length];
                file.get((int) at + 8, content);
                return content;
            }
            at += FRAME + (long) length;
        }
        return null;
    }
}
