package org.sekkei.tasks.style;

import java.util.zip.CRC32C;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;

/// A picture to be made.
///
/// @param content what it shows
/// @param style how it looks
/// @param features whose network tells both
/// @param precision of the network; the picture and what is remembered of its steps are float32
/// @param longest side of the result in pixels
/// @param memory bytes that the process may take, or those on the device if that is not the processor
/// @param fixedRule whether the recipe's rule is kept although another would need less memory
/// @param seed of the noise
public record StyleJob(
        Picture content,
        Picture style,
        Features features,
        StyleRecipe recipe,
        DType precision,
        int longest,
        long memory,
        boolean fixedRule,
        Device device,
        long seed) {
    public StyleJob {
        if (longest < 1) {
            throw new IllegalArgumentException("the longest side must be at least 1 pixel, not " + longest);
        }
    }

    /// The same picture at another size.
    public StyleJob withLongest(int pixels) {
        return new StyleJob(content, style, features, recipe, precision, pixels, memory, fixedRule, device, seed);
    }

    /// What decides the result, in one line. Memory is none of it.
    String identity() {
        return String.join(
                "; ",
                features.model().toString(),
                features.origin().toString(),
                recipe.toString(),
                precision.toString(),
                "longest " + longest,
                "seed " + seed,
                "content " + content + checksum(content),
                "style " + style + checksum(style));
    }

    private static String checksum(Picture picture) {
        var checksum = new CRC32C();
        checksum.update(picture.rgb());
        return " " + Long.toHexString(checksum.getValue());
    }
}
