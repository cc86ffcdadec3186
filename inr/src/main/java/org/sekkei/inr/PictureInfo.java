package org.sekkei.inr;

import java.util.List;
import java.util.Map;

/// What the columns of a data set say about one picture.
///
/// @param name the picture's name in its source, usually a relative path with `/`. It comes from outside: check it
///     before using it as a path
/// @param label an index into the data set's class names, or [#NO_LABEL]
/// @param boxes in pixels of `size`; all numbers finite
/// @param size the size of the picture as it was packed
/// @param sourceBytes the length of the file that the picture was read from, or its part in an archive
/// @param psnr of the decoded picture against the packed one, in dB over all pixels and channels; infinite if they are
///     equal, NaN if not measured
/// @param metadata anything else
public record PictureInfo(
        String name,
        int label,
        Split split,
        List<Box> boxes,
        PictureSize size,
        long sourceBytes,
        float psnr,
        Map<String, String> metadata) {
    /// The label of a picture without one.
    public static final int NO_LABEL = -1;

    public PictureInfo {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a picture without a name");
        }
        if (label < NO_LABEL) {
            throw new IllegalArgumentException(name + " has the label " + label);
        }
        if (sourceBytes < 0) {
            throw new IllegalArgumentException(name + " has " + sourceBytes + " source bytes");
        }
        for (Box box : boxes) {
            if (!Float.isFinite(box.x())
                    || !Float.isFinite(box.y())
                    || !Float.isFinite(box.width())
                    || !Float.isFinite(box.height())) {
                throw new IllegalArgumentException(name + " has the box " + box);
            }
        }
        boxes = List.copyOf(boxes);
        metadata = Map.copyOf(metadata);
    }

    public PictureInfo withLabel(int label) {
        return new PictureInfo(name, label, split, boxes, size, sourceBytes, psnr, metadata);
    }

    public PictureInfo withSplit(Split split) {
        return new PictureInfo(name, label, split, boxes, size, sourceBytes, psnr, metadata);
    }

    public PictureInfo withBoxes(List<Box> boxes) {
        return new PictureInfo(name, label, split, boxes, size, sourceBytes, psnr, metadata);
    }

    public PictureInfo withMetadata(Map<String, String> metadata) {
        return new PictureInfo(name, label, split, boxes, size, sourceBytes, psnr, metadata);
    }
}
