package org.sekkei.pictures;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One picture of a [PictureSource], before it is read.
///
/// @param name unique in its source: the path relative to the source, with `/`, or what stands for it
/// @param label an index into the source's class names, or [#NO_LABEL]
/// @param split null if the source does not say
/// @param boxes in pixels of the upright picture as it is stored
/// @param sourceBytes what the picture takes in its source; 0 if its file is missing
public record SourceEntry(
        String name, int label, @Nullable SourceSplit split, List<SourceBox> boxes, long sourceBytes) {
    /// The label of an entry without one.
    public static final int NO_LABEL = -1;

    public SourceEntry {
        boxes = List.copyOf(boxes);
    }
}
