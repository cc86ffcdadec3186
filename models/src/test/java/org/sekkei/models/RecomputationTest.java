package org.sekkei.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.torch.Autocast;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.DropPath;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Guard;
import org.sekkei.torch.Recomputation;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// What is computed again gives the gradients that keeping it gives, bit for bit.
class RecomputationTest {
    /// Loss, gradients and state after a step's way back.
    private static SequencedMap<String, float[]> outcome(
            String name, int side, boolean again, boolean narrow, double dropPath) {
        SequencedMap<String, float[]> outcome = new LinkedHashMap<>();
        try (var _ = Scope.open()) {
            Network.Graph graph = Network.named(name).factory().create(new Generator(3));
            if (dropPath > 0) {
                DropPath.spread(graph.module(), dropPath);
                DropPath.of(graph.module()).forEach(path -> path.draw(7));
            }
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            var random = new Generator(5);
            Network.named(name)
                    .inputs()
                    .forEach(input -> inputs.put(input.name(), Tensor.randn(random, 2, 3, side, side)));
            Recomputation recomputation = again ? Recomputation.of(graph.module()) : Recomputation.NONE;
            Tensor loss = recomputation.backward(() -> {
                try (Guard _ = narrow ? Autocast.bfloat16(Device.Kind.CPU) : () -> {}) {
                    List<Tensor> losses = new ArrayList<>();
                    graph.run(inputs)
                            .values()
                            .forEach(output ->
                                    losses.add(output.to(DType.FLOAT32).square().mean()));
                    return Tensor.stack(losses, 0).sum();
                }
            });
            outcome.put("loss", loss.toFloats());
            graph.module().namedParameters().forEach((key, parameter) -> {
                Tensor gradient = parameter.grad();
                outcome.put("grad " + key, gradient == null ? new float[0] : gradient.toFloats());
            });
            graph.module()
                    .stateDict()
                    .forEach((key, value) ->
                            outcome.put(key, value.to(DType.FLOAT32).toFloats()));
        }
        return outcome;
    }

    @ParameterizedTest
    @CsvSource({
        "resnet18, 64, false, 0",
        "resnet50, 64, true, 0",
        "resnet18_cifar, 32, false, 0.3",
        "vit_ti_16, 64, false, 0.3",
        "vit_ti_16, 64, true, 0",
        "deepvit_s, 64, true, 0.2",
        "deblurganv2_mobilenet, 64, false, 0",
    })
    void gradientsAreTheSame(String name, int side, boolean narrow, double dropPath) {
        SequencedMap<String, float[]> kept = outcome(name, side, false, narrow, dropPath);
        SequencedMap<String, float[]> again = outcome(name, side, true, narrow, dropPath);
        assertThat(again.keySet()).isEqualTo(kept.keySet());
        kept.forEach((key, values) -> assertThat(again.get(key)).as(key).isEqualTo(values));
    }
}
