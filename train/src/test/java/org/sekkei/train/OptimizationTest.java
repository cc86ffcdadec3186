package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OptimizationTest {
    private static final Optimization WARMED = sgd(0.1, 2, 0.9);

    private static Optimization sgd(double learningRate, double warmUp, double momentum) {
        return new Optimization(new Optimization.Rule.Momentum(momentum), learningRate, warmUp, 5e-4, 0, 0);
    }

    @Test
    void theRateRisesLinearlyAndFallsAsACosine() {
        // 10 steps an epoch, 2 of 12 epochs of warm-up.
        assertThat(WARMED.rate(0, 10, 12)).isCloseTo(0.1 / 21, within(1e-12));
        assertThat(WARMED.rate(10, 10, 12)).isCloseTo(0.1 * 11 / 21, within(1e-12));
        assertThat(WARMED.rate(20, 10, 12)).isEqualTo(0.1);
        assertThat(WARMED.rate(70, 10, 12)).isCloseTo(0.05, within(1e-12));
        assertThat(WARMED.rate(119, 10, 12)).isBetween(0.0, 1e-4);
    }

    @Test
    void withoutWarmUpItStartsAtItsHighest() {
        assertThat(sgd(0.3, 0, 0).rate(0, 5, 1)).isEqualTo(0.3);
    }

    @Test
    void aWarmUpLongerThanTheTrainingOnlyRises() {
        for (int step = 1; step < 10; step++) {
            assertThat(WARMED.rate(step, 10, 1))
                    .isGreaterThan(WARMED.rate(step - 1, 10, 1))
                    .isLessThan(0.1);
        }
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> sgd(0, 0, 0.9)).hasMessageContaining("learning rate");
        assertThatThrownBy(() -> sgd(Double.NaN, 0, 0.9)).hasMessageContaining("learning rate");
        assertThatThrownBy(() -> sgd(0.1, 0, 1)).hasMessageContaining("momentum");
    }
}
