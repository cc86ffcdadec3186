package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Where trainings are kept.
final class RunFolder {
    private RunFolder() {}

    /// `runs/photos` for the data set `some/where/photos.inr`.
    static Path standard(Path dataset) {
        Path name = dataset.toAbsolutePath().normalize().getFileName();
        String text = name == null ? "dataset" : name.toString();
        return Path.of("runs", text.endsWith(".inr") ? text.substring(0, text.length() - 4) : text);
    }

    static boolean holdsTraining(Path run) throws IOException {
        if (!Files.isDirectory(run)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(run)) {
            return entries.findAny().isPresent();
        }
    }
}
