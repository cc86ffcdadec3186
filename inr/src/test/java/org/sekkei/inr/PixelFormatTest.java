package org.sekkei.inr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sekkei.inr.PixelFormat.Layout;
import org.sekkei.inr.PixelFormat.Type;

class PixelFormatTest {
    // Two pixels in a row.
    private static final float[] RGB = {0, 1, 0.5f, 0.25f, 0.2f, 0.8f};

    @Test
    void planesAreNormalised() {
        PixelFormat format =
                new PixelFormat(Layout.CHW, Type.FLOAT32, List.of(0.5f, 0.25f, 0f), List.of(0.5f, 0.25f, 2f));
        byte[] bytes = new byte[(int) format.bytes(2, 1) + 4];
        MemorySegment target = MemorySegment.ofArray(bytes);
        format.write(RGB, 2, 1, target, 4);
        float[] expected = {-1, 1, 1, 0, 0.1f, 0.4f};
        for (int i = 0; i < 6; i++) {
            assertThat(target.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 + 4 * i)).isEqualTo(expected[i]);
        }
    }

    @Test
    void pixelsOfBytesAreRounded() {
        byte[] bytes = new byte[6];
        new PixelFormat(Layout.HWC, Type.UINT8).write(RGB, 2, 1, MemorySegment.ofArray(bytes), 0);
        assertThat(bytes).containsExactly(0, 128, 51, 255, 64, 204);
    }

    @Test
    void halvesAreRoundedToEven() {
        byte[] bytes = new byte[12];
        MemorySegment target = MemorySegment.ofArray(bytes);
        float tie = Float.intBitsToFloat(0x3F008000);
        float aboveTie = Float.intBitsToFloat(0x3F018000);
        new PixelFormat(Layout.HWC, Type.BFLOAT16).write(new float[] {tie, 1, aboveTie, 0, 0, 0.5f}, 2, 1, target, 0);
        assertThat(target.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0)).isEqualTo((short) 0x3F00);
        assertThat(target.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2)).isEqualTo((short) 0x3F02);
        assertThat(target.get(ValueLayout.JAVA_SHORT_UNALIGNED, 10)).isEqualTo((short) 0x3F00);
    }

    @Test
    void memoryThatIsTooSmallIsRefused() {
        PixelFormat format = new PixelFormat(Layout.CHW, Type.FLOAT32);
        MemorySegment target = MemorySegment.ofArray(new byte[23]);
        assertThatThrownBy(() -> format.write(RGB, 2, 1, target, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
