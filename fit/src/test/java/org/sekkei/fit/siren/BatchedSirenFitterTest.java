package org.sekkei.fit.siren;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.fit.PackGoal;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.inr.siren.SirenStart;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Device;

class BatchedSirenFitterTest {
    private static final SirenShape SHAPE = new SirenShape(3, 10);
    private static final long MEGABYTE = 1 << 20;
    private static final long SEED = 1;

    /// With all pixels in each step, and with a growing part of them; with pruning and without.
    @ParameterizedTest
    @CsvSource({"4096, 0", "64, 0", "4096, 0.3"})
    void fitsAsWellAsOneByOne(int pixelsPerStep, double pruned) {
        SirenRecipe recipe = recipe(120, pixelsPerStep).withPruned(pruned);
        List<Picture> pictures = pictures(5, 20, 13);
        List<BatchedSirenFitter.Fit> fits =
                fitter(recipe, new PackGoal.Best(), MEGABYTE).fit(pictures, 0);
        SirenFitter single = new SirenFitter(SirenKernel.best(), new SirenShared(List.of(start()), null), 0, recipe);
        assertThat(fits).hasSameSizeAs(pictures);
        for (int i = 0; i < pictures.size(); i++) {
            double expected = psnr(pictures.get(i), single.fitFloatOnly(pictures.get(i), SEED));
            assertThat(psnr(pictures.get(i), fits.get(i).parameters())).isCloseTo(expected, within(0.3));
            assertThat(expected).isBetween(22.0, 35.0);
            assertThat(fits.get(i).steps()).isEqualTo(120);
            assertThat(atStart(fits.get(i).parameters())).isEqualTo((int) (pruned * SHAPE.parameterCount()));
        }
    }

    @Test
    void eachPictureStopsAtItsGoal() {
        SirenRecipe recipe = recipe(300, 4096);
        List<Picture> pictures = pictures(12, 16, 16);
        PackGoal goal = new PackGoal.Quality(24);
        List<BatchedSirenFitter.Fit> fits = fitter(recipe, goal, 16 * MEGABYTE).fit(pictures, 0);
        assertThat(fits.stream().map(BatchedSirenFitter.Fit::steps).distinct()).hasSizeGreaterThan(3);
        for (int i = 0; i < pictures.size(); i++) {
            int steps = fits.get(i).steps();
            double psnr = psnr(pictures.get(i), fits.get(i).parameters());
            assertThat(steps).isBetween(10, 300);
            assertThat(psnr).isGreaterThan(steps < 300 ? 24 : 18);
        }
    }

    /// Pictures of other sizes beside it and smaller batches leave a picture as it is.
    @Test
    void companyMakesNoDifference() {
        SirenRecipe recipe = recipe(40, 4096);
        PackGoal goal = new PackGoal.Quality(20);
        List<Picture> pictures = new ArrayList<>(pictures(4, 12, 9));
        pictures.addAll(2, pictures(3, 7, 15));
        List<BatchedSirenFitter.Fit> together = fitter(recipe, goal, MEGABYTE).fit(pictures, 0);
        List<BatchedSirenFitter.Fit> oneByOne = fitter(recipe, goal, 1).fit(pictures, 0);
        for (int i = 0; i < pictures.size(); i++) {
            assertThat(together.get(i).steps()).isEqualTo(oneByOne.get(i).steps());
            assertThat(psnr(pictures.get(i), together.get(i).parameters()))
                    .isCloseTo(psnr(pictures.get(i), oneByOne.get(i).parameters()), within(0.05));
        }
    }

    /// Without a learnt start each picture draws its own from the seed and its index.
    @Test
    void startsAreDrawnBySeedAndIndex() {
        SirenRecipe recipe = recipe(1, 4096);
        Picture picture = pictures(1, 8, 8).getFirst();
        BatchedSirenFitter fitter =
                new BatchedSirenFitter(Device.CPU, MEGABYTE, SirenStart.zero(SHAPE), recipe, new PackGoal.Best(), 5);
        float[] first = fitter.fit(List.of(picture, picture), 3).get(1).parameters();
        float[] again = fitter.fit(List.of(picture), 4).getFirst().parameters();
        float[] other = fitter.fit(List.of(picture), 5).getFirst().parameters();
        assertThat(first).containsExactly(again, within(1e-5f));
        assertThat(first).isNotEqualTo(other);
    }

    private static BatchedSirenFitter fitter(SirenRecipe recipe, PackGoal goal, long budget) {
        return new BatchedSirenFitter(Device.CPU, budget, start(), recipe, goal, SEED);
    }

    private static SirenRecipe recipe(int steps, int pixelsPerStep) {
        SirenRecipe standard = SirenRecipe.standard();
        return new SirenRecipe(
                steps, pixelsPerStep, standard.learningRate(), standard.quantisation(), 0, standard.packing());
    }

    private static SirenStart start() {
        float[] parameters = new float[SHAPE.parameterCount()];
        SirenFitter.initialise(SHAPE, 0.3, 1, new SplittableRandom(11), parameters);
        return new SirenStart(SHAPE, parameters, new byte[SHAPE.rows()], new byte[SHAPE.rows()]);
    }

    /// How many parameters are those of the start.
    private static int atStart(float[] parameters) {
        float[] start = start().parameters();
        return (int) IntStream.range(0, parameters.length)
                .filter(i -> parameters[i] == start[i])
                .count();
    }

    private static double psnr(Picture picture, float[] parameters) {
        PixelSubset all = PixelSubset.all(picture.width() * picture.height());
        return SirenFitter.decibels(
                new SirenObjective(SirenKernel.reference(), SHAPE).meanSquaredError(picture, parameters, all));
    }

    /// Coloured waves and a little noise, each picture with shorter ones than the one before.
    private static List<Picture> pictures(int count, int width, int height) {
        List<Picture> pictures = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < count; i++) {
            byte[] rgb = new byte[3 * width * height];
            for (int at = 0; at < rgb.length; at++) {
                int x = at / 3 % width;
                int y = at / 3 / width;
                double wave = Math.sin((0.1 + 0.03 * i) * x + 0.07 * (i + 1) * y + at % 3);
                rgb[at] = (byte) Math.round(127 + 90 * wave + random.nextInt(-20, 20));
            }
            pictures.add(new Picture(width, height, rgb));
        }
        return pictures;
    }
}
