package org.sekkei.fit;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sekkei.inr.Box;
import org.sekkei.pictures.Picture;

/// The size at which pictures are packed.
public sealed interface PackSize {
    /// As they are.
    record Original() implements PackSize {}

    /// Reduced so that the longer side has at most so many pixels; smaller pictures stay as they are.
    record Longest(int pixels) implements PackSize {
        public Longest {
            require(pixels);
        }
    }

    /// Exactly so large: the largest centred part of that shape, resized.
    record Exact(int width, int height) implements PackSize {
        public Exact {
            require(width);
            require(height);
        }
    }

    /// Reads `224` (longest side) or `224x224` (exact).
    ///
    /// @throws IllegalArgumentException if `text` is neither
    static PackSize parse(String text) {
        Matcher matcher = Pattern.compile("(\\d{1,6})(?:x(\\d{1,6}))?").matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a size such as 224 (longest side) or 224x224 (exact)");
        }
        int first = Integer.parseInt(matcher.group(1));
        return matcher.group(2) == null ? new Longest(first) : new Exact(first, Integer.parseInt(matcher.group(2)));
    }

    private static void require(int pixels) {
        if (pixels < 1) {
            throw new IllegalArgumentException("a size of " + pixels + " pixels");
        }
    }

    /// A picture at its packed size with its boxes.
    record Sized(Picture picture, List<Box> boxes) {}

    /// Brings a picture and its boxes to this size.
    default Sized apply(Picture picture, List<Box> boxes) {
        return switch (this) {
            case Original _ -> new Sized(picture, boxes);
            case Longest(int pixels) -> {
                int longest = Math.max(picture.width(), picture.height());
                yield longest <= pixels
                        ? new Sized(picture, boxes)
                        : resized(
                                picture,
                                boxes,
                                side(picture.width(), pixels, longest),
                                side(picture.height(), pixels, longest));
            }
            case Exact(int width, int height) -> {
                int cropWidth = (int) Math.min(picture.width(), Math.max(1, (long) picture.height() * width / height));
                int cropHeight = (int) Math.min(picture.height(), Math.max(1, (long) picture.width() * height / width));
                int left = (picture.width() - cropWidth) / 2;
                int top = (picture.height() - cropHeight) / 2;
                List<Box> moved = boxes.stream()
                        .map(box -> new Box(box.x() - left, box.y() - top, box.width(), box.height()))
                        .toList();
                yield resized(crop(picture, left, top, cropWidth, cropHeight), moved, width, height);
            }
        };
    }

    private static int side(int side, int pixels, int longest) {
        return Math.max(1, Math.round((float) side * pixels / longest));
    }

    private static Sized resized(Picture picture, List<Box> boxes, int width, int height) {
        float x = (float) width / picture.width();
        float y = (float) height / picture.height();
        List<Box> scaled = boxes.stream()
                .map(box -> new Box(box.x() * x, box.y() * y, box.width() * x, box.height() * y))
                .toList();
        Picture result =
                width == picture.width() && height == picture.height() ? picture : picture.resized(width, height);
        return new Sized(result, scaled);
    }

    private static Picture crop(Picture picture, int left, int top, int width, int height) {
        if (width == picture.width() && height == picture.height()) {
            return picture;
        }
        byte[] rgb = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            System.arraycopy(picture.rgb(), 3 * ((top + y) * picture.width() + left), rgb, 3 * y * width, 3 * width);
        }
        return new Picture(width, height, rgb);
    }
}
