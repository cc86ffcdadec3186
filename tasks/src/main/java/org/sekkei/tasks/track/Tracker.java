package org.sekkei.tasks.track;

import org.sekkei.pictures.Picture;

/// Follows one object from frame to frame. Not for use by two threads at once.
public interface Tracker extends AutoCloseable {
    /// Begins anew with the object in `box`.
    ///
    /// @throws IllegalArgumentException if the box has no part in the frame
    void start(Picture frame, TargetBox box);

    /// Finds the object in the next frame.
    ///
    /// @throws IllegalStateException before [#start]
    Sighting follow(Picture frame);

    @Override
    void close();
}
