package org.sekkei.cli;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.TransformerShape;
import picocli.CommandLine.Option;

/// The measures of a vision transformer of one's own.
final class ShapeOptions {
    private static final int DEPTH = 8;
    private static final int HEAD = 64;
    private static final int PATCHES = 8;

    @Option(names = "--depth", paramLabel = "N", description = "Blocks of --model vit or deepvit (8).")
    private @Nullable Integer depth;

    @Option(names = "--width", paramLabel = "N", description = "Numbers a token of --model vit or deepvit (192).")
    private @Nullable Integer width;

    @Option(
            names = "--heads",
            paramLabel = "N",
            description = "Heads of --model vit or deepvit; one for 64 numbers a token if not given.")
    private @Nullable Integer heads;

    @Option(
            names = "--patch",
            paramLabel = "N",
            description = "Side of a patch of --model vit or deepvit in pixels; an eighth of the input if not given.")
    private @Nullable Integer patch;

    /// The full name of the network that is asked for.
    ///
    /// @throws IllegalArgumentException if the measures are out of range, or given for another network
    String model(String name, int inputSize) {
        Optional<TransformerShape.Family> family = Arrays.stream(TransformerShape.Family.values())
                .filter(each -> each.prefix().equals(name))
                .findFirst();
        if (family.isEmpty()) {
            if (Stream.of(depth, width, heads, patch).anyMatch(measure -> measure != null)) {
                throw new IllegalArgumentException("--depth, --width, --heads and --patch are for "
                        + Arrays.stream(TransformerShape.Family.values())
                                .map(each -> "--model " + each.prefix())
                                .collect(Collectors.joining(" and "))
                        + "; " + name + " has its own");
            }
            return name;
        }
        int size = orElse(width, 3 * HEAD);
        var shape = new TransformerShape(
                orElse(depth, DEPTH),
                size,
                orElse(heads, Math.max(1, size / HEAD)),
                orElse(patch, Math.max(1, inputSize / PATCHES)),
                inputSize);
        return shape.name(family.get());
    }

    private static int orElse(@Nullable Integer given, int usual) {
        return given == null ? usual : given;
    }
}
