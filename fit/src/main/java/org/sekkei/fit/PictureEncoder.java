package org.sekkei.fit;

import java.util.List;
import org.sekkei.inr.Box;
import org.sekkei.pictures.Picture;

/// Turns pictures into records of one codec. Not thread-safe: one a thread. A record depends on the arguments here and
/// on what the encoder was made with, and on nothing else.
public interface PictureEncoder {
    /// @param boxes the picture's boxes in its pixels, for encoders that spend their bits there
    /// @param index the picture's index in its source, from which its random numbers are drawn
    EncodedPicture encode(Picture picture, List<Box> boxes, long index);
}
