package org.sekkei.tasks.refocus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// A picture cut by signed radius into slices, each blurred by its own disc: the candidates among which a pixel of the
/// refocused picture is mixed.
///
/// What lies in front of the focus is cut from the picture as it is. What lies behind has the parts in front removed
/// first and filled from around them, so that it is there where the blurred edge of something nearer lets it through.
/// A pixel between two slices belongs to both in proportion.
final class Slices {
    /// Slices on each side of the focus, one pixel of radius apart, that the network knows.
    static final int SIDE = 8;

    /// All slices that the network knows.
    static final int COUNT = 2 * SIDE + 1;

    /// Beyond those, each radius is so much larger than the one before, and at least by one pixel.
    private static final double GROWTH = 1.12;

    /// A nearer slice hides another that is at least this many of the network's slices away from it ...
    private static final double HIDES = 2;

    /// ... and leaves what is nearer to it than that.
    private static final double SHARES = 1;

    private final int width;
    private final int height;
    private final LinearPicture front;
    private final Backdrop back;
    private final float[] radii;

    /// Signed radii from the nearest to the farthest.
    private final double[] centres;

    /// Pixels of radius between the network's slices.
    private final int spacing;

    /// Coverage of each slice; null where nothing lies in it.
    private final float[][] coverage;

    /// @param radii signed, `[height * width]`
    /// @param spacing pixels of radius between the network's slices; no radius may be beyond [#SIDE] times that
    Slices(LinearPicture picture, float[] radii, Backdrop back, int spacing) {
        this.width = picture.width();
        this.height = picture.height();
        this.front = picture;
        this.back = back;
        this.radii = radii;
        this.spacing = spacing;
        centres = centres(spacing);
        coverage = new float[centres.length][];
        IntStream.range(0, centres.length).parallel().forEach(slice -> coverage[slice] = covered(slice));
    }

    static double[] centres(int spacing) {
        List<Double> radii = new ArrayList<>();
        double most = (double) SIDE * spacing;
        double radius = 1;
        while (radius < most) {
            radii.add(radius);
            radius = Math.max(radius + 1, Math.rint(radius * GROWTH));
        }
        radii.add(most);
        int side = radii.size();
        var centres = new double[2 * side + 1];
        for (int i = 0; i < side; i++) {
            centres[i] = radii.get(side - 1 - i);
            centres[2 * side - i] = -centres[i];
        }
        return centres;
    }

    int count() {
        return centres.length;
    }

    /// The slice's place among the network's, from 0 (nearest) to [#COUNT] - 1.
    double place(int slice) {
        return SIDE - centres[slice] / spacing;
    }

    boolean isEmpty(int slice) {
        return coverage[slice].length == 0;
    }

    private boolean isFront(int slice) {
        return centres[slice] > 0;
    }

    /// How much of each pixel belongs to a slice.
    private float[] membership(int slice) {
        float[] from = isFront(slice) ? radii : back.radii();
        double centre = centres[slice];
        double nearer = slice == 0 ? 1 : centres[slice - 1] - centre;
        double farther = slice == centres.length - 1 ? 1 : centre - centres[slice + 1];
        boolean any = false;
        var share = new float[from.length];
        for (int i = 0; i < share.length; i++) {
            double away = from[i] - centre;
            double part = 1 - (away > 0 ? away / nearer : -away / farther);
            if (part > 0) {
                share[i] = (float) part;
                any = true;
            }
        }
        return any ? share : new float[0];
    }

    private float[] covered(int slice) {
        float[] share = membership(slice);
        return share.length == 0 ? share : new Disc(Math.abs(centres[slice])).blur(share, width, height);
    }

    /// \[height * width\], how much of a pixel the slice's discs cover.
    float[] coverage(int slice) {
        return isEmpty(slice) ? new float[width * height] : coverage[slice];
    }

    /// What nearer slices let through to each, from 0 to 1, asked for from the nearest to the farthest.
    final class Shade {
        private final float[] hidden = new float[width * height];
        private int slice;
        private int added;

        /// \[height * width\], of the next slice.
        float[] next() {
            while (added < slice && hides(added) == 1) {
                add(1, added++, hidden);
            }
            float[] let = hidden.clone();
            for (int nearer = added; nearer < slice; nearer++) {
                add(hides(nearer), nearer, let);
            }
            for (int i = 0; i < let.length; i++) {
                let[i] = Math.max(0, 1 - let[i]);
            }
            slice++;
            return let;
        }

        private float hides(int nearer) {
            if (isFront(nearer) && !isFront(slice)) {
                return 1;
            }
            double away = (centres[nearer] - centres[slice]) / spacing;
            return (float) Math.clamp((away - SHARES) / (HIDES - SHARES), 0, 1);
        }

