package org.sekkei.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.sekkei.models.Network;
import org.sekkei.models.NetworkSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei models show`.
@Command(
        name = "show",
        description = "The inputs, outputs and layers of a network, with the shapes of what they give.",
        footer = {"", "Example:", "  sekkei models show resnet50 --size 256"})
final class ModelsShowCommand extends Job {
    @Parameters(paramLabel = "NAME", description = "One of those that 'sekkei models' lists.")
    private String name = "";

    @Option(names = "--size", paramLabel = "PX", description = "Side of the picture (${DEFAULT-VALUE}).")
    private int size = ModelsCommand.USUAL_SIZE;

    record Input(String name, boolean required, String meaning, long[] shape) {}

    record Result(
            String name,
            String source,
            int size,
            List<Input> inputs,
            List<String> outputs,
            long parameters,
            double flops,
            long weightBytes,
            long activationBytes,
            List<NetworkSize.LayerSize> layers) {}

    @Override
    int run() {
        Network network = fromOptions(() -> Network.named(name));
        NetworkSize measured = fromOptions(() -> NetworkSize.of(network, size));
        List<Input> inputs = network.inputs().stream()
                .map(input -> new Input(
                        input.name(),
                        input.required(),
                        input.meaning(),
                        input.shape().apply(size)))
                .toList();
        if (json()) {
            printJson(new Result(
                    network.name(),
                    network.source(),
                    size,
                    inputs,
                    network.outputs(),
                    measured.parameters(),
                    measured.flops(),
                    measured.weightBytes(),
                    measured.activationBytes(),
                    measured.layers()));
            return Main.DONE;
        }
        out().println(network.name() + " (" + network.source() + ")");
        inputs.forEach(input -> out().println("in   " + input.name + " " + Arrays.toString(input.shape) + ": "
                + input.meaning + (input.required ? "" : "; optional")));
        network.outputs().forEach(output -> out().println("out  " + output));
        out().println();
        out().printf("%-56s %-20s %-22s %14s %12s%n", "layer", "kind", "gives", "parameters", "FLOPs");
        for (NetworkSize.LayerSize layer : measured.layers()) {
            out().printf(
                            Locale.ROOT,
                            "%-56s %-20s %-22s %14s %12s%n",
                            layer.path(),
                            layer.kind(),
                            layer.output().isEmpty() ? "" : layer.output(),
                            Figures.count(layer.parameters()),
                            layer.flops() == 0 ? "" : String.format(Locale.ROOT, "%.1f M", layer.flops() / 1e6));
        }
        out().printf(
                        Locale.ROOT,
                        "%n%s parameters, %.2f GFLOPs; weights %s, results of all layers %s.%n",
                        Figures.count(measured.parameters()),
                        measured.flops() / 1e9,
                        Figures.bytes(measured.weightBytes()),
                        Figures.bytes(measured.activationBytes()));
        return Main.DONE;
    }
}
