package org.sekkei.tasks.deblur;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.sekkei.pictures.PictureFiles;

/// Blurred photos and the sharp ones of the same moment, as GoPro's data set has them: folders `blur` with a
/// folder `sharp` beside each, whose files have the same names (Nah et al., 2016, arXiv 1612.02177). They may
/// lie at any depth, as in `train/GOPR0372_07_00/blur/000047.png`.
///
/// @param pairs in the order of their names
public record PairFolder(Path folder, List<Pair> pairs) {
    private static final String BLURRED = "blur";
    private static final String SHARP = "sharp";

    /// @param name its path below the folder, `blur` left out
    public record Pair(String name, Path blurred, Path sharp) {}

    public PairFolder {
        pairs = List.copyOf(pairs);
    }

    /// Whether there is a folder `blur` beside a folder `sharp` in it.
    public static boolean isOne(Path folder) throws IOException {
        return Files.isDirectory(folder) && !blurredFolders(folder).isEmpty();
    }

    /// Finds all pairs in a folder; reads none.
    ///
    /// @throws IOException if there are none, or a picture has no partner; the message names it
    public static PairFolder of(Path folder) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        for (Path blurred : blurredFolders(folder)) {
            Map<String, Path> sharp = new HashMap<>();
            pictures(blurred.resolveSibling(SHARP)).forEach(file -> sharp.put(stem(file), file));
            for (Path file : pictures(blurred)) {
                Path partner = sharp.get(stem(file));
                if (partner == null) {
                    throw new IOException(file + ": has no partner in " + blurred.resolveSibling(SHARP)
                            + "; a pair of pictures has the same name in both.");
                }
                Path above = folder.relativize(blurred.resolveSibling(stem(file)));
                pairs.add(new Pair(above.toString(), file, partner));
            }
        }
        if (pairs.isEmpty()) {
            throw new IOException(folder + ": holds no folder 'blur' with pictures beside a folder 'sharp'.");
        }
        return new PairFolder(folder, pairs);
    }

    private static List<Path> blurredFolders(Path folder) throws IOException {
        try (Stream<Path> below = Files.walk(folder)) {
            return below.filter(path -> path.endsWith(BLURRED)
                            && Files.isDirectory(path)
                            && Files.isDirectory(path.resolveSibling(SHARP)))
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> pictures(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file ->
                            PictureFiles.isPictureName(file.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.lastIndexOf('.'));
    }
}
