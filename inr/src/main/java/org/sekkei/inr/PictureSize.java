package org.sekkei.inr;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The size of a picture in pixels; both sides lie in `1..MAX_SIDE`.
public record PictureSize(int width, int height) {
    /// The longest side that a store accepts.
    public static final int MAX_SIDE = 1 << 20;

    public PictureSize {
        if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
            throw new IllegalArgumentException("a picture of " + width + " x " + height + " pixels");
        }
    }

    public long pixels() {
        return (long) width * height;
    }

    /// The size that all of `sizes` have, or null if they differ.
    public static @Nullable PictureSize common(List<PictureSize> sizes) {
        PictureSize first = sizes.getFirst();
        return sizes.stream().allMatch(first::equals) ? first : null;
    }
}
