package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Conversion;
import org.sekkei.models.weights.KeyStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei models convert`.
@Command(
        name = "convert",
        description = "Write a checkpoint of any format as safetensors.",
        footer = {
            "",
            "Reads safetensors, PyTorch's zip and legacy formats, NumPy's npz and TensorFlow's bundles, and runs no code"
                    + " in them.",
            "",
            "Examples:",
            "  sekkei models convert fpn_mobilenet.h5 fpn_mobilenet.safetensors",
            "  sekkei models convert ViT-B_16.npz vit_b_16.safetensors --keys timm"
        })
final class ModelsConvertCommand extends CheckpointJob {
    @Parameters(index = "0", paramLabel = "IN", description = "A checkpoint; of a TensorFlow bundle its .index.")
    private Path input = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT.safetensors", description = "The file to write.")
    private Path output = Path.of("");

    @Option(
            names = "--keys",
            paramLabel = "STYLE",
            description =
                    "Give a ViT's weights the names and the layout of this style: ${COMPLETION-CANDIDATES}. Without"
                            + " it names and layout stay those of the file.")
    private @Nullable KeyStyle keys;

    /// @param keyTables what was needed to bring the keys to the style
    record Result(String input, String format, String output, int tensors, long bytes, List<String> keyTables) {}

    @Override
    int run() throws IOException {
        try (Checkpoint checkpoint = openCheckpoint(input)) {
            List<String> tables = List.of();
            if (keys == null) {
                Conversion.convert(checkpoint, output);
            } else {
                tables = Conversion.convert(checkpoint, keys, output);
            }
            int tensors;
            try (Checkpoint written = Checkpoint.open(output)) {
                tensors = written.entries().size();
            }
            Result result = new Result(
                    input.toString(), checkpoint.format(), output.toString(), tensors, Files.size(output), tables);
            if (json()) {
                printJson(result);
            } else {
                out().printf(
                                "%s: %s tensors, %s, from %s%s.%n",
                                output,
                                Figures.count(tensors),
                                Figures.bytes(result.bytes),
                                result.format,
                                tables.isEmpty() ? "" : " by the key tables " + String.join(", ", tables));
            }
        }
        return Main.DONE;
    }
}
