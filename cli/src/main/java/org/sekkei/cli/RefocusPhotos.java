package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureFiles;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.PictureSources;
import org.sekkei.pictures.UnreadablePictureException;

/// The photos that scenes are made of.
final class RefocusPhotos {
    private RefocusPhotos() {}

    /// @param longest to which they are reduced
    /// @param most how many are taken from one place, spread over it
    static List<Picture> read(Job command, List<Path> paths, int longest, int most, ProgressLine progress)
            throws IOException {
        List<Picture> photos = new ArrayList<>();
        for (Path path : paths) {
            command.requireExisting(path);
            if (Files.isRegularFile(path)
                    && PictureFiles.isPictureName(path.getFileName().toString())) {
                photos.add(new PictureReader().read(path).fitLongest(longest));
                continue;
            }
            try (PictureSource source = PictureSources.open(path)) {
                int taken = Math.min(most, source.size());
                for (int i = 0; i < taken; i++) {
                    try {
                        photos.add(source.picture((int) ((long) i * source.size() / taken))
                                .fitLongest(longest));
                    } catch (UnreadablePictureException e) {
                        progress.say(command.err(), "skipped: " + Failures.sentence(e));
                    }
                    progress.update("reading", "pictures", i + 1, taken, "");
                }
            }
        }
        if (photos.isEmpty()) {
            throw command.usage("there is no readable picture in " + paths + ".");
        }
        return photos;
    }
}
