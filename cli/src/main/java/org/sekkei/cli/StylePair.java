package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A picture to be made.
///
/// @param content what it shows
/// @param style how it looks
/// @param out where it goes
record StylePair(Path content, Path style, Path out) {
    /// What an interruption leaves.
    Path state() {
        return out.resolveSibling(out.getFileName() + ".state");
    }

    /// The picture so far.
    Path preview() {
        return out.resolveSibling(out.getFileName() + ".preview.png");
    }

    /// A pair whose result is named after both, in `folder`.
    static StylePair into(Path folder, Path content, Path style) {
        return new StylePair(content, style, folder.resolve(stem(content) + "-" + stem(style) + ".png"));
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /// Reads lines of `content,style` or `content,style,out`; empty ones and those that begin with # are left out.
    ///
    /// @param folder for the results
    /// @throws IOException naming the line that is neither
    static List<StylePair> listed(Path file, Path folder) throws IOException {
        List<StylePair> pairs = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replace("\uFEFF", "").strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            List<String> cells = List.of(line.split("\\s*,\\s*", -1));
            if (cells.size() < 2 || cells.size() > 3 || cells.stream().anyMatch(String::isEmpty)) {
                throw new IOException(file + ": line " + (i + 1)
                        + " is not CONTENT,STYLE or CONTENT,STYLE,OUT; commas in names are not understood.");
            }
            Path content = file.resolveSibling(cells.get(0));
            Path style = file.resolveSibling(cells.get(1));
            pairs.add(
                    cells.size() == 3
                            ? new StylePair(content, style, folder.resolve(cells.get(2)))
                            : into(folder, content, style));
        }
        return pairs;
    }
}
