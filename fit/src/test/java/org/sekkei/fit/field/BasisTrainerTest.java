package org.sekkei.fit.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.pictures.Picture;

class BasisTrainerTest {
    private static final BasisTraining TRAINING = new BasisTraining(8, 48, 4 * 64 * 64, 64, 104, 0.13, 5, 2);

    @TempDir
    private Path folder;

    /// Smooth waves with edges: something that neighbours predict.
    private static Picture picture(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int side = 120;
        byte[] rgb = new byte[3 * side * side];
        double[] waves = random.doubles(9, 0.02, 0.3).toArray();
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                for (int c = 0; c < 3; c++) {
                    double value =
                            Math.sin(waves[c] * x + waves[3 + c] * y) + (waves[6] * x + waves[7] * y > 12 ? 1 : 0);
                    rgb[3 * (y * side + x) + c] = (byte) Math.clamp(Math.round(90 + 60 * value), 0, 255);
                }
            }
        }
        return new Picture(side, side, rgb);
    }

    private static TrainingCrops crops() {
        TrainingCrops crops = new TrainingCrops(64, 1 << 24, 3);
        for (int i = 0; i < 12; i++) {
            crops.add(picture(i));
        }
        return crops;
    }

    @Test
    void stepsLowerTheLoss() throws IOException {
        double[] losses = new double[120];
        try (BasisTrainer trainer = BasisTrainer.start(TRAINING, crops())) {
            trainer.train(
                    new TrainingLength.Steps(losses.length), (step, _) -> losses[trainer.steps() - 1] = step.loss());
        }
        assertThat(mean(losses, 90)).isLessThan(0.9 * mean(losses, 0));
    }

    private static double mean(double[] values, int from) {
        double sum = 0;
        for (int i = from; i < from + 30; i++) {
            sum += values[i] / 30;
        }
        return sum;
    }

    @Test
    void theSameStepsGiveTheSameFileAndResumingChangesNothing() throws IOException {
        FieldBasis whole;
        try (BasisTrainer trainer = BasisTrainer.start(TRAINING, crops())) {
            trainer.train(new TrainingLength.Steps(8), (_, _) -> {});
            whole = trainer.basis("t");
        }
        Path state = folder.resolve("state");
        try (BasisTrainer trainer = BasisTrainer.start(TRAINING, crops())) {
            for (int i = 0; i < 5; i++) {
                trainer.step((1 + Math.cos(Math.PI * i / 8)) / 2);
            }
            trainer.save(state);
        }
        try (BasisTrainer trainer = BasisTrainer.resume(TRAINING, crops(), state)) {
            trainer.train(new TrainingLength.Steps(8), (_, _) -> {});
            assertThat(trainer.basis("t").toBytes()).isEqualTo(whole.toBytes());
        }
    }

    @Test
    void integersSayWhatTheModelSays() throws Exception {
        try (BasisTrainer trainer = BasisTrainer.start(TRAINING, crops())) {
            trainer.train(new TrainingLength.Steps(100), (_, _) -> {});
            BasisTrainer.Finished finished = trainer.finish("waves");
            // Counted frequencies may be better than the ideal ones, and much worse only by a fault.
            assertThat(finished.bitsPerPixel()).isLessThan(1.04 * finished.modelBitsPerPixel());
            FieldBasis parsed = FieldBasis.parse(finished.basis().toBytes());
            assertThat(parsed.sha256()).isEqualTo(finished.basis().sha256());
            assertThat(parsed.name()).isEqualTo("waves");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 16, 32})
    void joinIsTheAdjointOfSplit(int stride) {
        int width = 2 * stride;
        int height = 3 * stride;
        LappedBlocks blocks = new LappedBlocks(stride);
        SplittableRandom random = new SplittableRandom(stride);
        float[] picture = random(random, 3 * width * height);
        float[][] split = new float[LappedBlocks.PARITIES][6 * blocks.length()];
        float[][] other = new float[LappedBlocks.PARITIES][];
        for (int p = 0; p < LappedBlocks.PARITIES; p++) {
            other[p] = random(random, 6 * blocks.length());
        }
        blocks.split(picture, width, height, split, 0);
        float[] joined = new float[picture.length];
        blocks.join(other, 0, width, height, joined);
        double there = 0;
        for (int p = 0; p < LappedBlocks.PARITIES; p++) {
            there += product(split[p], other[p]);
        }
        assertThat(product(picture, joined)).isCloseTo(there, within(1e-3 * Math.abs(there) + 1e-2));
    }

    private static float[] random(SplittableRandom random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    private static double product(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(floats = {-3, -0.5f, 0, 1.25f, 4})
    void ratesAreThoseOfLaplaceDistributions(float logarithm) {
        LaplaceRates rates = new LaplaceRates();
        int index = LaplaceRates.index(logarithm);
        double scale = Math.pow(2, logarithm);
        double total = 0;
        for (int m = -2000; m <= 2000; m++) {
            total += Math.pow(2, -rates.bits(index, Math.abs(m)));
        }
        assertThat(total).isCloseTo(1, within(1e-4));
        double bits = -Math.log((Math.exp(-0.5 / scale) - Math.exp(-1.5 / scale)) / 2) / Math.log(2);
        assertThat((double) rates.bits(index, 1)).isCloseTo(bits, within(1e-3 * bits));
        for (int m = 0; m < 3; m++) {
            double slope = (rates.bits(index + 1, m) - rates.bits(index - 1, m)) * 32;
            assertThat((double) rates.derivative(index, m)).isCloseTo(slope, within(0.01 * Math.abs(slope) + 1e-3));
        }
    }
}
