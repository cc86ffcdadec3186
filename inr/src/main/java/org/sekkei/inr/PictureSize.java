package org.sekkei.inr;

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
}
