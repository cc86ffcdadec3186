package org.sekkei.fit.field;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.sekkei.pictures.Picture;

/// What a basis is trained on: pieces of pictures at several sizes, or whole pictures where they are small. Pieces are
/// a margin larger than the crops that steps take from them. Not thread-safe.
public final class TrainingCrops {
    /// The longest side of a picture that is taken whole.
    public static final int SMALL = 64;

    private static final double[] SCALES = {0.9, 0.6, 0.4, 0.28, 0.2};
    private static final int MARGIN = 32;
    private static final int MOST_PER_SCALE = 24;

    private final int crop;
    private final long maxBytes;
    private final SplittableRandom random;
    private final List<Picture> pieces = new ArrayList<>();
    private int small;
    private long bytes;

    /// @param crop the side of the squares that steps take
    /// @param maxBytes that the pieces may take; when they are full, new ones replace old ones at random
    public TrainingCrops(int crop, long maxBytes, long seed) {
        if (crop < 16) {
            throw new IllegalArgumentException("crops of " + crop + " pixels; take at least 16");
        }
        this.crop = crop;
        this.maxBytes = maxBytes;
        this.random = new SplittableRandom(seed);
    }

    /// Takes pieces of a picture.
    public void add(Picture picture) {
        if (Math.max(picture.width(), picture.height()) <= SMALL) {
            small++;
            keep(picture);
            return;
        }
        int side = crop + MARGIN;
        if (Math.min(picture.width(), picture.height()) < side / SCALES[0]) {
            keep(piece(picture, side));
            return;
        }
        for (double scale : SCALES) {
            int width = (int) (picture.width() * scale);
            int height = (int) (picture.height() * scale);
            if (Math.min(width, height) < side) {
                break;
            }
            Picture resized = picture.resized(width, height);
            long area = (long) width * height / ((long) side * side);
            for (int n = (int) Math.clamp(area, 2, MOST_PER_SCALE); n > 0; n--) {
                keep(piece(resized, side));
            }
        }
    }

    private Picture piece(Picture picture, int side) {
        int width = Math.min(side, picture.width());
        int height = Math.min(side, picture.height());
        int left = random.nextInt(picture.width() - width + 1);
        int top = random.nextInt(picture.height() - height + 1);
        byte[] rgb = new byte[3 * width * height];
        for (int row = 0; row < height; row++) {
            System.arraycopy(
                    picture.rgb(), 3 * ((top + row) * picture.width() + left), rgb, 3 * row * width, 3 * width);
        }
        return new Picture(width, height, rgb);
    }

    private void keep(Picture piece) {
        if (bytes + piece.rgb().length <= maxBytes) {
            pieces.add(piece);
            bytes += piece.rgb().length;
        } else {
            int replaced = random.nextInt(pieces.size());
            bytes += piece.rgb().length - pieces.get(replaced).rgb().length;
            pieces.set(replaced, piece);
        }
    }

    /// How many pieces there are.
    public int size() {
        return pieces.size();
    }

    /// How many pixels they have together.
    long pixels() {
        return bytes / 3;
    }

    /// Whether most pieces are whole small pictures.
    public boolean areSmall() {
        return 2 * small > pieces.size();
    }

    /// Pixels in a row and rows; the sides are multiples of the stride.
    ///
    /// @param values `[3, height, width]` in -0.5..0.5
    record Crop(int width, int height, float[] values) {
        int pixels() {
            return width * height;
        }
    }

    /// A crop at random, mirrored and turned at random. Where a side of the piece is no multiple of the stride and
    /// shorter than a crop, it goes on mirrored.
    Crop draw(SplittableRandom random, int stride) {
        Picture piece = pieces.get(random.nextInt(pieces.size()));
        boolean transposed = piece.width() > SMALL && random.nextBoolean();
        boolean mirrored = random.nextBoolean();
        int across = side(piece.width(), stride);
        int down = side(piece.height(), stride);
        int left = random.nextInt(Math.max(0, piece.width() - across) + 1);
        int top = random.nextInt(Math.max(0, piece.height() - down) + 1);
        int width = transposed ? down : across;
        int height = transposed ? across : down;
        float[] values = new float[3 * width * height];
        for (int y = 0; y < down; y++) {
            for (int x = 0; x < across; x++) {
                int from = 3 * (inside(top + y, piece.height()) * piece.width() + inside(left + x, piece.width()));
                int column = mirrored ? across - 1 - x : x;
                int to = transposed ? column * width + y : y * width + column;
                for (int colour = 0; colour < 3; colour++) {
                    values[to + colour * width * height] = (piece.rgb()[from + colour] & 0xFF) / 255f - 0.5f;
                }
            }
        }
        return new Crop(width, height, values);
    }

    private int side(int length, int stride) {
        return length >= crop ? Math.max(stride, crop / stride * stride) : Math.ceilDiv(length, stride) * stride;
    }

    private static int inside(int position, int length) {
        int turned = Math.floorMod(position, 2 * length);
        return turned < length ? turned : 2 * length - 1 - turned;
    }
}
