package org.sekkei.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What a measurement was made on.
///
/// @param processor its model, or only its architecture where the system does not tell
/// @param cores that Java may use
/// @param system the operating system
/// @param jdk the version of Java
/// @param libtorch the version of libtorch and of its binding
public record Machine(String processor, int cores, String system, String jdk, String libtorch) {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    public static Machine here() {
        return new Machine(
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                Runtime.version().toString(),
                Torch.version());
    }

    private static String processorName() {
        String architecture = System.getProperty("os.arch");
        try (Stream<String> lines = Files.lines(PROCESSORS, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(architecture);
        } catch (IOException notLinux) {
            return architecture;
        }
    }

    /// In one line, for reports.
    @Override
    public String toString() {
        return processor + ", " + cores + " cores; " + system + "; JDK " + jdk + "; libtorch " + libtorch;
    }
}
