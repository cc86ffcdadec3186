package org.sekkei.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FunctionalTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void aSamplingGridOfPixelCentresReturnsThePicture() {
        Tensor picture = Tensor.arange(12).to(DType.FLOAT32).view(1, 1, 3, 4);
        float[] grid = new float[24];
        for (int y = 0; y < 3; y++) {
            for (int x = 0; x < 4; x++) {
                grid[2 * (4 * y + x)] = (2 * x + 1) / 4f - 1;
                grid[2 * (4 * y + x) + 1] = (2 * y + 1) / 3f - 1;
            }
        }
        for (Functional.Interpolation interpolation : Functional.Interpolation.values()) {
            Tensor sampled = Functional.gridSample(
                    picture, Tensor.of(grid, 1, 3, 4, 2), interpolation, Functional.Border.REFLECTION);
            assertThat(sampled.toFloats()).containsExactly(picture.toFloats(), Offset.offset(1e-5f));
        }
        Tensor outside = Tensor.full(5, 1, 1, 1, 2);
        assertThat(Functional.gridSample(picture, outside, Functional.Interpolation.NEAREST, Functional.Border.ZEROS)
                        .item())
                .isZero();
        assertThat(Functional.gridSample(picture, outside, Functional.Interpolation.NEAREST, Functional.Border.EDGE)
                        .item())
                .isEqualTo(11);
    }

    @Test
    void resizingKeepsAConstant() {
        for (Functional.Interpolation interpolation : Functional.Interpolation.values()) {
            Tensor resized = Functional.interpolate(Tensor.full(0.7, 1, 3, 4, 5), 7, 3, interpolation);
            assertThat(resized.shape()).containsExactly(1, 3, 7, 3);
            assertThat(resized.amax(false).item()).isCloseTo(0.7, Offset.offset(1e-6));
        }
    }

    @Test
    void pools() {
        Tensor picture = Tensor.arange(16).to(DType.FLOAT32).view(1, 1, 4, 4);
        assertThat(Functional.maxPool2d(picture, 2, 2, 0).toFloats()).containsExactly(5, 7, 13, 15);
        assertThat(Functional.avgPool2d(picture, 2, 2, 0).toFloats()).containsExactly(2.5f, 4.5f, 10.5f, 12.5f);
        assertThat(Functional.adaptiveAvgPool2d(picture, 1, 1).item()).isEqualTo(7.5);
    }
}
