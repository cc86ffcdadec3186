package org.sekkei.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTest {
    private static final int COUNT = 37;
    private static final double RATE = 0.05;
    private static final double DECAY = 0.1;

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    /// One layer of 37 weights, pulled towards a target.
    private static final class Pulled extends Module {
        final Tensor weight = parameter("weight", Tensor.randn(new Generator(1), 1, COUNT));
        final Tensor target = Tensor.randn(new Generator(2), 1, COUNT).keep();

        void backward() {
            try (var _ = Scope.open()) {
                weight.sub(target).square().sum().backward();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, false", "0.9, false", "0.9, true"})
    void sgdAsByHand(double momentum, boolean nesterov) {
        Pulled module = new Pulled();
        double[] w = module.weight.toDoubles();
        double[] target = module.target.toDoubles();
        double[] m = new double[COUNT];
        Sgd sgd = new Sgd(Optimizer.Group.all(module, DECAY), RATE, momentum, nesterov);
        for (int step = 0; step < 20; step++) {
            sgd.zeroGrad();
            module.backward();
            sgd.step();
            for (int i = 0; i < COUNT; i++) {
                double d = 2 * (w[i] - target[i]) + DECAY * w[i];
                m[i] = momentum * m[i] + d;
                w[i] -= RATE * (nesterov ? d + momentum * m[i] : m[i]);
            }
        }
        assertThat(module.weight.detach().toDoubles()).containsExactly(w, Offset.offset(1e-5));
    }

    @ParameterizedTest
    @CsvSource({"IN_THE_GRADIENT", "DECOUPLED"})
    void adamAsByHand(Adam.Decay decay) {
        Pulled module = new Pulled();
        double[] w = module.weight.toDoubles();
        double[] target = module.target.toDoubles();
        double[] m = new double[COUNT];
        double[] v = new double[COUNT];
        Adam adam = new Adam(Optimizer.Group.all(module, DECAY), RATE, Adam.Moments.DEFAULT, decay);
        for (int step = 1; step <= 20; step++) {
            adam.zeroGrad();
            module.backward();
            adam.step();
            for (int i = 0; i < COUNT; i++) {
                double d = 2 * (w[i] - target[i]) + (decay == Adam.Decay.IN_THE_GRADIENT ? DECAY * w[i] : 0);
                m[i] = 0.9 * m[i] + 0.1 * d;
                v[i] = 0.999 * v[i] + 0.001 * d * d;
                double update =
                        m[i] / (1 - Math.pow(0.9, step)) / (Math.sqrt(v[i] / (1 - Math.pow(0.999, step))) + 1e-8);
                w[i] -= RATE * update + (decay == Adam.Decay.DECOUPLED ? RATE * DECAY * w[i] : 0);
            }
        }
        assertThat(module.weight.detach().toDoubles()).containsExactly(w, Offset.offset(2e-5));
    }

    static Stream<Function<Module, Optimizer>> optimizers() {
        return Stream.of(
                module -> new Sgd(Optimizer.Group.decayingWeightsOnly(module, DECAY), RATE, 0.9, true),
                module -> Adam.adamW(Optimizer.Group.decayingWeightsOnly(module, DECAY), RATE));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void goesOnBitForBit(Function<Module, Optimizer> make) {
        Pulled through = new Pulled();
        run(through, make.apply(through), 10);

        Pulled first = new Pulled();
        Optimizer before = make.apply(first);
        run(first, before, 4);
        Pulled second = new Pulled();
        second.loadStateDict(first.stateDict());
        Optimizer after = make.apply(second);
        after.loadStateDict(before.stateDict());
        run(second, after, 6);

        assertThat(second.weight.equal(through.weight)).isTrue();
    }

    private static void run(Pulled module, Optimizer optimizer, int steps) {
        for (int step = 0; step < steps; step++) {
            optimizer.zeroGrad();
            module.backward();
            optimizer.step();
        }
    }

    @Test
    void biasesAndNormsDoNotDecay() {
        Sequential module = new Sequential(new Linear(2, 2, new Generator(1)));
        List<Optimizer.Group> groups = Optimizer.Group.decayingWeightsOnly(module, DECAY);
        assertThat(groups.get(0).parameters()).containsOnlyKeys("0.weight");
        assertThat(groups.get(0).weightDecay()).isEqualTo(DECAY);
        assertThat(groups.get(1).parameters()).containsOnlyKeys("0.bias");
        assertThat(groups.get(1).weightDecay()).isZero();
    }

    @Test
    void refusesAStateThatDoesNotFit() {
        Pulled module = new Pulled();
        Sgd sgd = new Sgd(Optimizer.Group.all(module, 0), RATE, 0.9, false);
        assertThatThrownBy(() -> sgd.loadStateDict(Map.of("momentum_buffer.weight", Tensor.ones(3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("momentum_buffer.weight is FLOAT32 [3]");
        assertThatThrownBy(() -> sgd.loadStateDict(Map.of("momentum_buffer.other", Tensor.ones(3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unknown entry momentum_buffer.other");
    }

    @Test
    void refusesToGoOnAfterAParameterWasRearranged() {
        Sequential module = new Sequential(new Conv2d(Conv2d.options(3, 4, 3), new Generator(1)));
        Sgd sgd = new Sgd(Optimizer.Group.all(module, 0), RATE, 0.9, false);
        module.apply(Tensor.ones(1, 3, 5, 5)).sum().backward();
        sgd.step();
        module.channelsLast();
        sgd.zeroGrad();
        module.apply(Tensor.ones(1, 3, 5, 5)).sum().backward();
        assertThatThrownBy(sgd::step)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("0.weight changed its device or layout");
    }
}
