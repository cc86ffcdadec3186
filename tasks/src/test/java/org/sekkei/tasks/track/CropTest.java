package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.pictures.Picture;

class CropTest {
    /// Each channel is a slope of its own.
    private static Picture slopes(int width, int height) {
        var rgb = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = 3 * (y * width + x);
                rgb[at] = (byte) (2 * x);
                rgb[at + 1] = (byte) (2 * y);
                rgb[at + 2] = (byte) (x + y);
            }
        }
        return new Picture(width, height, rgb);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void boxesComeBack(long seed) {
        var random = new SplittableRandom(seed);
        var box = new TargetBox(
                random.nextDouble(-20, 300),
                random.nextDouble(-20, 300),
                random.nextDouble(1, 90),
                random.nextDouble(1, 90));
        var crop = new Crop(random.nextDouble(300), random.nextDouble(300), random.nextDouble(20, 400), 160);
        TargetBox back = crop.toFrame(crop.toCrop(box));
        assertThat(back.x()).isCloseTo(box.x(), within(1e-9));
        assertThat(back.y()).isCloseTo(box.y(), within(1e-9));
        assertThat(back.width()).isCloseTo(box.width(), within(1e-9));
        assertThat(back.height()).isCloseTo(box.height(), within(1e-9));
    }

    /// sqrt((w + p)(h + p)) with p = (w + h) / 2, so that a square's surroundings double its side.
    @ParameterizedTest
    @CsvSource({"40, 40, 80", "17, 50, 64.9365", "1, 1, 2"})
    void theTemplateIsTheSquareWithItsSurroundings(double width, double height, double side) {
        Crop template = Measures.AUTHORS.template(new TargetBox(10, 20, width, height));
        assertThat(template.side()).isCloseTo(side, within(1e-3));
        assertThat(template.pixels()).isEqualTo(127);
        assertThat(Measures.AUTHORS
                        .search(new TargetBox(10, 20, width, height), 255)
                        .side())
                .isCloseTo(side * 255 / 127, within(1e-2));
    }

    /// A crop of the frame's own size is the frame, in B, G, R, normalised by the statistics of R, G, B.
    @Test
    void channelsAndStatisticsAreTheAuthors() {
        Picture frame = slopes(16, 16);
        Crop.Seen seen = new Crop(8, 8, 16, 16).cut(frame, new float[3]);
        int at = 5 * 16 + 3;
        assertThat(seen.values()[at]).isCloseTo((8 / 255f - 0.485f) / 0.229f, within(1e-5f));
        assertThat(seen.values()[256 + at]).isCloseTo((10 / 255f - 0.456f) / 0.224f, within(1e-5f));
        assertThat(seen.values()[512 + at]).isCloseTo((6 / 255f - 0.406f) / 0.225f, within(1e-5f));
    }

    @Test
    void outsideIsTheMeanAndMarked() {
        Picture frame = slopes(16, 16);
        float[] mean = Crop.meanColour(frame);
        assertThat(mean).containsExactly(new float[] {15, 15, 15}, within(1e-4f));
        Crop.Seen seen = new Crop(0, 8, 16, 16).cut(frame, mean);
        for (int x = 0; x < 16; x++) {
            assertThat(seen.padding()[x]).isEqualTo(x < 8 ? 1 : 0);
        }
        assertThat(seen.values()[0]).isCloseTo((15 / 255f - 0.485f) / 0.229f, within(1e-5f));
    }

    /// A point that the crop enlarges lies where the box says.
    @Test
    void aPointIsWhereItsBoxIs() {
        var rgb = new byte[3 * 64 * 64];
        for (int y = 30; y < 34; y++) {
            for (int x = 40; x < 44; x++) {
                rgb[3 * (y * 64 + x) + 1] = (byte) 255;
            }
        }
        var crop = new Crop(37.5, 29, 32, 128);
        Crop.Seen seen = crop.cut(new Picture(64, 64, rgb), new float[3]);
        double sum = 0;
        double sumX = 0;
        double sumY = 0;
        for (int i = 0; i < 128 * 128; i++) {
            double light = seen.values()[128 * 128 + i] * 0.224 + 0.456;
            sum += light;
            sumX += light * (i % 128 + 0.5);
            sumY += light * (i / 128 + 0.5);
        }
        TargetBox expected = crop.toCrop(new TargetBox(40, 30, 4, 4));
        assertThat(sumX / sum).isCloseTo(expected.centreX(), within(1e-2));
        assertThat(sumY / sum).isCloseTo(expected.centreY(), within(1e-2));
    }
}
