package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Where trainings are kept.
final class RunFolder {
    private RunFolder() {}

    /// `runs/photos` for the data set `some/where/photos.inr`.
    static Path standard(Path dataset) {
        Path name = dataset.toAbsolutePath().normalize().getFileName();
        String text = name == null ? "dataset" : name.toString();
        return Path.of("runs", text.endsWith(".inr") ? text.substring(0, text.length() - 4) : text);
    }

    /// Pictures that went through the network at once in the training of a folder; empty if there is none.
    static OptionalInt microBatch(Path run) throws IOException {
        JsonNode pictures = config(run).path("microBatch");
        return pictures.isInt() && pictures.asInt() > 0 ? OptionalInt.of(pictures.asInt()) : OptionalInt.empty();
    }

    /// Whether the training of a folder computed activations again.
    static boolean recomputes(Path run) throws IOException {
        return config(run).path("recompute").asBoolean(false);
    }

    private static JsonNode config(Path run) throws IOException {
        Path config = run.resolve("config.json");
        return Files.isRegularFile(config)
                ? JsonMapper.shared().readTree(Files.readAllBytes(config))
                : JsonMapper.shared().createObjectNode();
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
