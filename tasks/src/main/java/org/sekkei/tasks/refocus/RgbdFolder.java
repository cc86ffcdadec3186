package org.sekkei.tasks.refocus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.sekkei.pictures.PictureFiles;

/// Photos and the depth of each: folders `rgb` with a folder `depth` beside each, whose files have the same names but
/// for their ends. They may lie at any depth of folders, as in `kitchen_01/rgb/0017.jpg`.
///
/// @param pairs in the order of their names
public record RgbdFolder(Path folder, List<Pair> pairs) {
    private static final String RGB = "rgb";
    private static final String DEPTH = "depth";

    /// A photo and its depth.
    public record Pair(Path photo, Path depth) {}

    public RgbdFolder {
        pairs = List.copyOf(pairs);
    }

    /// Finds all pairs in a folder; reads none. Photos without depth are left out.
    ///
    /// @throws IOException if there are none
    public static RgbdFolder of(Path folder) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        for (Path photos : photoFolders(folder)) {
            Map<String, Path> depths = new HashMap<>();
            for (Path file : files(photos.resolveSibling(DEPTH))) {
                depths.put(stem(file), file);
            }
            for (Path file : files(photos)) {
                Path depth = depths.get(stem(file));
                if (depth != null
                        && PictureFiles.isPictureName(file.getFileName().toString())) {
                    pairs.add(new Pair(file, depth));
                }
            }
        }
        if (pairs.isEmpty()) {
            throw new IOException(folder
                    + ": holds no photos with depth; they are expected as rgb/NAME.jpg with depth/NAME.png (or .pfm,"
                    + " .npy) beside, in any folder below it.");
        }
        return new RgbdFolder(folder, pairs);
    }

    private static List<Path> photoFolders(Path folder) throws IOException {
        try (Stream<Path> below = Files.walk(folder)) {
            return below.filter(path -> path.endsWith(RGB)
                            && Files.isDirectory(path)
                            && Files.isDirectory(path.resolveSibling(DEPTH)))
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        int end = name.lastIndexOf('.');
        return end < 0 ? name : name.substring(0, end);
    }
}
