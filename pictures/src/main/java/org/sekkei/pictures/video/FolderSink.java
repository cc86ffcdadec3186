package org.sekkei.pictures.video;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureWriter;

/// Frames as PNG files, in a folder that gets its name when all are there.
final class FolderSink implements FrameSink {
    private final Path folder;
    private final Path temporary;
    private int written;
    private boolean finished;

    FolderSink(Path folder) throws IOException {
        this.folder = folder;
        if (Files.exists(folder)) {
            throw new IOException(folder + ": is there already; choose another name or remove it.");
        }
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        temporary = Files.createTempDirectory(parent == null ? Path.of("") : parent, folder.getFileName() + ".");
    }

    @Override
    public void write(Picture frame) throws IOException {
        written++;
        PictureWriter.png(temporary.resolve(String.format(Locale.ROOT, "%08d.png", written)), frame);
    }

    @Override
    public void finish() throws IOException {
        if (written == 0) {
            throw new IOException(folder + ": there is no frame to write.");
        }
        Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
        finished = true;
    }

    @Override
    public void close() throws IOException {
        if (!finished && Files.exists(temporary)) {
            List<Path> left;
            try (Stream<Path> entries = Files.list(temporary)) {
                left = entries.toList();
            }
            for (Path file : left) {
                Files.delete(file);
            }
            Files.delete(temporary);
        }
    }
}
