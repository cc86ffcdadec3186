package org.sekkei.tasks.track;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;

/// Frames of a video and where an object is in them.
public interface FrameSequence {
    String name();

    /// Frames.
    int length();

    /// @throws org.sekkei.pictures.UnreadablePictureException if this one frame is damaged
    Picture frame(int index) throws IOException;

    /// Null where the object is not to be seen, or nobody has said where it is.
    @Nullable
    TargetBox truth(int index);
}
