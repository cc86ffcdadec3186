package org.sekkei.tasks.track;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;

/// Makes examples of pairs of frames, moved, scaled and tinted as TrTr's training does.
final class Examples {
    /// Frames between a template and its search picture, at most.
    private static final int FARTHEST = 100;

    private static final double NEGATIVE = 0.2;

    /// Shares of the template's and the search picture's side by which the object is off the centre at most: 4 of 127
    /// and 64 of 255 pixels.
    private static final double[] SHIFT = {4 / 127.0, 64 / 255.0};

    private static final double[] SCALE = {0.05, 0.18};
    private static final double BLURRED = 0.2;
    private static final double TINT = 0.15;
    private static final int TRIES = 20;
    private static final double SHARE_OF_PLACES = 0.15;
    private static final double SHARE_OF_STREETS = 0.4;

    /// Of the pictures that show nothing of the object, those of its own video, where it is not.
    private static final double ELSEWHERE = 0.6;

    /// Of all, those that are seen as by a poor camera.
    private static final double POOR = 0.4;

    /// Composed videos have so many frames, of which two are made.
    private static final int COMPOSED_LENGTH = 120;

    /// What examples are made of.
    ///
    /// @param photos of which videos are composed; may be empty
    /// @param sequences with their truth; may be empty
    record Sources(List<Picture> photos, List<? extends FrameSequence> sequences) {
        Sources {
            if (photos.isEmpty() && sequences.isEmpty()) {
                throw new IllegalArgumentException("there are neither photos nor sequences to train on");
            }
        }
    }

    private final Measures measures;
    private final Sources sources;

    Examples(Measures measures, Sources sources) {
        this.measures = measures;
        this.sources = sources;
    }

    /// A sequence, and two of its frames in which the object is to be seen.
    private record Pair(FrameSequence sequence, int first, int second) {}

    /// The example of this number; the same number gives the same.
    Example example(long number) throws IOException {
        var random = new SplittableRandom(number * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L);
        Pair pair = pair(random);
        boolean negative = random.nextDouble() < NEGATIVE;
        boolean elsewhere = negative && random.nextDouble() < ELSEWHERE;
        View away = elsewhere ? elsewhere(pair, random) : null;
        Pair other = negative && away == null ? pair(random) : pair;
        boolean flipped = random.nextBoolean();
        PoorCamera camera = random.nextDouble() < POOR ? new PoorCamera(random) : null;
        Crop.Seen template = cut(view(pair.sequence, pair.first, 0), 0, flipped, camera, random).seen;
        View sought = away != null ? away : view(other.sequence, other.second, 1);
        Cut search = cut(sought, 1, flipped, camera, random);
        return new Example(template, search.seen, negative ? null : search.target);
    }

    private Pair pair(RandomGenerator random) throws IOException {
        int count = sources.sequences.size();
        boolean composed = count == 0 || !sources.photos.isEmpty() && random.nextBoolean();
        FrameSequence sequence = composed ? composition(random) : sources.sequences.get(random.nextInt(count));
        for (int i = 0; i < TRIES; i++) {
            int first = random.nextInt(sequence.length());
            int second = Math.clamp(first + random.nextInt(-FARTHEST, FARTHEST + 1), 0, sequence.length() - 1);
            if (isVisible(sequence.truth(first)) && isVisible(sequence.truth(second))) {
                return new Pair(sequence, first, second);
            }
        }
        throw new IOException(sequence.name() + ": in hardly any of its frames is a box.");
    }

    private Composition composition(RandomGenerator random) {
        double kind = random.nextDouble();
        return new Composition(
                "training",
                sources.photos,
                random.nextInt(200, 480),
                random.nextInt(160, 360),
                COMPOSED_LENGTH,
                random.nextLong(),
                kind < SHARE_OF_PLACES
                        ? Composition.Kind.PLACE
                        : kind < SHARE_OF_PLACES + SHARE_OF_STREETS ? Composition.Kind.STREET : Composition.Kind.OPEN);
    }

    private static boolean isVisible(@Nullable TargetBox box) {
        return box != null && box.width() >= 1 && box.height() >= 1;
    }

    private record Cut(Crop.Seen seen, TargetBox target) {}

    /// What is looked at: the box, in a frame, and the square around it or elsewhere.
    private record View(FrameSequence sequence, int index, TargetBox box, Crop plain) {}