        private void add(float share, int nearer, float[] sum) {
            if (share == 0 || isEmpty(nearer)) {
                return;
            }
            float[] covers = coverage[nearer];
            for (int i = 0; i < sum.length; i++) {
                sum[i] += share * covers[i];
            }
        }
    }

    /// The slice's blurred light, `[3][height * width]`.
    float[][] light(int slice) {
        float[] share = membership(slice);
        if (share.length == 0) {
            return new float[3][width * height];
        }
        LinearPicture from = isFront(slice) ? front : back.picture();
        var disc = new Disc(Math.abs(centres[slice]));
        var light = new float[3][];
        IntStream.range(0, 3).parallel().forEach(channel -> {
            float[] plane = from.planes()[channel].clone();
            for (int i = 0; i < plane.length; i++) {
                plane[i] *= share[i];
            }
            light[channel] = disc.blur(plane, width, height);
        });
        return light;
    }

    /// The picture without what lies in front of the focus.
    ///
    /// @param radii 0 or negative
    record Backdrop(LinearPicture picture, float[] radii) {
        private static final int[] REACHES = {2, 4, 8, 16};

        /// So much less counts what is found within the next reach.
        private static final float FALL = 0.05f;

        /// How far a pixel of it sees.
        static final int REACH = 17;

        private static final float LAST = 1e-9f;

        /// Pixels up to so much in front of the focus still belong to it.
        private static final float SHARPNESS = 0.75f;

        static Backdrop of(LinearPicture picture, float[] radii) {
            return of(picture, radii, (planes, kept) -> filled(planes, kept, picture.width(), picture.height()));
        }

        /// The same, with what is missing taken from a smaller one.
        static Backdrop of(LinearPicture picture, float[] radii, Backdrop small, int factor) {
            return of(picture, radii, (_, _) -> {
                var filled = new float[4][];
                IntStream.range(0, 4).parallel().forEach(plane -> {
                    float[] from = plane < 3 ? small.picture.planes()[plane] : small.radii;
                    filled[plane] = Enlarging.of(small.picture.width(), small.picture.height(), factor)
                            .plane(from, picture.width(), picture.height());
                });
                for (int i = 0; i < radii.length; i++) {
                    filled[3][i] *= factor;
                }
                return filled;
            });
        }

        @FunctionalInterface
        private interface Filling {
            /// @param planes red, green, blue and radius
            /// @param kept from 0 (to be filled) to 1
            float[][] of(float[][] planes, float[] kept);
        }

        private static Backdrop of(LinearPicture picture, float[] radii, Filling filling) {
            var kept = new float[radii.length];
            var behind = new float[radii.length];
            boolean whole = true;
            for (int i = 0; i < kept.length; i++) {
                kept[i] = Math.clamp((1 - radii[i]) / (1 - SHARPNESS), 0, 1);
                behind[i] = Math.min(radii[i], 0);
                whole &= kept[i] == 1;
            }
            if (whole) {
                return new Backdrop(picture, behind);
            }
            float[][] known = Arrays.copyOf(picture.planes(), 4);
            known[3] = behind;
            float[][] filled = filling.of(known, kept);
            for (int plane = 0; plane < 4; plane++) {
                for (int i = 0; i < kept.length; i++) {
                    filled[plane][i] += kept[i] * (known[plane][i] - filled[plane][i]);
                }
            }
            return new Backdrop(
                    new LinearPicture(picture.width(), picture.height(), Arrays.copyOf(filled, 3)), filled[3]);
        }

        private static float[][] filled(float[][] planes, float[] kept, int width, int height) {
            var weight = new float[kept.length];
            var sums = new float[planes.length][kept.length];
            float counts = 1;
            for (int reach : REACHES) {
                var disc = new Disc(reach);
                add(counts, disc.blur(kept, width, height), weight);
                for (int plane = 0; plane < planes.length; plane++) {
                    float[] part = planes[plane].clone();
                    for (int i = 0; i < part.length; i++) {
                        part[i] *= kept[i];
                    }
                    add(counts, disc.blur(part, width, height), sums[plane]);
                }
                counts *= FALL;
            }
            for (int plane = 0; plane < planes.length; plane++) {
                for (int i = 0; i < kept.length; i++) {
                    sums[plane][i] = (sums[plane][i] + LAST * planes[plane][i]) / (weight[i] + LAST);
                }
            }
            return sums;
        }

        private static void add(float scale, float[] values, float[] sum) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += scale * values[i];
            }
        }
    }
}
