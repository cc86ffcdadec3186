package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Comparison;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `sekkei models diff`.
@Command(
        name = "diff",
        description = "Tell how two checkpoints differ, tensor by tensor. Their formats may differ.",
        footer = {
            "",
            "Names that differ by a known key table, such as a prefix 'module.', are taken for the same.",
            "Exit status 1 if there is a difference.",
            "",
            "Example:",
            "  sekkei models diff resnet18-5c106cde.pth resnet18.safetensors"
        })
final class ModelsDiffCommand extends CheckpointJob {
    @Parameters(index = "0", paramLabel = "A", description = "A checkpoint.")
    private Path first = Path.of("");

    @Parameters(index = "1", paramLabel = "B", description = "Another.")
    private Path second = Path.of("");

    /// @param keyTables by which A's keys are compared
    /// @param keyTablesOfB those of B
    record Result(
            boolean same,
            List<String> keyTables,
            List<String> keyTablesOfB,
            int tensorsInBoth,
            int tensorsTheSame,
            List<String> onlyInA,
            List<String> onlyInB,
            List<Comparison.Shapes> shapes,
            List<Comparison.Values> values) {
        static Result of(Comparison comparison) {
            int same = comparison.same().size();
            return new Result(
                    comparison.isSame(),
                    comparison.dialects(),
                    comparison.secondDialects(),
                    same + comparison.shapes().size() + comparison.values().size(),
                    same,
                    comparison.onlyInFirst(),
                    comparison.onlyInSecond(),
                    comparison.shapes(),
                    comparison.values());
        }
    }

    @Override
    int run() throws IOException {
        Comparison comparison;
        try (Checkpoint a = openCheckpoint(first);
                Checkpoint b = openCheckpoint(second)) {
            comparison = Comparison.of(a, b);
        }
        Result result = Result.of(comparison);
        if (json()) {
            printJson(result);
        } else {
            print(result);
        }
        return result.same ? Main.DONE : Main.FAILED;
    }

    private void print(Result result) {
        if (!result.keyTables.isEmpty()) {
            out().println("A's keys by the tables " + String.join(", ", result.keyTables));
        }
        if (!result.keyTablesOfB.isEmpty()) {
            out().println("B's keys by the tables " + String.join(", ", result.keyTablesOfB));
        }
        result.onlyInA.forEach(name -> out().println("only in A    " + name));
        result.onlyInB.forEach(name -> out().println("only in B    " + name));
        result.shapes.forEach(
                shape -> out().println("shape        " + shape.name() + ": " + shape.first() + ", " + shape.second()));
        result.values.forEach(value -> out().println(difference(value)));
        out().printf(
                        "%s of %s tensors in both are the same.%n",
                        Figures.count(result.tensorsTheSame), Figures.count(result.tensorsInBoth));
    }

    private static String difference(Comparison.Values value) {
        String kind = value.first() == value.second()
                ? "values       " + value.name() + ":"
                : "type         " + value.name() + ": " + value.first() + ", " + value.second() + ";";
        return String.format(
                Locale.ROOT,
                "%s up to %.3g apart, A's deviation being %.3g",
                kind,
                value.largestDifference(),
                value.deviation());
    }
}
