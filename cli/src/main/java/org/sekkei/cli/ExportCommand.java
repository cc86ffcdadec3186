package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.sekkei.inr.Dataset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei export`.
@Command(
        name = "export",
        description = {
            "Write a data set's pictures as PNG files: a folder a class, inside a folder a split where there is more than"
                    + " one (train, val, test)."
        },
        footer = {"", "Example:", "  sekkei export photos.inr photos-png"})
final class ExportCommand extends Job {
    @Parameters(index = "0", paramLabel = "DATASET", description = "A data set that 'sekkei pack' made.")
    private Path source = Path.of("");

    @Parameters(index = "1", paramLabel = "DIR", description = "The folder to make.")
    private Path folder = Path.of("");

    @Option(names = "--overwrite", description = "Write into a folder that is not empty.")
    private boolean overwrite;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to work with; all cores if not given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    private record Result(int pictures, String folder) {}

    @Override
    int run() throws Exception {
        if (!overwrite && Files.exists(folder) && !isEmptyFolder(folder)) {
            throw usage(folder + ": is there already and not empty; name another folder, or add --overwrite.");
        }
        try (Dataset dataset = openDataset(source);
                ProgressLine progress = newProgress()) {
            new PictureTree(dataset, folder)
                    .write(threads, done -> progress.update("exporting", "pictures", done, dataset.size(), ""));
            if (json()) {
                printJson(new Result(dataset.size(), folder.toString()));
            } else {
                out().println(folder + ": " + Figures.count(dataset.size()) + " pictures.");
            }
        }
        return Main.DONE;
    }

    private static boolean isEmptyFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }
}
