package org.sekkei.tasks.deblur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.tasks.deblur.DeblurEvaluation.Pair;
import org.sekkei.tasks.deblur.DeblurEvaluation.Score;
import org.sekkei.tasks.deblur.DeblurEvaluation.Way;

class DeblurEvaluationTest {
    private static final Path PHOTOS = Path.of(System.getProperty("sekkei.root", ".."), "samples", "photos");

    private static Picture photo() throws IOException {
        return new PictureReader().read(PHOTOS.resolve("fishes/fish6.webp")).fitLongest(160);
    }

    @Test
    void aPictureIsLikeItselfAndLessLikeItsBlur() throws IOException {
        Picture photo = photo();
        Score same = DeblurEvaluation.score(photo, photo);
        assertThat(same.psnr()).isEqualTo(100);
        assertThat(same.ssim()).isCloseTo(1, within(1e-5));
        assertThat(same.cwSsim()).isCloseTo(1, within(1e-5));
        Pair shaken = DeblurEvaluation.shaken("", photo, 20, 1, 1, 2);
        Score blurred = DeblurEvaluation.score(shaken.blurred(), photo);
        assertThat(blurred.psnr()).isBetween(10.0, 40.0);
        assertThat(blurred.ssim()).isBetween(0.1, 0.98);
        assertThat(blurred.cwSsim()).isBetween(0.1, 0.999);
    }

    /// All levels moved by 4 of 255: SSIM's first factor alone, the same in each window of an even picture.
    @Test
    void ssimOfEvenPicturesIsThatOfTheirMeans() {
        byte[] one = new byte[3 * 20 * 20];
        byte[] other = new byte[3 * 20 * 20];
        java.util.Arrays.fill(one, (byte) 100);
        java.util.Arrays.fill(other, (byte) 104);
        Score score = DeblurEvaluation.score(new Picture(20, 20, one), new Picture(20, 20, other));
        double a = 100 / 255.0;
        double b = 104 / 255.0;
        assertThat(score.ssim()).isCloseTo((2 * a * b + 1e-4) / (a * a + b * b + 1e-4), within(1e-4));
        assertThat(score.psnr()).isCloseTo(20 * Math.log10(255 / 4.0), within(1e-3));
    }

    @Test
    void theTrueKernelSharpensAndDoingNothingDoesNot() throws IOException {
        Picture photo = photo();
        List<Pair> pairs = List.of(DeblurEvaluation.shaken("a", photo, 12, 0, 3, 1), new Pair("b", photo, photo, null));
        var scores = new DeblurEvaluation(picture -> picture).evaluate(pairs, _ -> {});
        Score blurred = Objects.requireNonNull(scores.getFirst().get(Way.BLURRED));
        assertThat(scores.getFirst().get(Way.NETWORK)).isEqualTo(blurred);
        assertThat(Objects.requireNonNull(scores.getFirst().get(Way.TRUE_KERNEL))
                        .psnr())
                .isGreaterThan(blurred.psnr() + 2);
        assertThat(scores.getLast()).containsOnlyKeys(Way.BLURRED, Way.NETWORK);
        var means = DeblurEvaluation.means(scores);
        assertThat(Objects.requireNonNull(means.get(Way.BLURRED)).psnr())
                .isCloseTo((blurred.psnr() + 100) / 2, within(1e-9));
    }

    @Test
    void theSameSeedShakesTheSame() throws IOException {
        Picture photo = photo();
        Pair one = DeblurEvaluation.shaken("", photo, 20, 1, 5, 4);
        assertThat(DeblurEvaluation.shaken("", photo, 20, 1, 5, 4).blurred().rgb())
                .isEqualTo(one.blurred().rgb());
        assertThat(DeblurEvaluation.shaken("", photo, 20, 1, 6, 4).blurred().rgb())
                .isNotEqualTo(one.blurred().rgb());
    }
}
