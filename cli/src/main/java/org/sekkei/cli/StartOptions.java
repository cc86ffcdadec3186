package org.sekkei.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.train.Start;
import org.sekkei.train.TrainedModel;
import picocli.CommandLine.Option;

/// From what a training starts.
final class StartOptions {
    @Option(
            names = "--init",
            paramLabel = "WEIGHTS",
            description =
                    "Start from a checkpoint of any format, or from the folder of another training; the last layer is new"
                            + " if its classes are others.")
    private @Nullable Path weights;

    @Option(names = "--partial", description = "With --init, take what fits and tell what does not.")
    private boolean partial;

    @Option(
            names = "--freeze",
            split = ",",
            paramLabel = "PART",
            description =
                    "Parts that are not trained, by their state-dict paths, for instance conv1,layer1 or blocks.0.")
    private List<String> frozen = new ArrayList<>();

    boolean isGiven() {
        return weights != null;
    }

    /// @throws IllegalArgumentException if there is no such checkpoint
    Start start() {
        if (weights == null) {
            if (partial) {
                throw new IllegalArgumentException("--partial is for --init");
            }
            return new Start(null, false, frozen);
        }
        Path file = Files.isDirectory(weights) ? weights.resolve(TrainedModel.FILE) : weights;
        if (!Files.exists(file) && !Files.exists(file.resolveSibling(file.getFileName() + ".index"))) {
            throw new IllegalArgumentException("--init " + weights + ": there is no such file");
        }
        return new Start(file.toString(), partial, frozen);
    }
}
