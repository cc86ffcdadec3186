package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.sekkei.models.Network;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Fit;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.models.weights.WeightLoading;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Module;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.TorchException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei models run`.
@Command(
        name = "run",
        description = "Run a network on given tensors in float32.",
        footer = {
            "",
            "'sekkei models show NAME' tells the names of inputs, outputs and layers. DeblurGAN and DeblurGAN-v2"
                    + " normalise by the picture's own statistics and drop nothing out, as their reference outputs do.",
            "",
            "Example:",
            "  sekkei models run vgg19 --weights vgg19.safetensors --input x.safetensors --output y.safetensors"
                    + " --taps features.16,classifier.3",
            "  sekkei models run resnet18 --weights runs/flowers/model.safetensors --partial --input x.safetensors"
                    + " --output y.safetensors --taps avgpool"
        })
final class ModelsRunCommand extends CheckpointJob {
    @Parameters(paramLabel = "NAME", description = "One of those that 'sekkei models' lists.")
    private String name = "";

    @Option(names = "--weights", required = true, paramLabel = "FILE", description = "A checkpoint of any format.")
    private Path weights = Path.of("");

    @Option(
            names = "--input",
            required = true,
            paramLabel = "X.safetensors",
            description = "The inputs, as tensors of their names.")
    private Path input = Path.of("");

    @Option(
            names = "--output",
            required = true,
            paramLabel = "Y.safetensors",
            description = "The file to write: the outputs by name, and each tap's output by its path.")
    private Path output = Path.of("");

    @Option(
            names = "--taps",
            split = ",",
            paramLabel = "PATH",
            description = "State-dict paths of layers whose outputs are wanted too, for instance features.16.")
    private List<String> taps = new ArrayList<>();

    @Option(
            names = "--partial",
            description = "Take the weights that fit, tell what does not, and draw what is missing at random.")
    private boolean partial;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "cpu";

    record Line(String name, long[] shape, double mean, double std) {
        static Line of(String name, Tensor value) {
            return new Line(
                    name, value.shape(), value.mean().item(), value.std().item());
        }
    }

    record Result(
            String network,
            String output,
            List<String> keyTables,
            List<String> resized,
            List<String> missing,
            List<String> unknown,
            List<String> misshapen,
            List<Line> tensors) {
        static Result of(String network, Path output, Fit fit, List<Line> tensors) {
            return new Result(
                    network,
                    output.toString(),
                    fit.dialects(),
                    fit.resized(),
                    fit.missing(),
                    fit.unknown(),
                    fit.misshapen(),
                    tensors);
        }
    }

    @Override
    int run() throws IOException {
        Network network = fromOptions(() -> Network.named(name));
        requireExisting(input);
        Device on = fromOptions(() -> Device.parse(device));
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Network.Graph graph = network.factory().create(partial ? new Generator(0) : Generator.idle());
            Module module = graph.module();
            requireTaps(network, module);
            Fit fit;
            try (Checkpoint checkpoint = openCheckpoint(weights)) {
                fit = partial
                        ? WeightLoading.loadPartially(checkpoint, network.name(), module.stateDict())
                        : WeightLoading.load(checkpoint, network.name(), module.stateDict());
            }
            module.to(on);
            module.eval();
            SequencedMap<String, Tensor> results = run(graph, module, on);
            Safetensors.write(output, results, Map.of("network", network.name()));
            print(network, fit, results);
        }
        return Main.DONE;
    }

    private void requireTaps(Network network, Module module) {
        for (String tap : taps) {
            if (!module.namedModules().containsKey(tap)) {
                throw usage("--taps " + tap + ": " + network.name() + " has no such layer; 'sekkei models show "
                        + network.name() + "' lists them.");
            }
        }
    }

    private SequencedMap<String, Tensor> run(Network.Graph graph, Module module, Device on) throws IOException {
        SequencedMap<String, Tensor> inputs = new LinkedHashMap<>(Safetensors.read(input));
        inputs.replaceAll((_, value) -> value.to(DType.FLOAT32).to(on));
        SequencedMap<String, Tensor> tapped = new LinkedHashMap<>();
        SequencedMap<String, Module> layers = module.namedModules();
        for (String tap : taps) {
            Module layer = layers.get(tap);
            if (layer != null) {
                // Later layers may write into what this one gave.
                layer.observe((_, result) ->
                        tapped.put(tap, result.copy().contiguous().keep()));
            }
        }
        SequencedMap<String, Tensor> results = new LinkedHashMap<>();
        try {
            graph.run(inputs).forEach((key, value) -> results.put(key, value.contiguous()));
        } catch (IllegalArgumentException e) {
            throw new IOException(input + ": " + Failures.sentence(e) + ".", e);
        } catch (TorchException e) {
            throw new IOException(
                    input + ": " + name + " does not take inputs of these shapes: " + Failures.sentence(e) + ".", e);
        }
        for (String tap : taps) {
            Tensor result = tapped.get(tap);
            if (result == null) {
                throw usage("--taps " + tap + ": this layer gives nothing by itself; tap its parts or what holds it.");
            }
            results.put(tap, result);
        }
        results.replaceAll((_, value) -> value.to(Device.CPU));
        return results;
    }

    private void print(Network network, Fit fit, SequencedMap<String, Tensor> results) {
        List<Line> lines = new ArrayList<>();
        results.forEach((key, value) -> lines.add(Line.of(key, value)));
        if (json()) {
            printJson(Result.of(network.name(), output, fit, lines));
            return;
        }
        tell("resized", fit.resized());
        tell("missing", fit.missing());
        tell("unknown", fit.unknown());
        tell("of another shape", fit.misshapen());
        lines.forEach(line -> out().printf(
                        Locale.ROOT,
                        "%-40s %-22s mean %.6g, deviation %.6g%n",
                        line.name,
                        Arrays.toString(line.shape),
                        line.mean,
                        line.std));
        out().println(output + ": written.");
    }

    private void tell(String title, List<String> keys) {
        keys.forEach(key -> out().printf("%-17s%s%n", title, key));
    }
}
