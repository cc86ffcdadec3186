package org.sekkei.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sekkei.torch.Torch;

/// What a benchmark ran on.
record Machine(String processor, int cores, String jdk, String libtorch) {
    static Machine here() {
        return new Machine(
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().toString(),
                Torch.version());
    }

    /// As Linux tells it; elsewhere only the architecture.
    private static String processorName() {
        Path description = Path.of("/proc/cpuinfo");
        try (var lines = Files.lines(description)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException _) {
            return System.getProperty("os.arch");
        }
    }

    @Override
    public String toString() {
        return processor + ", " + cores + " cores; JDK " + jdk + "; libtorch " + libtorch;
    }
}
