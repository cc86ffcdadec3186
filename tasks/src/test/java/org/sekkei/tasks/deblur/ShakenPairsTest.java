package org.sekkei.tasks.deblur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class ShakenPairsTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    static SharpPictures noise(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        new Random(1).nextBytes(rgb);
        return SharpPictures.of(List.of(new Picture(8, 8, new byte[192]), new Picture(width, height, rgb)));
    }

    private static ShakenPairs pairs(SharpPictures pictures, double length, double noise) {
        return new ShakenPairs(pictures, 24, length, noise, 7, Device.CPU);
    }

    /// A kernel with all its weight right of the middle takes each pixel to its right: it comes from the left.
    @Test
    void aKernelSaysWhereAPointGoes() {
        float[] weights = new float[9];
        weights[5] = 1;
        Tensor picture = Tensor.arange(25).view(1, 1, 5, 5).to(org.sekkei.torch.DType.FLOAT32);
        Tensor moved = BlurKernel.blur(picture, List.of(new BlurKernel(3, weights)), 1);
        assertThat(moved.toFloats()).containsExactly(5, 6, 7, 10, 11, 12, 15, 16, 17);
    }

    @Test
    void eachPictureGetsItsOwnKernelAndAllItsChannelsTheSame() {
        float[] still = {0, 0, 0, 0, 1, 0, 0, 0, 0};
        float[] mean = new float[25];
        java.util.Arrays.fill(mean, 1 / 25f);
        Tensor pictures = Tensor.rand(new org.sekkei.torch.Generator(1), 2, 3, 7, 7);
        Tensor blurred = BlurKernel.blur(pictures, List.of(new BlurKernel(3, still), new BlurKernel(5, mean)), 2);
        Tensor inner = pictures.narrow(2, 2, 3).narrow(3, 2, 3);
        assertThat(blurred.select(0, 0)
                        .sub(inner.select(0, 0))
                        .abs()
                        .amax(false)
                        .item())
                .isLessThan(1e-6);
        for (int channel = 0; channel < 3; channel++) {
            double expected = pictures.select(0, 1)
                    .select(0, channel)
                    .narrow(0, 1, 5)
                    .narrow(1, 0, 5)
                    .mean()
                    .item();
            assertThat(blurred.select(0, 1).select(0, channel).toFloats()[3])
                    .isCloseTo((float) expected, org.assertj.core.api.Assertions.within(1e-6f));
        }
    }

    @Test
    void aPairDependsOnItsIndexAlone() {
        ShakenPairs pairs = pairs(noise(80, 70), 10, 2);
        ShakenPairs.Batch all = pairs.batch(3, 4);
        ShakenPairs.Batch later = pairs.batch(5, 2);
        assertThat(later.blurred().toFloats())
                .isEqualTo(all.blurred().narrow(0, 2, 2).contiguous().toFloats());
        assertThat(later.sharp().toFloats())
                .isEqualTo(all.sharp().narrow(0, 2, 2).contiguous().toFloats());
        assertThat(pairs.batch(4, 1).sharp().toFloats())
                .isNotEqualTo(pairs.batch(5, 1).sharp().toFloats());
    }

    @Test
    void blurredLevelsAreWholeAndLessContrasted() {
        ShakenPairs.Batch batch = pairs(noise(80, 70), 20, 0).batch(0, 8);
        for (float level : batch.blurred().toFloats()) {
            assertThat(Math.abs(level * 255 - Math.round(level * 255))).isLessThan(1e-3f);
        }
        assertThat(batch.blurred().std().item())
                .isLessThan(0.8 * batch.sharp().std().item());
    }

    @Test
    void saysHowLargePicturesMustBe() {
        assertThatThrownBy(() -> pairs(noise(40, 70), 10, 0))
                .hasMessageContaining("no picture has 46 pixels on its shorter side");
    }
}
