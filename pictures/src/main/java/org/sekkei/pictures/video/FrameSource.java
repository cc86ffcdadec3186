package org.sekkei.pictures.video;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;

/// The frames of a video, one after the other. Not for use by two threads at once.
public interface FrameSource extends AutoCloseable {
    /// Opens a video file, or a folder of pictures in the order of their names, numbers by their value.
    ///
    /// @throws IOException naming `path` if it is no video, or holds no picture
    static FrameSource open(Path path) throws IOException {
        return Files.isDirectory(path) ? FrameFolder.open(path) : VideoFile.open(path);
    }

    /// Frames a second; 25 where nobody says.
    double framesPerSecond();

    /// How many frames there should be; 0 where that is not known.
    long announced();

    /// The next frame; null after the last.
    ///
    /// @throws org.sekkei.pictures.UnreadablePictureException if this one frame is damaged; the next call goes on
    ///     with the one after it
    /// @throws IOException if the video cannot be read on
    @Nullable
    Picture next() throws IOException;

    @Override
    void close() throws IOException;
}
