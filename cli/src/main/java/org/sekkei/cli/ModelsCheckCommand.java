package org.sekkei.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.Parity;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei models check`.
@Command(
        name = "check",
        description = "Compare networks with reference outputs of the originals, under weights that a rule makes.",
        footer = {
            "",
            "docs/networks.md tells the form of the files. Exit status 1 if a network does not agree in its parameters,"
                    + " its keys or, by more than 1e-4 of an output's standard deviation, in what it gives,"
                    + " or if a file cannot be checked.",
            "",
            "Example:",
            "  sekkei models check references --csv parity.csv"
        })
final class ModelsCheckCommand extends Job {
    @Parameters(paramLabel = "DIR", description = "A folder of files of reference outputs, or one such file.")
    private Path references = Path.of("");

    @Option(names = "--csv", paramLabel = "FILE", description = "Write the table there too.")
    private @Nullable Path csv;

    record Line(Parity.Result result, double worst, boolean agrees) {
        static Line of(Parity.Result result) {
            return new Line(result, result.worst(), result.agrees());
        }
    }

    /// @param failures a sentence for each file that could not be checked
    record Result(List<Line> networks, List<String> failures) {}

    @Override
    int run() throws IOException {
        requireExisting(references);
        List<Parity.Result> results = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        if (!json()) {
            out().printf("%-26s %14s %8s %14s%n", "network", "parameters", "keys", "worst error");
        }
        for (Path file : files()) {
            try {
                Parity.Result result = Parity.read(file).check();
                results.add(result);
                if (!json()) {
                    print(result);
                }
            } catch (IOException e) {
                failures.add(Failures.sentence(e));
                err().println(failures.getLast());
            }
        }
        if (csv != null) {
            OutputFile.write(csv, table(results).getBytes(StandardCharsets.UTF_8));
        }
        if (json()) {
            printJson(new Result(results.stream().map(Line::of).toList(), failures));
        }
        return failures.isEmpty() && results.stream().allMatch(Parity.Result::agrees) ? Main.DONE : Main.FAILED;
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(references)) {
            return List.of(references);
        }
        try (Stream<Path> files = Files.list(references)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
            if (found.isEmpty()) {
                throw usage(references + ": holds no .json files of reference outputs.");
            }
            return found;
        }
    }

    private void print(Parity.Result result) {
        out().printf(
                        Locale.ROOT,
                        "%-26s %14s %8s %14.2g%s%n",
                        result.network(),
                        Figures.count(result.parameters()),
                        Figures.count(result.keys()),
                        result.worst(),
                        result.agrees() ? "" : "  does not agree");
        if (result.parameters() != result.parametersExpected()) {
            out().println("  parameters should be " + Figures.count(result.parametersExpected()));
        }
        result.keysOff().forEach(key -> out().println("  " + key));
        if (!result.agrees()) {
            result.outputs()
                    .forEach(output -> out().printf(Locale.ROOT, "  %-40s %.2g%n", output.name(), output.worst()));
        }
        out().flush();
    }

    private static String table(List<Parity.Result> results) {
        StringBuilder lines = new StringBuilder("network,parameters,keys,keys_off,outputs,worst_error\n");
        for (Parity.Result result : results) {
            lines.append(String.format(
                    Locale.ROOT,
                    "%s,%d,%d,%d,%d,%.3g\n",
                    result.network(),
                    result.parameters(),
                    result.keys(),
                    result.keysOff().size(),
                    result.outputs().size(),
                    result.worst()));
        }
        return lines.toString();
    }
}
