package org.sekkei.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.plan.Gpu;
import org.sekkei.plan.GpuCatalogue;
import org.sekkei.tasks.style.DescentRule;
import org.sekkei.tasks.style.FeatureModel;
import org.sekkei.tasks.style.FeatureNetwork;
import org.sekkei.tasks.style.Features;
import org.sekkei.tasks.style.MemoryPlan;
import org.sekkei.tasks.style.StyleRecipe;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei plan style`.
@Command(
        name = "style",
        description = "Whether a style transfer is done at once or in which tiles, and what it then takes.",
        footer = {
            "",
            "Examples:",
            "  sekkei plan style vgg19 --size 512 --gpu all",
            "  sekkei plan style vgg19 --size 7680x4320 --memory 6G",
            "  sekkei plan style nin --recipe gogh --size 8K"
        })
final class PlanStyleCommand extends Job {
    private static final String ALL = "all";

    @Parameters(index = "0", paramLabel = "NETWORK", description = "vgg19, vgg16, nin or vgg_small.")
    private String name = "";

    @Option(
            names = "--size",
            paramLabel = "WxH|N",
            description = "Of the result; N, 4K and 8K are squares (${DEFAULT-VALUE}).")
    private String size = "1024";

    @Option(names = "--recipe", paramLabel = "R", description = "As in 'sekkei style' (${DEFAULT-VALUE}).")
    private String recipe = "gatys";

    @Option(names = "--precision", paramLabel = "TYPE", description = "float32 or bfloat16 (float32).")
    private DType precision = DType.FLOAT32;

    @Option(names = "--gpu", paramLabel = "NAME|all", description = "A card that 'sekkei gpus' lists, or all of them.")
    private @Nullable String gpu;

    @Option(names = "--memory", paramLabel = "SIZE", description = "What there is; what is free here if not given.")
    private @Nullable MemorySize memory;

    /// What becomes of it in some memory.
    ///
    /// @param tile pixels a side; null if it is done at once, or not at all
    /// @param optimizer null if it cannot be done
    /// @param bytes what it then takes; null if it cannot be done
    /// @param obstacle why it cannot be done; null if it can
    record Line(
            String where,
            long availableBytes,
            @Nullable Integer tile,
            @Nullable String optimizer,
            @Nullable Long bytes,
            @Nullable String obstacle) {}

    record Result(String network, String recipe, int width, int height, DType precision, List<Line> lines) {}

    @Override
    int run() {
        FeatureModel model = fromOptions(() -> FeatureModel.named(name));
        StyleRecipe asked = fromOptions(() -> StyleRecipe.named(recipe, model));
        PlannedSize pixels = fromOptions(() -> PlannedSize.parse(size));
        List<Line> lines = new ArrayList<>();
        try (var _ = Scope.open()) {
            var features = new Features(model, model.randomWeights(1), Features.Origin.CAFFE);
            FeatureNetwork network = features.network(asked, precision, Device.CPU);
            if (gpu == null) {
                long there = memory == null ? Device.CPU.freeBytes() : memory.bytes();
                lines.add(line("this machine", there, network, asked, pixels));
            }
            for (Gpu card : fromOptions(this::cards)) {
                long there = memory == null ? card.memoryBytes() : memory.bytes();
                String obstacle = card.obstacle();
                lines.add(
                        obstacle == null
                                ? line(card.name(), there, network, asked, pixels)
                                : new Line(card.name(), there, null, null, null, obstacle));
            }
        }
        var result = new Result(model.toString(), recipe, pixels.width(), pixels.height(), precision, lines);
        if (json()) {
            printJson(result);
        } else {
            print(result);
        }
        return Main.DONE;
    }

    private List<Gpu> cards() {
        if (gpu == null) {
            return List.of();
        }
        GpuCatalogue catalogue = GpuCatalogue.bundled();
        return gpu.equals(ALL) ? catalogue.gpus() : List.of(catalogue.named(gpu));
    }

    private static Line line(String where, long there, FeatureNetwork network, StyleRecipe recipe, PlannedSize pixels) {
        try {
            network.requireRoom(pixels.height(), pixels.width(), recipe.taps());
            MemoryPlan plan = MemoryPlan.of(network, recipe, pixels.width(), pixels.height(), false, there);
            return new Line(
                    where,
                    there,
                    plan.side() == MemoryPlan.WHOLE ? null : plan.side(),
                    plan.rule() instanceof DescentRule.Bfgs bfgs ? "lbfgs, " + bfgs.history() + " steps" : "adam",
                    plan.bytes(),
                    null);
        } catch (IllegalArgumentException e) {
            return new Line(where, there, null, null, null, Failures.sentence(e));
        }
    }

    private void print(Result result) {
        out().println("style " + result.network + ", " + result.recipe + ", " + result.width + " x " + result.height
                + " pixels");
        out().println();
        for (Line line : result.lines) {
            Long bytes = line.bytes;
            out().printf(
                            "%-29s %10s  %s%n",
                            line.where,
                            bytes == null ? "" : Figures.bytes(bytes),
                            bytes == null
                                    ? "cannot run: " + line.obstacle
                                    : (line.tile == null ? "at once" : "in tiles of " + line.tile + " pixels") + ", "
                                            + line.optimizer);
        }
    }
}
