package org.sekkei.tasks.deblur;

import org.sekkei.pictures.Picture;
import org.sekkei.torch.Tensor;

/// A picture as a network is given it, with what its authors add around it; parts of it at a time.
record Canvas(Picture picture, DeblurNetwork network) {
    private static final float HALF = 127.5f;

    int width() {
        return network.padded(picture.width());
    }

    int height() {
        return network.padded(picture.height());
    }

    /// \[1, 3, height, width\], in the network's range.
    Tensor part(int left, int top, int width, int height) {
        var values = new float[3 * width * height];
        byte[] rgb = picture.rgb();
        for (int y = 0; y < height; y++) {
            int row = source(top + y, picture.height());
            for (int x = 0; x < width; x++) {
                int column = source(left + x, picture.width());
                int from = 3 * (row * picture.width() + column);
                for (int channel = 0; channel < 3; channel++) {
                    values[(channel * height + y) * width + x] =
                            row < 0 || column < 0 ? 0 : value(rgb[from + channel] & 0xff);
                }
            }
        }
        return Tensor.of(values, 1, 3, height, width);
    }

    /// Where a row or column of the canvas comes from; -1 for grey.
    private int source(int at, int length) {
        if (at < length) {
            return at;
        }
        return switch (network) {
            case OURS -> length - 1;
            case DEBLURGAN -> Math.max(0, 2 * (length - 1) - at);
            case DEBLURGANV2_INCEPTION, DEBLURGANV2_MOBILENET -> -1;
        };
    }

    private float value(int level) {
        return network == DeblurNetwork.OURS ? level / 255f : level / HALF - 1;
    }

    /// A level as the network's authors write it.
    byte level(float value) {
        return network == DeblurNetwork.OURS
                ? (byte) Math.round(Math.clamp(value, 0, 1) * 255)
                : (byte) (int) Math.clamp((value + 1) * HALF, 0, 255);
    }
}
