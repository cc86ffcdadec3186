package org.sekkei.models;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Module;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What an original network puts out under weights and inputs that a rule makes from their names, so that no weights
/// need
/// to be at hand. `docs/networks.md` has the rule and the file's form.
public final class Parity {
    /// What is near enough, in units of the output's standard deviation.
    public static final double TOLERANCE = 1e-4;

    /// A 64-bit step of the golden ratio, as SplitMix64 takes it.
    private static final long STEP = 0x9E3779B97F4A7C15L;

    /// @param worst the largest error of an element that is known, of the mean and of the largest magnitude, in units
    /// of
    ///     the output's standard deviation; infinite if the shape is another
    public record Output(String name, double worst) {}

    /// @param keysOff keys that only one of both has, or that have another shape; empty if all agree, in their order
    /// too
    public record Result(
            String network,
            long parameters,
            long parametersExpected,
            int keys,
            List<String> keysOff,
            List<Output> outputs) {
        public Result {
            keysOff = List.copyOf(keysOff);
            outputs = List.copyOf(outputs);
        }

        /// The largest error of all outputs, in units of each one's standard deviation.
        public double worst() {
            return outputs.stream().mapToDouble(Output::worst).max().orElse(Double.POSITIVE_INFINITY);
        }

        public boolean agrees() {
            return parameters == parametersExpected && keysOff.isEmpty() && worst() <= TOLERANCE;
        }
    }

    private final Path file;
    private final JsonNode reference;

    private Parity(Path file, JsonNode reference) {
        this.file = file;
        this.reference = reference;
    }

    /// @throws IOException if it cannot be read or is no such file
    public static Parity read(Path file) throws IOException {
        try {
            JsonNode reference = JsonMapper.shared().readTree(file);
            for (String key : List.of("model", "parameters", "state", "inputs", "outputs")) {
                if (!reference.has(key)) {
                    throw new IOException(file + ": is no file of reference outputs: it has no '" + key
                            + "'; docs/networks.md tells the form");
                }
            }
            return new Parity(file, reference);
        } catch (JacksonException e) {
            throw new IOException(file + ": is not JSON; docs/networks.md tells the form of reference outputs", e);
        }
    }

    /// The network's name, for [Network#named].
    public String network() {
        return reference.get("model").asString();
    }

    /// Runs the network here under the rule's weights and inputs.
    ///
    /// @throws IOException if the file asks for what the network does not have
    public Result check() throws IOException {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Network network = Network.named(network());
            Network.Graph graph = network.factory().create(Generator.idle());
            Module module = graph.module();
            List<String> keysOff = keysOff(module);
            fill(module);
            module.eval();
            SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
            // Later layers may write into what one gave.
            module.namedModules()
                    .forEach((path, part) -> part.observe((_, seen) -> {
                        if (reference.get("outputs").has(path)) {
                            outputs.put(path, seen.copy().keep());
                        }
                    }));
            SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
            for (String name : reference.get("inputs").propertyNames()) {
                inputs.put(name, input(name));
            }
            outputs.putAll(graph.run(inputs));
            List<Output> compared = new ArrayList<>();
            for (String name : reference.get("outputs").propertyNames()) {
                Tensor output = outputs.get(name);
                if (output == null) {
                    throw new IOException(file + ": has an output '" + name + "', which " + network.name()
                            + " does not have; it has " + String.join(", ", network.outputs())
                            + " and the layers that 'sekkei models show' lists");
                }
                compared.add(new Output(name, error(reference.get("outputs").get(name), output)));
            }
            return new Result(
                    network.name(),
                    module.parameterCount(),
                    reference.get("parameters").asLong(),
                    module.stateDict().size(),
                    keysOff,
                    compared);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private List<String> keysOff(Module module) {
        List<String> expected = new ArrayList<>();
        reference.get("state").forEach(entry -> expected.add(entry.get(0).asString() + " " + shape(entry.get(1))));
        List<String> actual = new ArrayList<>();
        module.stateDict()
                .forEach((name, value) -> actual.add(
                        name + " " + Arrays.stream(value.shape()).boxed().toList()));
        if (actual.equals(expected)) {
            return List.of();
        }
        List<String> off = new ArrayList<>();
        expected.stream().filter(key -> !actual.contains(key)).forEach(key -> off.add("missing " + key));
        actual.stream().filter(key -> !expected.contains(key)).forEach(key -> off.add("unknown " + key));
        return off.isEmpty() ? List.of("the order of the keys") : off;
    }

    private static double error(JsonNode expected, Tensor actual) {
        if (!Arrays.stream(actual.shape()).boxed().toList().equals(shape(expected.get("shape")))) {
            return Double.POSITIVE_INFINITY;
        }
        double deviation = expected.get("std").asDouble();
        Tensor wide = actual.to(DType.FLOAT64);
        double worst = Math.max(
                Math.abs(wide.mean().item() - expected.get("mean").asDouble()),
                Math.abs(wide.abs().amax(false).item() - expected.get("absmax").asDouble()));
        double[] values = actual.toDoubles();
        for (JsonNode sample : expected.get("samples")) {
            worst = Math.max(
                    worst,
                    Math.abs(values[sample.get(0).asInt()] - sample.get(1).asDouble()));
        }
        return Double.isNaN(worst) ? Double.POSITIVE_INFINITY : worst / deviation;
    }

    private Tensor input(String name) {
        JsonNode input = reference.get("inputs").get(name);
        return uniform(
                name,
                input.get("low").asDouble(),
                input.get("high").asDouble(),
                shape(input.get("shape")).stream().mapToLong(Long::longValue).toArray());
    }

    private static void fill(Module network) {
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
        // TensorFlow's names have slashes, and its kernels their outputs last.
        boolean tensorFlow = name.indexOf('/') >= 0;
        String last = name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('/')) + 1);
        if (last.equals("running_var") || last.equals("moving_variance")) {
            return uniform(name, 0.5, 1.5, shape);
        }
        if (last.equals("running_mean") || last.equals("moving_mean")) {
            return uniform(name, -0.2, 0.2, shape);
        }
        if (shape.length <= 1) {
            return last.equals("weight") || last.equals("gamma")
                    ? uniform(name, 0.8, 1.2, shape)
                    : uniform(name, -0.1, 0.1, shape);
        }
        long outputs = tensorFlow ? shape[shape.length - 1] : shape[0];
        long count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        double bound = Math.sqrt(6.0 / (count / outputs));
        return uniform(name, -bound, bound, shape);
    }

    /// Numbers that hang on the name and the position only.
    private static Tensor uniform(String name, double low, double high, long... shape) {
        long hash = 0xcbf29ce484222325L;
        for (byte letter : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (letter & 0xff)) * 0x100000001b3L;
        }
        long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
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
