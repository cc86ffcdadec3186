package org.sekkei.inr.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PixelKernelTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 48, 80, 223})
    void theFastPathWritesTheNumbersOfTheReference(int count) {
        var random = new Random(count);
        int from = 5;
        int plane = count + 9;
        float[] rgb = new float[from + 2 * plane + count];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = random.nextFloat();
        }
        float[] scale = {4.3f, -0.5f, 1};
        float[] shift = {-2, 0.3f, 0};
        float[] expected = new float[3 * count];
        float[] actual = new float[3 * count];
        new ScalarPixelKernel().interleave(rgb, from, plane, count, scale, shift, expected);
        PixelKernel.best().interleave(rgb, from, plane, count, scale, shift, actual);
        assertThat(actual).isEqualTo(expected);
        int last = 3 * (count - 1);
        assertThat(actual[last + 1]).isEqualTo(rgb[from + plane + count - 1] * scale[1] + shift[1]);
    }
}
