package org.sekkei.tasks.deblur;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.sekkei.models.Network;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.Workload;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Tensor;

/// How much memory a picture takes, and into which tiles it is cut if that is too much.
final class DeblurMemory {
    /// Java, libtorch and their code.
    private static final long PROCESS = 450_000_000;

    /// Bytes that Java holds for a pixel: the levels before and after, images while files are read and written, and
    /// what is not collected yet.
    private static final long JAVA = 32;

    /// Copies of what a network is given and gives, in single precision, in Java.
    private static final long TILE_JAVA = 2 * 3 * 4;

    private static final int[] SIDES = {4096, 3072, 2048, 1536, 1024, 768, 512, 384, 256, 128};

    /// Squares of this side are looked at.
    private static final int LOOKED_AT = 512;

    private final DeblurNetwork network;
    private final boolean onProcessor;
    private final long weights;
    private final double perPixel;

    DeblurMemory(DeblurNetwork network, Device device) {
        this.network = network;
        onProcessor = device.kind() == Device.Kind.CPU;
        var planner = new Planner(onProcessor ? Overhead.CPU : Overhead.CUDA);
        MemoryPlan plan = planner.plan(square(network)).memory();
        weights = plan.weights() + (onProcessor ? 0 : plan.runtime());
        perPixel = (plan.high() - plan.weights() - (onProcessor ? 0.0 : plan.runtime()))
                / ((double) LOOKED_AT * LOOKED_AT);
    }

    /// A square that is looked at.
    static Workload square(DeblurNetwork network) {
        return new Workload(described(network), Workload.Use.INFERENCE, 1, LOOKED_AT, DType.FLOAT32);
    }

    /// How many such squares as large as all that the network is given for a picture, once through its tiles.
    double squares(int width, int height, Deblur.Plan plan) {
        double across = given(network.padded(width), plan);
        double down = given(network.padded(height), plan);
        return across * down / ((double) LOOKED_AT * LOOKED_AT);
    }

    /// Pixels along a side, those of overlapping tiles counted in each.
    private double given(int length, Deblur.Plan plan) {
        if (plan.isWhole()) {
            return length;
        }
        double sum = 0;
        for (int from = 0; from < length; from += plan.tileSide()) {
            int begin = Math.max(0, from - network.margin());
            int end = Math.min(length, from + plan.tileSide() + network.margin());
            sum += end - begin;
        }
        return sum;
    }

    private static Network described(DeblurNetwork network) {
        return new Network(
                network.toString(),
                "",
                List.of(new Network.Input("pictures", true, "", side -> new long[] {1, 3, side, side})),
                List.of("restored"),
                generator -> {
                    Layer layer = network.create(generator);
                    return new Network.Graph(
                            layer, inputs -> new LinkedHashMap<>(Map.of("restored", layer.apply(picture(inputs)))));
                });
    }

    private static Tensor picture(Map<String, Tensor> inputs) {
        return inputs.values().iterator().next();
    }

    /// @throws IllegalArgumentException with the smallest budget that would do
    Deblur.Plan plan(int width, int height, long budget) {
        int across = network.padded(width);
        int down = network.padded(height);
        long whole = bytes(width, height, across, down);
        if (whole <= budget) {
            return new Deblur.Plan(0, whole);
        }
        long least = whole;
        for (int side : SIDES) {
            int seen = side + 2 * network.margin();
            long bytes = bytes(width, height, Math.min(across, seen), Math.min(down, seen));
            if (bytes <= budget) {
                return new Deblur.Plan(side, bytes);
            }
            least = Math.min(least, bytes);
        }
        throw new IllegalArgumentException(String.format(
                Locale.ROOT,
                "a picture of %d x %d pixels takes at least %,d MB of memory with %s; give it --memory %dM",
                width,
                height,
                Math.ceilDiv(least, 1_000_000),
                network,
                Math.ceilDiv(least, 1_000_000)));
    }

    /// The largest smaller tiles that take less; empty if there are none.
    Optional<Deblur.Plan> finer(int width, int height, Deblur.Plan plan) {
        int across = network.padded(width);
        int down = network.padded(height);
        int tried = plan.isWhole() ? Math.max(across, down) : plan.tileSide();
        return Arrays.stream(SIDES)
                .filter(side -> side < tried)
                .mapToObj(side -> {
                    int seen = side + 2 * network.margin();
                    return new Deblur.Plan(side, bytes(width, height, Math.min(across, seen), Math.min(down, seen)));
                })
                .filter(finer -> finer.bytes() < plan.bytes())
                .findFirst();
    }

    private long bytes(int width, int height, int tileWidth, int tileHeight) {
        double tile = perPixel * tileWidth * tileHeight;
        if (!onProcessor) {
            return weights + (long) tile;
        }
        return PROCESS + weights + JAVA * width * height + TILE_JAVA * tileWidth * tileHeight + (long) tile;
    }
}
