package org.sekkei.fit.field;

import java.util.Arrays;

/// Pictures as the even and odd parts of the supports of lapped functions, and back: [#join] is the adjoint of
/// [#split]. Not thread-safe: it owns scratch memory.
///
/// With functions of known parity, an inner product over a support of `2S x 2S` is one over a quarter of it, after the
/// four quarters were mirrored onto the first and added with the signs of the parity. A parity's part of a cell has
/// `3 * S * S` values: colour, row, column.
final class LappedBlocks {
    /// Parities: bit 0 odd in x, bit 1 odd in y.
    static final int PARITIES = 4;

    private final int stride;
    private final int length;
    private float[] padded = new float[0];

    LappedBlocks(int stride) {
        this.stride = stride;
        this.length = 3 * stride * stride;
    }

    /// Values of a part.
    int length() {
        return length;
    }

    /// @param picture `[3, height, width]`, sides multiples of the stride; goes on mirrored beyond its edges
    /// @param parts receives for each parity `[cells, length]` from cell `first` on
    void split(float[] picture, int width, int height, float[][] parts, int first) {
        int pitch = width + stride;
        pad(picture, width, height);
        int last = 2 * stride - 1;
        for (int colour = 0; colour < 3; colour++) {
            int plane = colour * (height + stride) * pitch;
            int cell = first;
            for (int top = 0; top < height; top += stride) {
                for (int left = 0; left < width; left += stride, cell++) {
                    for (int r = 0; r < stride; r++) {
                        int above = plane + (top + r) * pitch + left;
                        int below = plane + (top + last - r) * pitch + left;
                        int at = cell * length + (colour * stride + r) * stride;
                        for (int c = 0; c < stride; c++) {
                            float topLeft = padded[above + c];
                            float topRight = padded[above + last - c];
                            float bottomLeft = padded[below + c];
                            float bottomRight = padded[below + last - c];
                            float topEven = topLeft + topRight;
                            float topOdd = topLeft - topRight;
                            float bottomEven = bottomLeft + bottomRight;
                            float bottomOdd = bottomLeft - bottomRight;
                            parts[0][at + c] = topEven + bottomEven;
                            parts[1][at + c] = topOdd + bottomOdd;
                            parts[2][at + c] = topEven - bottomEven;
                            parts[3][at + c] = topOdd - bottomOdd;
                        }
                    }
                }
            }
        }
    }

    /// @param parts for each parity `[cells, length]` from cell `first` on
    /// @param picture receives `[3, height, width]`
    void join(float[][] parts, int first, int width, int height, float[] picture) {
        int pitch = width + stride;
        int size = 3 * (height + stride) * pitch;
        reserve(size);
        Arrays.fill(padded, 0, size, 0);
        int last = 2 * stride - 1;
        for (int colour = 0; colour < 3; colour++) {
            int plane = colour * (height + stride) * pitch;
            int cell = first;
            for (int top = 0; top < height; top += stride) {
                for (int left = 0; left < width; left += stride, cell++) {
                    for (int r = 0; r < stride; r++) {
                        int above = plane + (top + r) * pitch + left;
                        int below = plane + (top + last - r) * pitch + left;
                        int at = cell * length + (colour * stride + r) * stride;
                        for (int c = 0; c < stride; c++) {
                            float topEven = parts[0][at + c] + parts[2][at + c];
                            float bottomEven = parts[0][at + c] - parts[2][at + c];
                            float topOdd = parts[1][at + c] + parts[3][at + c];
                            float bottomOdd = parts[1][at + c] - parts[3][at + c];
                            padded[above + c] += topEven + topOdd;
                            padded[above + last - c] += topEven - topOdd;
                            padded[below + c] += bottomEven + bottomOdd;
                            padded[below + last - c] += bottomEven - bottomOdd;
                        }
                    }
                }
            }
        }
        fold(width, height, picture);
    }

    private void reserve(int size) {
        if (padded.length < size) {
            padded = new float[size];
        }
    }

    private void pad(float[] picture, int width, int height) {
        int half = stride / 2;
        int pitch = width + stride;
        reserve(3 * (height + stride) * pitch);
        for (int colour = 0; colour < 3; colour++) {
            for (int row = 0; row < height + stride; row++) {
                int from = (colour * height + mirrored(row - half, height)) * width;
                int to = (colour * (height + stride) + row) * pitch;
                System.arraycopy(picture, from, padded, to + half, width);
                for (int i = 0; i < half; i++) {
                    padded[to + i] = picture[from + half - 1 - i];
                    padded[to + half + width + i] = picture[from + width - 1 - i];
                }
            }
        }
    }

    private void fold(int width, int height, float[] picture) {
        int half = stride / 2;
        int pitch = width + stride;
        Arrays.fill(picture, 0, 3 * width * height, 0);
        for (int colour = 0; colour < 3; colour++) {
            for (int row = 0; row < height + stride; row++) {
                int to = (colour * height + mirrored(row - half, height)) * width;
                int from = (colour * (height + stride) + row) * pitch;
                for (int i = 0; i < width; i++) {
                    picture[to + i] += padded[from + half + i];
                }
                for (int i = 0; i < half; i++) {
                    picture[to + half - 1 - i] += padded[from + i];
                    picture[to + width - 1 - i] += padded[from + half + width + i];
                }
            }
        }
    }

    private static int mirrored(int position, int length) {
        return position < 0 ? -1 - position : position < length ? position : 2 * length - 1 - position;
    }
}
