package org.sekkei.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;
import org.sekkei.torch.DType;
import org.sekkei.torch.Module;
import org.sekkei.torch.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the authors' own network puts out under weights and inputs that a rule makes (`shared/parity/README.md`).
final class Parity {
    /// A 64-bit step of the golden ratio, as SplitMix64 takes it.
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private final JsonNode reference;

    private Parity(JsonNode reference) {
        this.reference = reference;
    }

    /// Skips the calling test if the references are not at hand.
    static Parity of(String network) {
        Path file =
                Path.of(System.getProperty("sekkei.root", ".")).resolveSibling("shared/parity/" + network + ".json");
        Assumptions.assumeTrue(Files.exists(file), () -> "no reference outputs at " + file);
        return new Parity(JsonMapper.shared().readTree(file));
    }

    long parameters() {
        return reference.get("parameters").asLong();
    }

    /// The checkpoint's keys with their shapes, in its order.
    List<String> state() {
        List<String> keys = new ArrayList<>();
        reference.get("state").forEach(entry -> keys.add(entry.get(0).asString() + " " + shape(entry.get(1))));
        return keys;
    }

    /// The same of a network here.
    static List<String> state(Module network) {
        List<String> keys = new ArrayList<>();
        network.stateDict()
                .forEach((name, value) -> keys.add(
                        name + " " + Arrays.stream(value.shape()).boxed().toList()));
        return keys;
    }

    /// Gives a network the rule's weights.
    static void fill(Module network) {
        Map<String, Tensor> state = network.stateDict();
        Map<Tensor, Tensor> filled = new IdentityHashMap<>();
        state.forEach((name, value) -> {
            if (!name.endsWith("num_batches_tracked")) {
                filled.computeIfAbsent(value, _ -> weights(name, value.shape()));
            }
        });
        state.replaceAll((_, value) -> filled.getOrDefault(value, value));
        network.loadStateDict(state);
    }

    static Tensor weights(String name, long... shape) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        if (last.equals("running_var")) {
            return uniform(name, 0.5, 1.5, shape);
        }
        if (last.equals("running_mean")) {
            return uniform(name, -0.2, 0.2, shape);
        }
        if (shape.length <= 1) {
            return last.equals("weight") ? uniform(name, 0.8, 1.2, shape) : uniform(name, -0.1, 0.1, shape);
        }
        long fanIn = 1;
        for (int i = 1; i < shape.length; i++) {
            fanIn *= shape[i];
        }
        double bound = Math.sqrt(6.0 / fanIn);
        return uniform(name, -bound, bound, shape);
    }

    Tensor input(String name) {
        JsonNode input = reference.get("inputs").get(name);
        return uniform(
                name,
                input.get("low").asDouble(),
                input.get("high").asDouble(),
                shape(input.get("shape")).stream().mapToLong(Long::longValue).toArray());
    }

    Collection<String> outputs() {
        return reference.get("outputs").propertyNames();
    }

    /// Shape, mean, deviation and samples agree to 1e-4 of the deviation.
    void check(String output, Tensor actual) {
        JsonNode expected = reference.get("outputs").get(output);
        double deviation = expected.get("std").asDouble();
        Offset<Double> close = Offset.offset(1e-4 * deviation);
        assertThat(actual.shape())
                .containsExactly(shape(expected.get("shape")).stream()
                        .mapToLong(Long::longValue)
                        .toArray());
        double[] values = actual.detach().toDoubles();
        for (JsonNode sample : expected.get("samples")) {
            assertThat(values[sample.get(0).asInt()])
                    .as("%s[%d]", output, sample.get(0).asInt())
                    .isCloseTo(sample.get(1).asDouble(), close);
        }
        Tensor wide = actual.detach().to(DType.FLOAT64);
        assertThat(wide.mean().item()).isCloseTo(expected.get("mean").asDouble(), close);
        assertThat(wide.abs().amax(false).item())
                .isCloseTo(expected.get("absmax").asDouble(), close);
    }

    /// Numbers that hang on the name and the position only.
    private static Tensor uniform(String name, double low, double high, long... shape) {
        long hash = 0xcbf29ce484222325L;
        for (byte letter : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (letter & 0xff)) * 0x100000001b3L;
        }
        long count = 1;
        for (long size : shape) {
            count *= size;
        }
        float[] values = new float[Math.toIntExact(count)];
        for (int i = 0; i < values.length; i++) {
            long z = hash + (i + 1) * STEP;
            z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            z ^= z >>> 31;
            values[i] = (float) (low + (high - low) * ((z >>> 40) * 0x1p-24));
        }
        return Tensor.of(values).reshape(shape);
    }

    private static List<Long> shape(JsonNode sizes) {
        List<Long> shape = new ArrayList<>();
        sizes.forEach(size -> shape.add(size.asLong()));
        return shape;
    }
}
