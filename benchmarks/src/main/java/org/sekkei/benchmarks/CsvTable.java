package org.sekkei.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Rows of a benchmark's results, written as comma-separated values.
final class CsvTable {
    private final List<String> lines = new ArrayList<>();
    private final int columns;

    CsvTable(String... columns) {
        this.columns = columns.length;
        lines.add(String.join(",", columns));
    }

    void add(Object... cells) {
        if (cells.length != columns) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns + " columns");
        }
        lines.add(Stream.of(cells).map(CsvTable::cell).collect(Collectors.joining(",")));
    }

    private static String cell(Object value) {
        String text = value instanceof Double number ? String.format(Locale.ROOT, "%.6g", number) : value.toString();
        return text.matches("[^,\"\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    /// Replaces the file if it is there.
    void write(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path unfinished = absolute.resolveSibling(absolute.getFileName() + ".part");
        Files.createDirectories(unfinished.resolveSibling("."));
        Files.write(unfinished, lines);
        Files.move(unfinished, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
