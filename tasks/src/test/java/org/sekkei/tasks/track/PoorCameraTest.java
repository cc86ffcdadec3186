package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.sekkei.pictures.Picture;

class PoorCameraTest {
    private static final int PIXELS = 80;

    /// A board of fields of two pixels.
    private static float[] board() {
        var rgb = new byte[3 * PIXELS * PIXELS];
        for (int i = 0; i < rgb.length; i++) {
            int x = i / 3 % PIXELS;
            int y = i / 3 / PIXELS;
            rgb[i] = (byte) ((x / 2 + y / 2) % 2 == 0 ? 40 : 200);
        }
        return Crop.values(new Picture(PIXELS, PIXELS, rgb));
    }

    private static double contrast(float[] values) {
        double mean = mean(values);
        double sum = 0;
        for (float value : values) {
            sum += Math.abs(value - mean);
        }
        return sum / values.length;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    @Test
    void valuesArePicturesAndBack() {
        float[] board = board();
        assertThat(Crop.values(Crop.picture(board, PIXELS))).isEqualTo(board);
    }

    @Test
    void whatIsFineIsLostAndTheRestStays() {
        float[] board = board();
        float[] seen = new PoorCamera(0.35, 0, 0.5f).applied(board, PIXELS, new SplittableRandom(1));
        assertThat(seen).hasSameSizeAs(board);
        assertThat(contrast(seen)).isLessThan(contrast(board) / 3);
        assertThat(mean(seen)).isBetween(mean(board) - 0.1, mean(board) + 0.1);
    }

    @Test
    void grainFollowsFromTheGenerator() {
        var camera = new PoorCamera(0.7, 5, 0.9f);
        float[] one = camera.applied(board(), PIXELS, new SplittableRandom(1));
        assertThat(camera.applied(board(), PIXELS, new SplittableRandom(1))).isEqualTo(one);
        assertThat(Arrays.equals(camera.applied(board(), PIXELS, new SplittableRandom(2)), one))
                .isFalse();
    }
}
