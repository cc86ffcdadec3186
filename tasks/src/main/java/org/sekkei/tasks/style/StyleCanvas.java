package org.sekkei.tasks.style;

import org.sekkei.pictures.Picture;
import org.sekkei.torch.DType;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Pictures as tensors, \[1, 3, H, W\] of float32 in 0..1, and where they lie on what the network sees.
///
/// @param width of the canvas
/// @param height of the canvas
/// @param left where the picture begins
/// @param top where the picture begins
/// @param pictureWidth of the picture itself
/// @param pictureHeight of the picture itself
record StyleCanvas(int width, int height, int left, int top, int pictureWidth, int pictureHeight) {
    private static final long STRIP = 256;

    /// @param longest side of the picture on the canvas
    static StyleCanvas of(StyleRecipe.Canvas canvas, Picture picture, int longest) {
        double scale = (double) longest / Math.max(picture.width(), picture.height());
        int width = Math.max(1, (int) Math.round(picture.width() * scale));
        int height = Math.max(1, (int) Math.round(picture.height() * scale));
        return switch (canvas) {
            case OWN -> new StyleCanvas(width, height, 0, 0, width, height);
            case SQUARE -> new StyleCanvas(longest, longest, longest - width, longest - height, width, height);
        };
    }

    long pixels() {
        return (long) width * height;
    }

    /// The picture on black.
    Tensor put(Picture picture) {
        try (Scope scope = Scope.open()) {
            Picture resized = picture.resized(pictureWidth, pictureHeight);
            Tensor canvas = Tensor.zeros(1, 3, height, width);
            Tensor place = canvas.narrow(2, top, pictureHeight).narrow(3, left, pictureWidth);
            Tensor bytes = Tensor.of(resized.rgb(), pictureHeight, pictureWidth, 3);
            for (long row = 0; row < pictureHeight; row += STRIP) {
                try (var _ = Scope.open()) {
                    long rows = Math.min(STRIP, pictureHeight - row);
                    place.narrow(2, row, rows)
                            .copyInPlace(bytes.narrow(0, row, rows)
                                    .permute(2, 0, 1)
                                    .unsqueeze(0)
                                    .to(DType.FLOAT32)
                                    .div(255));
                }
            }
            return scope.keep(canvas);
        }
    }

    /// A view of the picture on the canvas.
    Tensor cut(Tensor canvas) {
        return canvas.narrow(2, top, pictureHeight).narrow(3, left, pictureWidth);
    }

    /// The nearest levels of 8 bits.
    static Picture levels(Tensor picture) {
        int height = Math.toIntExact(picture.size(2));
        int width = Math.toIntExact(picture.size(3));
        byte[] rgb = new byte[Math.toIntExact(3L * width * height)];
        int at = 0;
        for (int row = 0; row < height; row += (int) STRIP) {
            try (var _ = Scope.open()) {
                byte[] strip = strip(picture, row, 255).to(DType.UINT8).toBytes();
                System.arraycopy(strip, 0, rgb, at, strip.length);
                at += strip.length;
            }
        }
        return new Picture(width, height, rgb);
    }

    /// The nearest levels of 16 bits, `[height, width, 3]`, unsigned.
    static short[] deepLevels(Tensor picture) {
        int height = Math.toIntExact(picture.size(2));
        short[] rgb = new short[Math.toIntExact(picture.numel())];
        int at = 0;
        for (int row = 0; row < height; row += (int) STRIP) {
            try (var _ = Scope.open()) {
                for (float level : strip(picture, row, 65535).toFloats()) {
                    rgb[at++] = (short) (int) level;
                }
            }
        }
        return rgb;
    }

    /// \[h, W, 3\]
    private static Tensor strip(Tensor picture, int row, double full) {
        long rows = Math.min(STRIP, picture.size(2) - row);
        return picture.narrow(2, row, rows)
                .select(0, 0)
                .permute(1, 2, 0)
                .clamp(0, 1)
                .mul(full)
                .round();
    }
}