    private View view(FrameSequence sequence, int index, int which) {
        TargetBox box = sequence.truth(index);
        if (box == null) {
            throw new IllegalStateException("a frame without a box was drawn");
        }
        return new View(
                sequence, index, box, which == 0 ? measures.template(box) : measures.search(box, measures.search()));
    }

    /// The search picture of a frame, moved to where nothing of the object is in it, if there is such a place.
    private @Nullable View elsewhere(Pair pair, RandomGenerator random) {
        View view = view(pair.sequence, pair.second, 1);
        Crop plain = view.plain;
        double away =
                plain.side() * (Math.exp(SCALE[1]) / 2 + SHIFT[1]) + Math.max(view.box.width(), view.box.height()) / 2;
        for (int i = 0; i < TRIES; i++) {
            double angle = random.nextDouble(2 * Math.PI);
            // Around it, so that one of both distances is far enough.
            double far = away * Math.sqrt(2) * random.nextDouble(1, 1.5);
            var crop = new Crop(
                    plain.centreX() + far * Math.cos(angle),
                    plain.centreY() + far * Math.sin(angle),
                    plain.side(),
                    plain.pixels());
            if (pair.sequence instanceof Composition composition && composition.shows(crop.centreX(), crop.centreY())) {
                return new View(pair.sequence, pair.second, view.box, crop);
            }
        }
        return null;
    }

    private Cut cut(View view, int which, boolean flipped, @Nullable PoorCamera camera, RandomGenerator random)
            throws IOException {
        FrameSequence sequence = view.sequence;
        int index = view.index;
        TargetBox box = view.box;
        Crop plain = view.plain;
        double side = plain.side() * Math.exp(random.nextDouble(-SCALE[which], SCALE[which]));
        double shift = SHIFT[which] * plain.side();
        var crop = new Crop(
                plain.centreX() + random.nextDouble(-shift, shift),
                plain.centreY() + random.nextDouble(-shift, shift),
                side,
                plain.pixels());
        Crop.Region region = sequence instanceof Composition composition
                ? composition.region(index, crop)
                : Crop.Region.whole(sequence.frame(index));
        Crop.Seen seen = crop.cut(region, Crop.meanColour(region.picture()), tint(random));
        TargetBox target = crop.toCrop(box);
        if (camera != null) {
            seen = new Crop.Seen(camera.applied(seen.values(), crop.pixels(), random), seen.padding());
        }
        if (random.nextDouble() < BLURRED) {
            seen = new Crop.Seen(blurred(seen.values(), crop.pixels()), seen.padding());
        }
        return flipped
                ? new Cut(
                        new Crop.Seen(flipped(seen.values(), crop.pixels()), flipped(seen.padding(), crop.pixels())),
                        new TargetBox(
                                crop.pixels() - target.x() - target.width(),
                                target.y(),
                                target.width(),
                                target.height()))
                : new Cut(seen, target);
    }

    private static Crop.Tint tint(RandomGenerator random) {
        var tint = new Crop.Tint(new float[3], new float[3]);
        double gain = random.nextDouble(-TINT, TINT);
        double shift = random.nextDouble(-TINT / 2, TINT / 2);
        for (int i = 0; i < 3; i++) {
            tint.gain()[i] = (float) Math.exp(gain + random.nextDouble(-TINT / 3, TINT / 3));
            tint.shift()[i] = (float) shift;
        }
        return tint;
    }

    /// The mean with the neighbours to the left and right, above and below.
    private static float[] blurred(float[] planes, int side) {
        var blurred = new float[planes.length];
        int plane = side * side;
        for (int from = 0; from < planes.length; from += plane) {
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    int row = from + y * side;
                    float sum = planes[row + x]
                            + planes[row + Math.max(0, x - 1)]
                            + planes[row + Math.min(side - 1, x + 1)]
                            + planes[from + Math.max(0, y - 1) * side + x]
                            + planes[from + Math.min(side - 1, y + 1) * side + x];
                    blurred[row + x] = sum / 5;
                }
            }
        }
        return blurred;
    }

    private static float[] flipped(float[] planes, int side) {
        var flipped = new float[planes.length];
        for (int row = 0; row < planes.length; row += side) {
            for (int x = 0; x < side; x++) {
                flipped[row + x] = planes[row + side - 1 - x];
            }
        }
        return flipped;
    }
}
