package org.sekkei.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.Device;
import org.sekkei.train.TrainingConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei compare`.
@Command(
        name = "compare",
        description = {
            "Train the same network the same way from picture files and from the INRs of the same pictures, and write one"
                    + " HTML report of speed, CPU time, memory, disk and accuracy. It says where the files win."
        },
        footer = {"", "Example:", "  sekkei compare photos photos.inr --epochs 10 --report compare.html"})
final class CompareCommand extends Job {
    @Parameters(index = "0", paramLabel = "SRC", description = "The pictures that the data set was packed from.")
    private Path source = Path.of("");

    @Parameters(index = "1", paramLabel = "DATASET", description = "The data set that 'sekkei pack' made of them.")
    private Path folder = Path.of("");

    @Mixin
    private TrainingOptions options = new TrainingOptions();

    @Option(names = "--report", paramLabel = "FILE.html", description = "The report (${DEFAULT-VALUE}).")
    private Path report = Path.of("compare.html");

    @Option(
            names = "--out",
            paramLabel = "RUNS",
            description = "Where the two runs are kept; runs/, the data set's name and -compare if not given.")
    private @Nullable Path out;

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of each loader alone (${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--round-seconds", paramLabel = "S", description = "Seconds a turn (${DEFAULT-VALUE}).")
    private double roundSeconds = 3;

    @Override
    String howToGoOn() {
        return "The same command goes on from the newest checkpoint.";
    }

    @Override
    int run() throws Exception {
        requireExisting(source);
        Path runs = out == null
                ? RunFolder.standard(folder)
                        .resolveSibling(RunFolder.standard(folder).getFileName() + "-compare")
                : out;
        Comparison comparison;
        try (var dataset = openDataset(folder);
                ProgressLine progress = newProgress()) {
            TrainingConfig asked = fromOptions(() -> options.config(dataset));
            TrainingMemory memory =
                    TrainingMemory.of(asked, dataset.classNames().size(), dataset.payloadBytes(), options.memory());
            (json() ? err() : out()).println(memory.sentence());
            TrainingConfig config = asked.withMicroBatch(memory.microBatch()).withRecomputation(memory.recompute());
            var comparing = new Comparing(
                    source,
                    dataset,
                    config,
                    config.device().kind() == Device.Kind.CPU ? memory : null,
                    options.decoding().device(config.device()),
                    runs,
                    new DataThroughput(rounds, roundSeconds));
            comparison = comparing.run(report, progress, json() ? err() : out());
        }
        if (json()) {
            printJson(comparison);
        } else {
            print(comparison);
        }
        return Main.DONE;
    }

    private void print(Comparison comparison) {
        out().println();
        out().println("Where the files win");
        comparison.filesWin().forEach(sentence -> out().println("  " + sentence));
        out().println("Where the INRs win");
        comparison.inrsWin().forEach(sentence -> out().println("  " + sentence));
        out().println();
        out().println("Report: " + report);
    }
}
