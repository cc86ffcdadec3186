package org.sekkei.models.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Writes checkpoints of any format as safetensors. No more than one tensor is in memory at a time.
public final class Conversion {
    private Conversion() {}

    /// Keeps the names and the layout of the file's authors.
    ///
    /// @throws CheckpointException if the checkpoint is damaged, or the file cannot be written; then a
    ///     file that was there stays
    public static void convert(Checkpoint checkpoint, Path output) throws IOException {
        Safetensors.writeWeights(output, new LinkedHashMap<>(checkpoint.weights()), metadata(checkpoint));
    }

    /// Gives a ViT's weights the names and the layout of a style, from whatever style they are in. Weights that are no
    /// ViT's keep theirs.
    ///
    /// @return the key tables that were needed
    /// @throws CheckpointException as above, or if no weight has a name of the style in the end
    public static List<String> convert(Checkpoint checkpoint, KeyStyle style, Path output) throws IOException {
        KeyMatching matching = KeyMatching.find(checkpoint.weights(), style);
        if (matching.weights().keySet().stream().noneMatch(style::hasForm)) {
            throw new CheckpointException(
                    checkpoint.path(),
                    "does not hold the weights of a ViT in a style that is known; convert it without --keys");
        }
        Safetensors.writeWeights(output, matching.weights(), metadata(checkpoint));
        return matching.dialects();
    }

    /// Other readers of safetensors look for the format, `pt` being PyTorch's layout.
    private static SequencedMap<String, String> metadata(Checkpoint checkpoint) {
        SequencedMap<String, String> metadata = new LinkedHashMap<>(checkpoint.metadata());
        metadata.putIfAbsent("format", "pt");
        return metadata;
    }
}
