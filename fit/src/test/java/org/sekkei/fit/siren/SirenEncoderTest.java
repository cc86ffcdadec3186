package org.sekkei.fit.siren;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.fit.PackGoal;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.siren.SirenFormat;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenPacking;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.inr.siren.SirenStart;
import org.sekkei.pictures.Picture;

class SirenEncoderTest {
    private static final SirenShape SHAPE = new SirenShape(4, 12);

    /// Soft coloured blobs: low frequencies, as photos mostly are.
    private static Picture picture(int width, int height, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] blobs = random.doubles(6 * 6).toArray();
        byte[] rgb = new byte[3 * width * height];
        double scale = Math.max(width, height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    double value = 0.3;
                    for (int blob = 0; blob < 6; blob++) {
                        double dx = x / scale - blobs[6 * blob];
                        double dy = y / scale - blobs[6 * blob + 1];
                        double radius = 0.1 + 0.2 * blobs[6 * blob + 2];
                        value += (blobs[6 * blob + 3 + channel] - 0.5)
                                * Math.exp(-(dx * dx + dy * dy) / radius / radius);
                    }
                    rgb[3 * (y * width + x) + channel] = (byte) Math.round(255 * Math.clamp(value, 0, 1));
                }
            }
        }
        return new Picture(width, height, rgb);
    }

    private static SirenShared shared() {
        return new SirenShared(List.of(SirenStart.zero(SHAPE)), new PictureSize(32, 32));
    }

    private static FittedPicture encode(SirenRecipe recipe, PackGoal goal, Picture picture) {
        return new SirenEncoder(SirenKernel.best(), shared(), recipe, goal, 7).encode(picture, 3);
    }

    private static SirenRecipe recipe() {
        return SirenRecipe.standard().withSteps(200);
    }

    @Test
    void theSamePictureAndSeedGiveTheSameBytes() {
        Picture picture = picture(32, 32, 1);
        PackGoal goal = new PackGoal.Quality(30);
        FittedPicture first = encode(recipe(), goal, picture);
        SirenEncoder used = new SirenEncoder(SirenKernel.best(), shared(), recipe(), goal, 7);
        FittedPicture other = used.encode(picture(32, 32, 2), 3);
        FittedPicture second = used.encode(picture, 3);
        assertThat(second.record()).isEqualTo(first.record());
        assertThat(second.psnr()).isEqualTo(first.psnr());
        assertThat(other.record()).isNotEqualTo(first.record());
    }

    @ParameterizedTest
    @CsvSource({"18", "20", "22"})
    void aTargetQualityIsReachedWithFewerBytesForLess(double target) {
        Picture picture = picture(32, 32, 4);
        FittedPicture fitted = encode(recipe(), new PackGoal.Quality(target), picture);
        assertThat(fitted.psnr()).isBetween(target - 0.1, target + 5);
        FittedPicture better = encode(recipe(), new PackGoal.Quality(target + 4), picture);
        assertThat(better.record().length).isGreaterThan(fitted.record().length);
    }

    @ParameterizedTest
    @CsvSource({"4", "9", "11"})
    void pruningCostsNoPictureItsTarget(long seed) {
        Picture picture = picture(32, 32, seed);
        double unpruned =
                encode(recipe().withPruned(0), new PackGoal.Best(), picture).floatPsnr();
        PackGoal target = new PackGoal.Quality(unpruned - 0.3);
        assertThat(encode(recipe().withPruned(0.5), target, picture).psnr()).isGreaterThan(unpruned - 0.33);
    }

    @ParameterizedTest
    @CsvSource({"4", "9", "11"})
    void aTargetOutOfReachIsComeAsNearAsWithoutPruning(long seed) {
        Picture picture = picture(32, 32, seed);
        PackGoal target = new PackGoal.Quality(60);
        FittedPicture unpruned = encode(recipe().withPruned(0), target, picture);
        FittedPicture pruned = encode(recipe().withPruned(0.4), target, picture);
        assertThat(pruned.record()).isEqualTo(unpruned.record());
        // Bits are not saved where quality is missing.
        assertThat(unpruned.psnr()).isGreaterThan(unpruned.floatPsnr() - 0.15);
    }

    @Test
    void pruningIsGivenBackOnlyAsFarAsNeeded() throws Exception {
        Picture picture = picture(32, 32, 4);
        FittedPicture easy = encode(recipe().withPruned(0.4), new PackGoal.Quality(18), picture);
        float[] parameters = new SirenFormat(shared())
                .read(MemorySegment.ofArray(easy.record()))
                .parameters();
        int zeros = 0;
        for (float parameter : parameters) {
            zeros += parameter == 0 ? 1 : 0;
        }
        assertThat(zeros).isGreaterThanOrEqualTo((int) (0.4 * parameters.length));
    }

    @Test
    void aTargetInBytesIsKept() {
        Picture picture = picture(32, 32, 5);
        int previous = 0;
        for (int bytes : new int[] {250, 400, 600}) {
            FittedPicture fitted = encode(recipe(), new PackGoal.Bytes(bytes), picture);
            assertThat(fitted.record().length).isLessThanOrEqualTo(bytes).isGreaterThan(previous);
            previous = fitted.record().length;
        }
    }

    @Test
    void quantisationCostsNoMoreThanItIsAllowed() {
        Picture picture = picture(32, 32, 6);
        SirenRecipe.Quantisation loss = new SirenRecipe.Quantisation.Fitted(1);
        FittedPicture fitted = encode(recipe().withQuantisation(loss), new PackGoal.Best(), picture);
        assertThat(fitted.psnr()).isGreaterThan(fitted.floatPsnr() - 1.05);
        FittedPicture half =
                encode(recipe().withQuantisation(new SirenRecipe.Quantisation.None()), new PackGoal.Best(), picture);
        assertThat(half.record()).hasSize(1 + 2 * SHAPE.parameterCount());
        assertThat(fitted.record().length).isLessThan(half.record().length * 2 / 3);
        assertThat(half.psnr()).isGreaterThan(half.floatPsnr() - 0.3);
    }

    @Test
    void prunedParametersRestAtTheStart() throws Exception {
        Picture picture = picture(32, 32, 7);
        FittedPicture fitted = encode(recipe().withPruned(0.4), new PackGoal.Best(), picture);
        float[] parameters = new SirenFormat(shared())
                .read(MemorySegment.ofArray(fitted.record()))
                .parameters();
        int zeros = 0;
        for (float parameter : parameters) {
            zeros += parameter == 0 ? 1 : 0;
        }
        assertThat(zeros).isGreaterThanOrEqualTo((int) (0.4 * parameters.length));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 40", "300, 2", "37, 23"})
    void everyShapeOfPictureCanBeFitted(int width, int height) throws Exception {
        Picture picture = picture(width, height, 8);
        FittedPicture fitted = encode(recipe().withSteps(60), new PackGoal.Quality(20), picture);
        assertThat(fitted.psnr()).isGreaterThan(18);
        assertThat(new SirenFormat(shared()).size(MemorySegment.ofArray(fitted.record())))
                .isEqualTo(new PictureSize(width, height));
    }

    @Test
    void theLadderIsClimbedOnlyAsFarAsNeeded() {
        SirenShared ladder = new SirenShared(
                List.of(SirenStart.zero(new SirenShape(2, 4)), SirenStart.zero(new SirenShape(4, 16))), null);
        Picture easy = new Picture(16, 16, new byte[3 * 16 * 16]);
        Picture hard = picture(48, 48, 9);
        SirenEncoder encoder = new SirenEncoder(SirenKernel.best(), ladder, recipe(), new PackGoal.Quality(32), 1);
        assertThat(encoder.encode(easy, 0).shape()).isEqualTo(new SirenShape(2, 4));
        assertThat(encoder.encode(hard, 1).shape()).isEqualTo(new SirenShape(4, 16));
    }

    @Test
    void aLearntStartDoesNotDependOnThreadsAndFitsFaster() throws Exception {
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            pictures.add(picture(24, 24, 20 + i));
        }
        SirenStarts starts = new SirenStarts(4, 20, 2);
        SirenStart one = learn(starts, pictures, 1);
        SirenStart two = learn(starts, pictures, 2);
        assertThat(two.parameters()).isEqualTo(one.parameters());
        assertThat(two.stepOffsets()).isEqualTo(one.stepOffsets());
        assertThat(two.scaleOffsets()).isEqualTo(one.scaleOffsets());

        SirenRecipe few = recipe().withSteps(30).withQuantisation(new SirenRecipe.Quantisation.None());
        PackGoal goal = new PackGoal.Best();
        Picture unseen = picture(24, 24, 50);
        double learnt = new SirenEncoder(SirenKernel.best(), new SirenShared(List.of(one), null), few, goal, 1)
                .encode(unseen, 0)
                .psnr();
        double unlearnt = new SirenEncoder(SirenKernel.best(), shared(), few, goal, 1)
                .encode(unseen, 0)
                .psnr();
        assertThat(learnt).isGreaterThan(unlearnt + 1);
    }

    private static SirenStart learn(SirenStarts starts, List<Picture> pictures, int threads) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            return starts.learn(SirenKernel.best(), SHAPE, pictures, recipe(), 3, pool, (_, _, _, _) -> {});
        }
    }

    @Test
    void bothPackingsHoldTheSameNetwork() throws Exception {
        Picture picture = picture(20, 20, 10);
        FittedPicture rans = encode(recipe(), new PackGoal.Best(), picture);
        FittedPicture fixed = encode(recipe().withPacking(SirenPacking.FIXED), new PackGoal.Best(), picture);
        assertThat(rans.record().length).isLessThan(fixed.record().length);
        assertThat(Arrays.equals(
                        new SirenFormat(shared())
                                .read(MemorySegment.ofArray(rans.record()))
                                .parameters(),
                        new SirenFormat(shared())
                                .read(MemorySegment.ofArray(fixed.record()))
                                .parameters()))
                .isTrue();
    }
}
