package org.sekkei.plan;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The cards that Sekkei knows, in the order of its file `gpus.csv`, which names the sources.
///
/// @param gpus no two of one name
public record GpuCatalogue(List<Gpu> gpus) {
    private static final String FILE = "gpus.csv";
    private static final List<String> COLUMNS =
            List.of("name", "vendor", "sm", "memory_gb", "bandwidth_gbs", "fp32_tflops", "fp16_tensor_tflops", "seed");

    public GpuCatalogue {
        gpus = List.copyOf(gpus);
    }

    /// The one that comes with Sekkei.
    public static GpuCatalogue bundled() {
        try (InputStream file = GpuCatalogue.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IOException(FILE + ": is missing from the installation.");
            }
            return parse(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Reads the columns of `gpus.csv`; lines that begin with `#` are comments.
    ///
    /// @throws IllegalArgumentException naming the line that is wrong
    static GpuCatalogue parse(String csv) {
        List<String> lines = csv.lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .toList();
        if (lines.isEmpty() || !lines.getFirst().equals(String.join(",", COLUMNS))) {
            throw new IllegalArgumentException(FILE + ": its columns are not " + String.join(",", COLUMNS) + ".");
        }
        List<Gpu> gpus = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            Gpu gpu = gpu(line);
            if (gpus.stream().anyMatch(other -> other.name().equals(gpu.name()))) {
                throw new IllegalArgumentException(FILE + ": " + gpu.name() + " stands twice.");
            }
            gpus.add(gpu);
        }
        return new GpuCatalogue(gpus);
    }

    /// The card whose name holds these words, capitals aside; `RTX 3090` will do.
    ///
    /// @throws IllegalArgumentException if there is none, or there are several
    public Gpu named(String words) {
        String wanted = plain(words);
        List<Gpu> found = gpus.stream()
                .filter(gpu ->
                        Arrays.asList(plain(gpu.name()).split(" ")).containsAll(Arrays.asList(wanted.split(" "))))
                .toList();
        for (Gpu gpu : found) {
            if (plain(gpu.name()).equals(wanted)) {
                return gpu;
            }
        }
        if (found.size() == 1) {
            return found.getFirst();
        }
        if (!found.isEmpty()) {
            throw new IllegalArgumentException("'" + words + "' may be " + names(found) + "; name one of them");
        }
        List<Gpu> near = gpus.stream()
                .filter(gpu -> !Collections.disjoint(
                        Arrays.asList(plain(gpu.name()).split(" ")), Arrays.asList(wanted.split(" "))))
                .toList();
        throw new IllegalArgumentException("there is no card '" + words + "' in the list; "
                + (near.isEmpty() ? "there are " + names(gpus) : "near are " + names(near)));
    }

    private static String names(List<Gpu> gpus) {
        return gpus.stream().map(Gpu::name).collect(Collectors.joining(", "));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", " ").strip();
    }

    private static Gpu gpu(String line) {
        String[] cells = line.split(",", -1);
        if (cells.length != COLUMNS.size()) {
            throw new IllegalArgumentException(
                    FILE + ": '" + line + "' has " + cells.length + " cells and not " + COLUMNS.size() + ".");
        }
        try {
            return new Gpu(
                    cells[0],
                    cells[1],
                    cells[2].isEmpty() ? null : Gpu.ComputeCapability.parse(cells[2]),
                    Math.round(positive(cells[3]) * 1e9),
                    positive(cells[4]) * 1e9,
                    positive(cells[5]) * 1e12,
                    cells[6].isEmpty() ? 0 : positive(cells[6]) * 1e12,
                    cells[7].equals("yes"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(FILE + ": '" + line + "': " + e.getMessage() + ".", e);
        }
    }

    private static double positive(String cell) {
        double value = Double.parseDouble(cell);
        if (!(value > 0 && value < 1e9)) {
            throw new IllegalArgumentException(cell + " is no amount");
        }
        return value;
    }
}
