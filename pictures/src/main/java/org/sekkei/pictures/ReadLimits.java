package org.sekkei.pictures;

/// What a [PictureReader] refuses before it takes memory for the pixels.
///
/// @param maxPixels the largest width times height that is decoded
public record ReadLimits(long maxPixels) {
    /// 300 megapixels.
    public static final ReadLimits DEFAULT = new ReadLimits(300_000_000L);

    public ReadLimits {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("a limit of " + maxPixels + " pixels");
        }
    }
}
