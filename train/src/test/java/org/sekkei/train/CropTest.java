package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

class CropTest {
    @ParameterizedTest
    @CsvSource({"500,375", "375,500", "32,32", "1,1", "30000,1", "3,20000"})
    void randomCropsLieInThePictureAndKeepTheirRanges(int width, int height) {
        var crop = new Crop.RandomResized(0.08, 1, 3 / 4.0, 4 / 3.0);
        double smallest = 1;
        for (int index = 0; index < 500; index++) {
            Sampling sampling = crop.draw(new SampleRandom(1, 0, index), new PictureSize(width, height), 224);
            double cropWidth = sampling.xx() * 224;
            double cropHeight = sampling.yy() * 224;
            assertThat(cropWidth / cropHeight).isBetween(3 / 4.0 - 1e-9, 4 / 3.0 + 1e-9);
            assertThat(sampling.x0()).isBetween(-1e-9, width - cropWidth + 1e-9);
            assertThat(sampling.y0()).isBetween(-1e-9, height - cropHeight + 1e-9);
            smallest = Math.min(smallest, cropWidth * cropHeight / ((double) width * height));
        }
        if (width < 3 * height && height < 3 * width) {
            assertThat(smallest).isBetween(0.08, 0.1);
        }
    }

    @Test
    void theChoiceDoesNotDependOnTheResolution() {
        var crop = Crop.RandomResized.STANDARD;
        for (int index = 0; index < 50; index++) {
            Sampling small = crop.draw(new SampleRandom(1, 2, index), new PictureSize(100, 75), 64);
            Sampling large = crop.draw(new SampleRandom(1, 2, index), new PictureSize(400, 300), 64);
            assertThat(large.xx()).isCloseTo(4 * small.xx(), within(1e-9));
            assertThat(large.y0()).isCloseTo(4 * small.y0(), within(1e-9));
        }
    }

    @Test
    void paddedCropsFallOnPixels() {
        Set<Double> places = new HashSet<>();
        for (int index = 0; index < 2000; index++) {
            Sampling sampling = new Crop.Padded(4).draw(new SampleRandom(3, 0, index), new PictureSize(32, 32), 32);
            assertThat(sampling.xx()).isEqualTo(1);
            assertThat(sampling.x0()).isBetween(-4.0, 4.0).isEqualTo(Math.rint(sampling.x0()));
            places.add(sampling.x0());
        }
        assertThat(places).hasSize(9);
    }

    @Test
    void theCentreOfAPhotoIsAsTorchvisionCropsIt() {
        // Resize(256) makes 341.33 x 256 of 500 x 375; CenterCrop(224) is 7/8 of the short side.
        Sampling sampling =
                new Crop.Centre(224 / 256.0).draw(new SampleRandom(0, 0, 0), new PictureSize(500, 375), 224);
        assertThat(sampling.xx()).isCloseTo(375 / 256.0, within(1e-9));
        assertThat(sampling.yy()).isEqualTo(sampling.xx());
        assertThat(sampling.sourceX(112, 112)).isCloseTo(250, within(1e-9));
        assertThat(sampling.sourceY(112, 112)).isCloseTo(187.5, within(1e-9));
    }

    @Test
    void flipsAndRotationsComeAsOftenAsAsked() {
        var augmentation = new Augmentation(new Crop.Centre(1), 0.25, 10);
        int flips = 0;
        for (int index = 0; index < 4000; index++) {
            Sampling sampling = augmentation.draw(new SampleRandom(9, 0, index), new PictureSize(64, 64), 32);
            flips += sampling.xx() < 0 ? 1 : 0;
            assertThat(Math.abs(Math.toDegrees(Math.asin(sampling.yx() / 2)))).isLessThanOrEqualTo(10);
            assertThat(sampling.sourceX(16, 16)).isCloseTo(32, within(1e-9));
        }
        assertThat(flips).isBetween(900, 1100);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new Crop.RandomResized(0, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Crop.RandomResized(0.5, 1, Double.NaN, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Crop.Centre(1.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Augmentation(new Crop.Centre(1), -0.1, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
