package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sekkei.plan.Calibration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Where `plan --calibrate` keeps what it measured.
final class CalibrationFile {
    private CalibrationFile() {}

    /// In the user's folder for such things.
    static Path usual() {
        return usual(System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home"));
    }

    /// @param caches the user's folder for such things, where one is named
    static Path usual(@Nullable String caches, String home) {
        Path folder = caches == null || caches.isEmpty() ? Path.of(home, ".cache") : Path.of(caches);
        return folder.resolve("sekkei").resolve("calibration.json");
    }

    static void write(Path file, Calibration calibration) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path unfinished = absolute.resolveSibling(absolute.getFileName() + ".part");
        Files.createDirectories(unfinished.resolveSibling("."));
        Files.write(
                unfinished,
                JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsBytes(calibration));
        Files.move(unfinished, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// @return empty if there is none
    /// @throws IllegalArgumentException if the file is something else
    static Optional<Calibration> read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JsonMapper.shared().readValue(Files.readAllBytes(file), Calibration.class));
        } catch (JacksonException damaged) {
            throw new IllegalArgumentException(
                    file + ": is no calibration; make it anew with 'sekkei plan --calibrate', or remove it", damaged);
        }
    }
}
