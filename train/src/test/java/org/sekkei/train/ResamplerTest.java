package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.inr.Box;
import org.sekkei.inr.Sampling;

class ResamplerTest {
    private static byte[] noise(int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        new Random(5).nextBytes(pixels);
        return pixels;
    }

    /// Red grows by 2 a column, green by 3 a row.
    private static byte[] ramp(int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                pixels[3 * (y * width + x)] = (byte) (2 * x);
                pixels[3 * (y * width + x) + 1] = (byte) (3 * y);
                pixels[3 * (y * width + x) + 2] = 100;
            }
        }
        return pixels;
    }

    private static float[] resample(byte[] pixels, int width, int height, Sampling sampling) throws IOException {
        float[] rgb = new float[3 * sampling.width() * sampling.height()];
        new Resampler().resample(pixels, width, height, sampling, rgb);
        return rgb;
    }

    @Test
    void atItsOwnResolutionAPictureIsItself() throws IOException {
        byte[] pixels = noise(7, 5);
        float[] rgb = resample(pixels, 7, 5, Sampling.full(7, 5));
        for (int i = 0; i < 35; i++) {
            for (int channel = 0; channel < 3; channel++) {
                assertThat(rgb[channel * 35 + i]).isCloseTo((pixels[3 * i + channel] & 0xFF) / 255f, within(1e-6f));
            }
        }
    }

    @Test
    void mirroringReversesTheColumns() throws IOException {
        byte[] pixels = noise(6, 4);
        float[] plain = resample(pixels, 6, 4, Sampling.full(6, 4));
        float[] mirrored = resample(pixels, 6, 4, Sampling.full(6, 4).flippedHorizontally());
        for (int row = 0; row < 12; row++) {
            for (int x = 0; x < 6; x++) {
                assertThat(mirrored[row * 6 + x]).isCloseTo(plain[row * 6 + 5 - x], within(1e-6f));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"40,40,8", "40,40,13", "64,48,20", "30,30,60", "17,80,5"})
    void linearRampsStayLinearAwayFromTheEdge(int width, int height, int output) throws IOException {
        Sampling sampling = Sampling.crop(new Box(0, 0, width, height), output, output);
        float[] rgb = resample(ramp(width, height), width, height, sampling);
        for (int y = 0; y < output; y++) {
            for (int x = 0; x < output; x++) {
                double u = sampling.sourceX(x + 0.5, y + 0.5);
                double v = sampling.sourceY(x + 0.5, y + 0.5);
                if (u > sampling.xx() + 1
                        && u < width - sampling.xx() - 1
                        && v > sampling.yy() + 1
                        && v < height - sampling.yy() - 1) {
                    // A triangle of few samples shifts a ramp by a fraction of its step.
                    assertThat(rgb[y * output + x] * 255).isCloseTo((float) (2 * (u - 0.5)), within(0.15f));
                    assertThat(rgb[output * output + y * output + x] * 255)
                            .isCloseTo((float) (3 * (v - 0.5)), within(0.2f));
                }
            }
        }
    }

    @Test
    void whatIsFinerThanTheOutputIsAveraged() throws IOException {
        byte[] checkers = new byte[3 * 64 * 64];
        for (int i = 0; i < 64 * 64; i++) {
            byte value = (byte) ((i % 64 + i / 64) % 2 * 255);
            checkers[3 * i] = value;
            checkers[3 * i + 1] = value;
            checkers[3 * i + 2] = value;
        }
        float[] straight = resample(checkers, 64, 64, Sampling.crop(new Box(0, 0, 64, 64), 16, 16));
        assertThat(straight).hasSize(768);
        for (float value : straight) {
            assertThat(value).isCloseTo(0.5f, within(0.02f));
        }
        float[] turned = resample(
                checkers, 64, 64, Sampling.crop(new Box(16, 16, 32, 32), 8, 8).rotated(0.3));
        for (float value : turned) {
            assertThat(value).isCloseTo(0.5f, within(0.1f));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 50})
    void anyOutputOfATinyPictureStaysInRange(int output) throws IOException {
        for (float value : resample(noise(1, 3), 1, 3, Sampling.crop(new Box(-2, -2, 6, 9), output, output))) {
            assertThat(value).isBetween(0f, 1.000001f);
        }
    }
}
