package org.sekkei.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class RecomputationTest {
    /// With a norm's running statistics, random numbers, and something that goes around it.
    private static final class Block extends Layer implements Recomputable {
        private final Layer convolution;
        private final Layer norm = child("norm", new BatchNorm2d(4));
        private final Layer dropout = child("dropout", new Dropout(0.5));
        private int runs;

        Block(Generator generator) {
            convolution =
                    child("convolution", new Conv2d(Conv2d.options(4, 4, 3).padding(1), generator));
        }

        @Override
        protected Tensor forward(Tensor input) {
            runs++;
            return input.add(dropout.apply(norm.apply(convolution.apply(input)).relu()));
        }
    }

    /// What the stem gives goes through the blocks and around them, so that the way back passes it twice.
    private static final class Net extends Layer {
        private final Layer stem;
        private final List<Block> blocks = new ArrayList<>();

        Net(Generator generator) {
            stem = child("stem", new Conv2d(Conv2d.options(3, 4, 3).padding(1), generator));
            for (int i = 0; i < 3; i++) {
                blocks.add(child("block" + i, new Block(generator)));
            }
        }

        @Override
        protected Tensor forward(Tensor input) {
            Tensor x = stem.apply(input);
            Tensor around = x.square();
            for (Block block : blocks) {
                x = block.apply(x);
            }
            return x.add(around);
        }
    }

    private static SequencedMap<String, float[]> outcome(boolean again, boolean frozen) {
        SequencedMap<String, float[]> outcome = new LinkedHashMap<>();
        try (var _ = Scope.open()) {
            torch.manual_seed(11);
            Net net = new Net(new Generator(1));
            if (frozen) {
                net.stem.parameters().forEach(parameter -> parameter.requiresGrad(false));
                net.blocks.getFirst().parameters().forEach(parameter -> parameter.requiresGrad(false));
            }
            Tensor pictures = Tensor.randn(new Generator(2), 4, 3, 8, 8);
            Recomputation recomputation = again ? Recomputation.of(net) : Recomputation.NONE;
            for (int step = 0; step < 2; step++) {
                Tensor loss = recomputation.backward(
                        () -> net.apply(pictures).square().mean());
                outcome.put("loss " + step, loss.toFloats());
            }
            assertThat(net.blocks.getLast().runs).isEqualTo(again ? 4 : 2);
            net.namedParameters().forEach((name, parameter) -> {
                Tensor gradient = parameter.grad();
                outcome.put("gradient of " + name, gradient == null ? new float[0] : gradient.toFloats());
            });
            net.stateDict()
                    .forEach((name, value) ->
                            outcome.put(name, value.to(DType.FLOAT32).toFloats()));
            outcome.put("next", Tensor.wrap(torch.rand(3)).toFloats());
        }
        return outcome;
    }

    private static void requireClose(boolean frozen) {
        SequencedMap<String, float[]> kept = outcome(false, frozen);
        SequencedMap<String, float[]> again = outcome(true, frozen);
        assertThat(again.keySet()).isEqualTo(kept.keySet());
        kept.forEach((name, values) -> {
            float[] others = Objects.requireNonNull(again.get(name));
            assertThat(others).as(name).hasSameSizeAs(values);
            for (int i = 0; i < values.length; i++) {
                // What the stem gets comes in two parts, which are added up in another order.
                float tolerance = name.contains("gradient of stem") ? 1e-5f * Math.max(1, Math.abs(values[i])) : 0;
                assertThat(Math.abs(values[i] - others[i])).as(name).isLessThanOrEqualTo(tolerance);
            }
        });
    }

    @Test
    void gradientsStatisticsAndRandomNumbersAreThoseOfAnOrdinaryPass() {
        requireClose(false);
    }

    @Test
    void frozenBlocksGetNoGradients() {
        requireClose(true);
    }

    @Test
    void withoutBlocksItIsAnOrdinaryPass() {
        try (var _ = Scope.open()) {
            var linear = new Linear(2, 1, new Generator(1));
            assertThat(Recomputation.of(linear).isNone()).isTrue();
            assertThat(Recomputation.of(new Net(new Generator(1))).isNone()).isFalse();
        }
    }
}
