package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.models.Network;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// `sekkei models show` and `run` as a user meets them.
class ModelsRunTest {
    private static final String NAME = "deblurgan_critic";

    @TempDir
    private Path folder;

    @Test
    void runsANetworkAndTapsItsLayers() throws Exception {
        try (var _ = Scope.open()) {
            Path weights = folder.resolve("w.safetensors");
            Path input = folder.resolve("x.safetensors");
            Path output = folder.resolve("y.safetensors");
            Network.Graph graph = Network.named(NAME).factory().create(new Generator(1));
            graph.module().eval();
            Map<String, Tensor> inputs = Map.of("input", Tensor.rand(new Generator(2), 1, 3, 64, 48));
            Safetensors.write(weights, graph.module().stateDict(), Map.of());
            Safetensors.write(input, inputs, Map.of());

            Invocation run = Invocation.of(
                    "models",
                    "run",
                    NAME,
                    "--weights",
                    weights,
                    "--input",
                    input,
                    "--output",
                    output,
                    "--taps",
                    "model.0,model.2",
                    "--json");
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.json().get("tensors")).hasSize(3);
            Map<String, Tensor> written = Safetensors.read(output);
            assertThat(written).containsOnlyKeys("score", "model.0", "model.2");
            Tensor expected = Objects.requireNonNull(graph.run(inputs).get("score"));
            assertThat(Objects.requireNonNull(written.get("score")).toFloats()).isEqualTo(expected.toFloats());
            Tensor first = Objects.requireNonNull(written.get("model.0"));
            assertThat(first.shape()).containsExactly(1, 64, 33, 25);
            // The leaky rectifier behind it must not have written into it.
            assertThat(first.amin(false).item()).isNegative();

            Invocation tap = Invocation.of(
                    "models", "run", NAME, "--weights", weights, "--input", input, "--output", output, "--taps", "x");
            assertThat(tap.code()).isEqualTo(2);
            assertThat(tap.err()).contains("--taps x").contains("models show");
            Invocation inputless =
                    Invocation.of("models", "run", NAME, "--weights", weights, "--input", weights, "--output", output);
            assertThat(inputless.code()).isEqualTo(1);
            assertThat(inputless.err()).contains("has no tensor 'input'");

            Path small = folder.resolve("small.safetensors");
            Safetensors.write(small, Map.of("input", Tensor.zeros(1, 3, 4, 4)), Map.of());
            Path nin = folder.resolve("nin.safetensors");
            Safetensors.write(
                    nin,
                    Network.named("nin")
                            .factory()
                            .create(new Generator(1))
                            .module()
                            .stateDict(),
                    Map.of());
            Invocation smaller =
                    Invocation.of("models", "run", "nin", "--weights", nin, "--input", small, "--output", output);
            assertThat(smaller.code()).isEqualTo(1);
            assertThat(smaller.err())
                    .contains("small.safetensors", "does not take inputs of these shapes")
                    .doesNotContain("fault in Sekkei");
            Invocation aFolder =
                    Invocation.of("models", "run", NAME, "--weights", folder, "--input", input, "--output", output);
            assertThat(aFolder.err()).contains("is a folder");
        }
    }

    @Test
    void weightsThatDoNotFitAreListedAndTakenInPartIfAsked() throws Exception {
        try (var _ = Scope.open()) {
            Path weights = folder.resolve("w.safetensors");
            Path input = folder.resolve("x.safetensors");
            Path output = folder.resolve("y.safetensors");
            Network.Graph graph = Network.named(NAME).factory().create(new Generator(1));
            Map<String, Tensor> state = new LinkedHashMap<>(graph.module().stateDict());
            Tensor bias = Objects.requireNonNull(state.remove("model.0.bias"));
            state.put("model.0.bais", bias);
            Safetensors.write(weights, state, Map.of());
            Safetensors.write(input, Map.of("input", Tensor.rand(new Generator(2), 1, 3, 64, 48)), Map.of());

            Invocation refused =
                    Invocation.of("models", "run", NAME, "--weights", weights, "--input", input, "--output", output);
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.err()).contains("model.0.bias", "model.0.bais").doesNotContain("\tat ");
            assertThat(output).doesNotExist();

            Invocation taken = Invocation.of(
                    "models", "run", NAME, "--weights", weights, "--input", input, "--output", output, "--partial");
            assertThat(taken.code()).as(taken.err()).isZero();
            assertThat(taken.out()).contains("model.0.bias", "model.0.bais");
            assertThat(Safetensors.read(output)).containsOnlyKeys("score");
        }
    }

    @Test
    void showsLayers() {
        Invocation shown = Invocation.of("models", "show", NAME, "--size", 64, "--json");
        assertThat(shown.code()).as(shown.err()).isZero();
        assertThat(shown.json().get("parameters").asLong()).isEqualTo(2_764_737);
        assertThat(Invocation.of("models", "show", NAME).out()).contains("model.0", "Conv2d", "[1, 64, 113, 113]");
        Invocation none = Invocation.of("models", "show", "resnet18", "--size", 0);
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("resnet18 does not take pictures of 0 pixels a side");
        assertThat(Invocation.of("models", "show", "resnet18").out())
                .contains("avgpool", "AdaptiveAvgPool2d", "[1, 512, 1, 1]");
        Invocation unknown = Invocation.of("models", "show", "resnet");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).contains("unknown network 'resnet'", "resnet18");
    }
}
