package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class MixingTest {
    private Scope scope;

    @BeforeEach
    void openScope() {
        scope = Scope.open();
    }

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Test
    void mixupBlendsEachPictureWithItsOpposite() {
        Tensor pictures = Tensor.of(new float[] {0, 0, 0, 0, 1, 1, 1, 1}, 2, 1, 2, 2);
        Tensor labels = Tensor.of(new long[] {3, 5}, 2);
        Mixing.Mixed mixed = new Mixing(new Regularization(0, 1, 0, 0), 7).mixed(pictures, labels, 0, 0);
        float share = (float) mixed.share();
        assertThat(mixed.share()).isBetween(0.0, 1.0);
        assertThat(mixed.pictures().toFloats()[0]).isCloseTo(1 - share, within(1e-6f));
        assertThat(mixed.pictures().toFloats()[4]).isCloseTo(share, within(1e-6f));
        assertThat(mixed.others().toLongs()).containsExactly(5, 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void theShareOfCutmixIsThatOfThePixels(int step) {
        int side = 16;
        Tensor pictures =
                Tensor.cat(java.util.List.of(Tensor.zeros(1, 3, side, side), Tensor.ones(1, 3, side, side)), 0);
        Tensor labels = Tensor.of(new long[] {0, 1}, 2);
        Mixing.Mixed mixed = new Mixing(new Regularization(0, 0, 1, 0), 1).mixed(pictures, labels, 3, step);
        double ofTheOther = mixed.pictures().select(0, 0).mean().item();
        assertThat(1 - ofTheOther).isCloseTo(mixed.share(), within(1e-6));
        assertThat(pictures.select(0, 0).sum().item())
                .as("the batch itself is left")
                .isZero();
    }

    @Test
    void theLossCountsBothLabels() {
        Tensor logits = Tensor.rand(new Generator(1), 4, 3);
        Tensor first = Tensor.of(new long[] {0, 1, 2, 0}, 4);
        Tensor second = first.flip(0);
        double expected = 0.3 * Functional.crossEntropy(logits, first, 0.1).item()
                + 0.7 * Functional.crossEntropy(logits, second, 0.1).item();
        assertThat(new Mixing.Mixed(logits, first, second, 0.3)
                        .loss(logits, 0.1)
                        .item())
                .isCloseTo(expected, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.2, 0.8, 1, 3})
    void sharesAreOfTheBetaDistribution(double alpha) {
        var random = new SampleRandom(5, 0, 0);
        int draws = 20_000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < draws; i++) {
            double x = Mixing.beta(random, alpha);
            sum += x;
            squares += x * x;
        }
        double mean = sum / draws;
        assertThat(mean).isCloseTo(0.5, within(0.01));
        assertThat(squares / draws - mean * mean).isCloseTo(1 / (4 * (2 * alpha + 1)), within(0.005));
    }
}
