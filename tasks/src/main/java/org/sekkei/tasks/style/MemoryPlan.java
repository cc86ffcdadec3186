package org.sekkei.tasks.style;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.sekkei.torch.DType;

/// How a picture is made in the memory that there is.
///
/// @param side pixels a tile owns across and down; [#WHOLE] if the picture is done at once
/// @param rule perhaps with a shorter history than asked for, or Adam where no history fits
/// @param bytes the estimate for the process
public record MemoryPlan(int side, DescentRule rule, long bytes) {
    /// The memory is too little for any tile. The message names the least that would do.
    public static final class TooLittle extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        TooLittle(String message) {
            super(message);
        }
    }

    /// No tiles.
    public static final int WHOLE = 0;

    /// Java, libtorch and their code.
    private static final long PROCESS = 700_000_000;

    private static final List<Integer> SIDES =
            List.of(2048, 1536, 1280, 1024, 896, 768, 640, 512, 448, 384, 320, 256, 192, 128, 96, 64, 32, 16);

    /// Below it, more than half of what a tile computes belongs to others, and no history is worth that.
    private static final int USEFUL_SIDE = 512;

    /// Below it, L-BFGS knows too little of the curvature to be worth its memory.
    private static final int USEFUL_HISTORY = 5;

    /// Memory that tiles of several shapes leave unused between them.
    private static final double FRAGMENTS = 1.5;

    /// What Java holds of pictures in whole numbers, for a pixel of the result.
    private static final int LEVELS = 8;

    private static final int FLOAT = 4;
    private static final int INDEX = 8;

    /// Copies of the largest features that a step back holds at once.
    private static final int TEMPORARIES = 4;

    /// @param width of the picture
    /// @param height of the picture
    /// @param fixedRule whether the rule is the user's wish; else Adam comes for a history that does not fit
    /// @param budget bytes for the process, or for the device that is not the processor
    /// @throws TooLittle with the smallest budget that would do
    public static MemoryPlan of(
            FeatureNetwork network, StyleRecipe recipe, int width, int height, boolean fixedRule, long budget) {
        var need = new Need(network, recipe, width, height);
        long whole = need.of(WHOLE, recipe.rule());
        if (whole <= budget) {
            return new MemoryPlan(WHOLE, recipe.rule(), whole);
        }
        DescentRule rule = recipe.rule();
        while (rule instanceof DescentRule.Bfgs bfgs
                && bfgs.history() > USEFUL_HISTORY
                && need.of(USEFUL_SIDE, rule) > budget) {
            rule = new DescentRule.Bfgs(bfgs.history() - 1);
        }
        if (!fixedRule && rule instanceof DescentRule.Bfgs && need.of(USEFUL_SIDE, rule) > budget) {
            rule = DescentRule.Adam.USUAL;
        }
        for (int side : SIDES) {
            long bytes = need.of(side, rule);
            if (bytes <= budget) {
                return new MemoryPlan(side, rule, bytes);
            }
        }
        long least = need.of(SIDES.getLast(), rule);
        throw new TooLittle(String.format(
                Locale.ROOT,
                "a picture of %d x %d pixels takes at least %s of memory this way, and %s may be used; give it"
                        + " --memory %dM, or take a smaller --size%s",
                width,
                height,
                megabytes(least),
                megabytes(budget),
                Math.ceilDiv(least, 1_000_000),
                rule instanceof DescentRule.Bfgs ? " or --optimizer adam" : ""));
    }

    /// What to try where this did not fit: the largest smaller tiles that take less.
    Optional<MemoryPlan> finer(FeatureNetwork network, StyleRecipe recipe, int width, int height) {
        int tried = side == WHOLE ? Math.max(width, height) : side;
        return SIDES.stream()
                .filter(smaller -> smaller < tried)
                .map(smaller -> inTiles(network, recipe, width, height, smaller))
                .filter(plan -> plan.bytes < bytes)
                .findFirst();
    }

    /// The same way with tiles of another side.
    MemoryPlan inTiles(FeatureNetwork network, StyleRecipe recipe, int width, int height, int side) {
        return new MemoryPlan(side, rule, new Need(network, recipe, width, height).of(side, rule));
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MB", Math.ceilDiv(bytes, 1_000_000));
    }

    private record Need(FeatureNetwork network, StyleRecipe recipe, int width, int height) {
        long of(int side, DescentRule rule) {
            long pixels = (long) width * height;
            long picture = 3L * FLOAT * pixels;
            // At once, the way back keeps them in single precision too.
            int target = network.dtype().bytes() + (side == WHOLE ? FLOAT : 0);
            double targets = recipe.content().stream()
                    .mapToDouble(layer -> elements(network.step(layer.tap())) * target * pixels)
                    .sum();
            // The picture, its gradient, what a step adds, and the average.
            long copies = 2L
                    + rule.pictures()
                    + (rule instanceof DescentRule.Bfgs ? 2 : 0)
                    + (recipe.averaging() > 0 ? 1 : 0);
            return PROCESS
                    + LEVELS * pixels
                    + copies * picture
                    + (long) targets
                    + (long) (tilePixels(side) * bytesPerPixel() * (side == WHOLE ? 1 : FRAGMENTS));
        }

        private double tilePixels(int side) {
            if (side == WHOLE) {
                return (double) width * height;
            }
            Collection<String> taps = recipe.taps();
            return (double) longest(Tiling.of(network, taps, width, side))
                    * longest(Tiling.of(network, taps, height, side));
        }

        private static int longest(Tiling tiling) {
            return tiling.parts().stream().mapToInt(Tiling.Part::length).max().orElse(0);
        }

        /// What the way forward keeps for the way back, and what comes and goes beside it.
        private double bytesPerPixel() {
            DType dtype = network.dtype();
            Set<Integer> taps = recipe.taps().stream().map(network::step).collect(Collectors.toSet());
            double sum = 0;
            double largest = 0;
            for (int i = 0; i < network.end(recipe.taps()); i++) {
                double elements = elements(i);
                largest = Math.max(largest, elements);
                sum += elements
                        * switch (network.steps().get(i)) {
                            case FeatureStep.Input _ -> 3 * FLOAT + dtype.bytes();
                            case FeatureStep.Rectifier _ -> i > 0 && taps.contains(i - 1) ? dtype.bytes() : 0;
                            case FeatureStep.MaximumPool _ -> dtype.bytes() + INDEX;
                            case FeatureStep.Convolution _, FeatureStep.AveragePool _ -> dtype.bytes();
                        };
                if (taps.contains(i)) {
                    sum += elements * (dtype.bytes() < FLOAT ? 2 * FLOAT : FLOAT);
                }
            }
            return sum + largest * FLOAT * TEMPORARIES;
        }

        /// Numbers that a step gives for a pixel of the picture.
        private double elements(int step) {
            long channels = 3;
            for (int i = 0; i <= step; i++) {
                if (network.steps().get(i) instanceof FeatureStep.Convolution convolution) {
                    channels = convolution.weight().size(0);
                }
            }
            double stride = network.stride(step);
            return channels / (stride * stride);
        }
    }
}
