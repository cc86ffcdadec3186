package org.sekkei.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sekkei.models.Network;
import org.sekkei.models.NetworkSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `sekkei models`, which lists the networks.
@Command(
        name = "models",
        description = "The networks: alone it lists them, with what they cost on one picture.",
        subcommands = {
            ModelsShowCommand.class,
            ModelsRunCommand.class,
            ModelsCheckCommand.class,
            ModelsConvertCommand.class,
            ModelsDiffCommand.class
        },
        footer = {
            "",
            "FLOPs are those of the products, a multiplication and its addition being two. Memory is that of the"
                    + " weights and of the results of all layers in float32, which is what training keeps.",
            "",
            "Examples:",
            "  sekkei models",
            "  sekkei models --size 512 --json"
        })
final class ModelsCommand extends Job {
    static final int USUAL_SIZE = 224;

    /// What every architecture's sides may be a multiple of.
    private static final int MULTIPLE = 32;

    /// Of smaller ones, Inception leaves too few pixels for its last edge to be mirrored.
    private static final int SMALLEST = 128;

    @Option(
            names = "--size",
            paramLabel = "PX",
            description =
                    "Side of the picture, a multiple of " + MULTIPLE + ", " + SMALLEST + " or more (${DEFAULT-VALUE}).")
    private int size = USUAL_SIZE;

    record Line(String name, long parameters, double flops, long weightBytes, long activationBytes, String source) {
        static Line of(Network network, int side) {
            NetworkSize size = NetworkSize.of(network, side);
            return new Line(
                    network.name(),
                    size.parameters(),
                    size.flops(),
                    size.weightBytes(),
                    size.activationBytes(),
                    network.source());
        }
    }

    record Result(int size, List<Line> networks) {}

    @Override
    int run() {
        if (size < SMALLEST || size % MULTIPLE != 0) {
            throw usage("--size " + size + ": take a multiple of " + MULTIPLE + ", " + SMALLEST + " or more.");
        }
        List<Line> lines = new ArrayList<>();
        if (!json()) {
            out().printf("%-26s %14s %14s %10s %10s%n", "network", "parameters", "FLOPs", "weights", "results");
        }
        for (Network network : Network.all()) {
            Line line = Line.of(network, size);
            lines.add(line);
            if (!json()) {
                out().printf(
                                Locale.ROOT,
                                "%-26s %14s %12.2f G %10s %10s%n",
                                line.name,
                                Figures.count(line.parameters),
                                line.flops / 1e9,
                                Figures.bytes(line.weightBytes),
                                Figures.bytes(line.activationBytes));
                out().flush();
            }
        }
        if (json()) {
            printJson(new Result(size, lines));
        }
        return Main.DONE;
    }
}
