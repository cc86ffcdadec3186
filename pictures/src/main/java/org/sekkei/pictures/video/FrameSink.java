package org.sekkei.pictures.video;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.sekkei.pictures.Picture;

/// Where the frames of a video go. Nothing is there under its name before [#finish()].
public interface FrameSink extends AutoCloseable {
    /// A video file (`.mp4`, H.264), or for any other name a folder of PNG files, `00000001.png` and on.
    ///
    /// @param framesPerSecond of the video
    static FrameSink create(Path path, double framesPerSecond) throws IOException {
        return isVideo(path) ? new VideoSink(path, framesPerSecond) : new FolderSink(path);
    }

    /// Whether a name asks for a video file.
    static boolean isVideo(Path path) {
        return path.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".mp4");
    }

    /// Appends a frame. All have the size of the first.
    void write(Picture frame) throws IOException;

    /// Puts the video in its place.
    ///
    /// @throws IOException if there is no frame in it
    void finish() throws IOException;

    /// Gives up what was not finished.
    @Override
    void close() throws IOException;
}
