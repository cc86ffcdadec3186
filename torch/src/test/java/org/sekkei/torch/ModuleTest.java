package org.sekkei.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModuleTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    private static Sequential network(long seed) {
        Generator generator = new Generator(seed);
        return new Sequential(
                new Conv2d(Conv2d.options(3, 4, 3).padding(1).bias(false), generator),
                new BatchNorm2d(4),
                new ReLU(),
                new Sequential(new MaxPool2d(2, 2, 0), new Identity(), new Conv2d(Conv2d.options(4, 2, 1), generator)));
    }

    @Test
    void namesItsStateAsPyTorchDoes() {
        assertThat(network(1).stateDict().keySet())
                .containsExactly(
                        "0.weight",
                        "1.weight",
                        "1.bias",
                        "1.running_mean",
                        "1.running_var",
                        "1.num_batches_tracked",
                        "3.2.weight",
                        "3.2.bias");
        assertThat(network(1).parameterCount()).isEqualTo(3 * 4 * 9 + 8 + 10);
    }

    @Test
    void outlivesTheScopeThatWasOpenWhenItWasMade() {
        Sequential network;
        try (var _ = Scope.open()) {
            network = network(1);
            network.channelsLast();
        }
        assertThat(network.apply(Tensor.ones(1, 3, 4, 4)).shape()).containsExactly(1, 2, 2, 2);
    }

    @Test
    void loadsAnotherState() {
        Sequential a = network(1);
        Sequential b = network(2);
        b.channelsLast();
        a.train();
        a.apply(Tensor.randn(new Generator(3), 2, 3, 4, 4));
        b.loadStateDict(a.stateDict());
        a.eval();
        b.eval();
        Tensor picture = Tensor.randn(new Generator(4), 1, 3, 6, 6);
        assertThat(b.apply(picture).detach().toFloats())
                .containsExactly(a.apply(picture).detach().toFloats(), Offset.offset(1e-6f));
        assertThat(b.stateDict().get("1.num_batches_tracked"))
                .extracting(Tensor::item)
                .isEqualTo(1.0);
    }

    @Test
    void namesAllKeysThatDoNotFit() {
        Sequential network = network(1);
        Map<String, Tensor> state = new LinkedHashMap<>(network.stateDict());
        state.remove("1.bias");
        state.put("head.weight", Tensor.ones(1));
        state.put("3.2.bias", Tensor.ones(7));
        assertThatThrownBy(() -> network.loadStateDict(state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the weights do not fit Sequential: missing 1.bias; "
                        + "3.2.bias is FLOAT32 [7] instead of FLOAT32 [2]; unknown head.weight");
        state.remove("3.2.bias");
        network.loadStateDict(state, false);
    }

    @Test
    void theNormMeasuresInTrainingAndRemembersInUse() {
        BatchNorm2d norm = new BatchNorm2d(1);
        Tensor picture = Tensor.of(new float[] {1, 3, 5, 7}, 1, 1, 2, 2);
        float[] normal = norm.apply(picture).detach().toFloats();
        assertThat(normal[3]).isCloseTo((float) (3 / Math.sqrt(5)), Offset.offset(1e-4f));
        assertThat(norm.stateDict().get("running_mean"))
                .extracting(Tensor::item)
                .isEqualTo(0.4f * 1.0);
        norm.eval();
        double variance = 0.9 + 0.1 * 20 / 3;
        double shifted = (7 - 0.4) / Math.sqrt(variance + 1e-5);
        assertThat((double) norm.apply(picture).detach().toFloats()[3]).isCloseTo(shifted, Offset.offset(1e-4));

        BatchNorm2d batch = new BatchNorm2d(1, BatchNorm2d.Statistics.BATCH);
        batch.eval();
        assertThat(batch.apply(picture).detach().toFloats()).containsExactly(normal);
        assertThat(batch.stateDict().get("running_mean"))
                .extracting(Tensor::item)
                .isEqualTo(0.0);

        BatchNorm2d frozen = new BatchNorm2d(1, BatchNorm2d.Statistics.RUNNING);
        assertThat(frozen.apply(picture).detach().toFloats()[3]).isCloseTo(7, Offset.offset(1e-3f));
        assertThat(frozen.stateDict().get("running_mean"))
                .extracting(Tensor::item)
                .isEqualTo(0.0);
    }

    @Test
    void aSeedGivesTheSameWeights() {
        Map<String, Tensor> a = network(5).stateDict();
        Map<String, Tensor> b = network(5).stateDict();
        a.forEach((name, value) -> assertThat(value.equal(java.util.Objects.requireNonNull(b.get(name))))
                .isTrue());
    }
}
