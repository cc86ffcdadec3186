package org.sekkei.pictures.video;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureFiles;
import org.sekkei.pictures.PictureReader;

/// A folder of pictures as a video.
public final class FrameFolder implements FrameSource {
    private static final double USUAL_RATE = 25;
    private static final Pattern NUMBER = Pattern.compile("(\\d{1,18})\\D*$");

    private final List<Path> files;
    private final PictureReader reader = new PictureReader();
    private int at;

    private FrameFolder(List<Path> files) {
        this.files = files;
    }

    /// @throws IOException if there is no picture in it
    static FrameFolder open(Path folder) throws IOException {
        List<Path> files = files(folder);
        if (files.isEmpty()) {
            throw new IOException(folder + ": there is no picture in this folder.");
        }
        return new FrameFolder(files);
    }

    /// The pictures right in a folder, by the last number in their names, then by name.
    public static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return new ArrayList<>(entries.filter(file ->
                            PictureFiles.isPictureName(file.getFileName().toString()))
                    .sorted(Comparator.comparingLong(FrameFolder::number)
                            .thenComparing(file -> file.getFileName().toString()))
                    .toList());
        }
    }

    private static long number(Path file) {
        Matcher matcher = NUMBER.matcher(file.getFileName().toString().replaceFirst("\\.[^.]*$", ""));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    }

    @Override
    public double framesPerSecond() {
        return USUAL_RATE;
    }

    @Override
    public long announced() {
        return files.size();
    }

    @Override
    public @Nullable Picture next() throws IOException {
        return at == files.size() ? null : reader.read(files.get(at++));
    }

    @Override
    public void close() {}
}
