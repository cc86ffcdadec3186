package org.sekkei.tasks.track;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;

/// A video of cut-outs that move over a photo, with the exact box of one of them. Every pixel follows from the photos
/// and the seed; frames are made as they are asked for.
///
/// The target moves, turns, grows, changes its outline and its brightness; others of its kind, some with its very
/// outline, pass behind and before it, over a background that a camera pans.
public final class Composition implements FrameSequence {
    /// What is to be seen.
    public enum Kind {
        /// Cut-outs of any size before a camera that pans.
        OPEN(4, -0.5, 0.5, new Size(12, 0.35), new Pan(0.35, 1.3, 60, 0.05, 1.5)),
        /// Small figures that walk, among larger things, in and out of the shade, before a camera that hardly moves.
        STREET(8, -0.6, 1.4, new Size(10, 0.25), new Pan(0.5, 1.8, 4, 0.02, 0.2)),
        /// The target is a place of the photo itself, which others pass.
        PLACE(4, -0.6, 0.6, new Size(14, 0.35), new Pan(0.6, 1.8, 20, 0.05, 1.5));

        private final int mostOthers;
        private final double smallestOther;
        private final double largestOther;
        private final Size size;
        private final Pan pan;

        Kind(int mostOthers, double smallestOther, double largestOther, Size size, Pan pan) {
            this.mostOthers = mostOthers;
            this.smallestOther = smallestOther;
            this.largestOther = largestOther;
            this.size = size;
            this.pan = pan;
        }
    }

    /// Of targets.
    ///
    /// @param smallest side in pixels
    /// @param largest side as a share of the frame's shorter one
    private record Size(int smallest, double largest) {}

    /// How a photo is looked at.
    ///
    /// @param closest and farthest, in pixels of the photo in one of the frame
    /// @param reach pixels of the photo by which it is panned at most, to either side
    /// @param slowest and fastest, in pixels a frame
    private record Pan(double closest, double farthest, double reach, double slowest, double fastest) {}

    private static final double SHARE_OF_TWINS = 0.35;
    private static final double SHARE_IN_FRONT = 0.3;
    private static final double SHARE_OF_FIGURES = 0.7;
    private static final double SHARE_IN_SHADE = 0.7;

    private final String name;
    private final int width;
    private final int height;
    private final int length;
    private final Background background;
    private final List<CutOut> behind = new ArrayList<>();
    private final List<CutOut> before = new ArrayList<>();
    private final @Nullable CutOut target;
    private final @Nullable Place place;
    private final @Nullable Shade shade;
    private final Wave light;
    private final double noise;
    private final int noiseSeed;

    /// @param photos what it is made of, at the size at which they are cut
    /// @param length frames
    public Composition(String name, List<Picture> photos, int width, int height, int length, long seed, Kind kind) {
        this.name = name;
        this.width = width;
        this.height = height;
        this.length = length;
        var random = new SplittableRandom(seed);
        Picture scenery = photos.get(random.nextInt(photos.size()));
        background = new Background(scenery, kind.pan, random);
        var stage = new Stage(photos, width, height, Crop.meanColour(scenery), random.nextDouble(1, 3));
        double largest = Math.max(kind.size.smallest + 1, kind.size.largest * Math.min(width, height));
        double side = Math.exp(random.nextDouble(Math.log(kind.size.smallest), Math.log(largest)));
        CutOut first = cutOut(kind, stage, side, random);
        target = kind == Kind.PLACE ? null : first;
        place = kind == Kind.PLACE ? new Place(background, side, width, height, random) : null;
        int others = random.nextInt(kind.mostOthers + 1);
        for (int i = 0; i < others; i++) {
            double otherSide = side * Math.exp(random.nextDouble(kind.smallestOther, kind.largestOther));
            CutOut other = random.nextDouble() < SHARE_OF_TWINS
                    ? first.twin(stage, random)
                    : cutOut(kind, stage, otherSide, random);
            (random.nextDouble() < SHARE_IN_FRONT ? before : behind).add(other);
        }
        light = new Wave(random, 1, random.nextDouble(0.25), 40, 200);
        noise = random.nextDouble() < 0.3 ? 0 : random.nextDouble(8);
        noiseSeed = random.nextInt();
        shade = kind != Kind.OPEN && random.nextDouble() < SHARE_IN_SHADE ? new Shade(width, height, random) : null;
    }

    private static CutOut cutOut(Kind kind, Stage stage, double side, RandomGenerator random) {
        return kind == Kind.STREET && random.nextDouble() < SHARE_OF_FIGURES
                ? CutOut.walker(stage, side, random)
                : new CutOut(stage, side, random);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public TargetBox truth(int index) {
        return target != null
                ? target.box(index)
                : Objects.requireNonNull(place).box(index);
    }

    @Override
    public Picture frame(int index) {
        return region(index, 0, 0, width, height).picture();
    }

    /// The same, of which the target is nowhere in `count` frames from `from` on.
    ///
    /// @throws IllegalArgumentException if these frames are not all in it and after the first, or there is
    /// no target that could be left out
    public FrameSequence without(int from, int count) {
        if (from < 1 || count < 1 || from + count > length) {
            throw new IllegalArgumentException("the target can be absent in frames 2 to " + length + " only, not "
                    + (from + 1) + " to " + (from + count));
        }
        if (target == null) {
            throw new IllegalArgumentException("a place of a photo cannot be left out of it");
        }
        return new Interrupted(this, from, from + count);
    }

    private record Interrupted(Composition whole, int from, int to) implements FrameSequence {
        @Override
        public String name() {
            return whole.name;
        }

        @Override
        public int length() {
            return whole.length;
        }

        private boolean isAbsent(int index) {
            return index >= from && index < to;
        }

        @Override
        public Picture frame(int index) {
            return whole.region(index, 0, 0, whole.width, whole.height, !isAbsent(index))
                    .picture();
        }

        @Override
        public @Nullable TargetBox truth(int index) {
            return isAbsent(index) ? null : whole.truth(index);
        }
    }

    /// Whether a place, in pixels, lies in the frames.
    boolean shows(double x, double y) {
        return x >= 0 && y >= 0 && x < width && y < height;
    }

    /// A part of a frame, with the very pixels that the whole has there.
    Crop.Region region(int index, int left, int top, int regionWidth, int regionHeight) {
        return region(index, left, top, regionWidth, regionHeight, true);
    }

    private Crop.Region region(int index, int left, int top, int regionWidth, int regionHeight, boolean withTarget) {
        var rgb = new float[3 * regionWidth * regionHeight];
        background.paint(index, left, top, regionWidth, regionHeight, rgb);
        behind.forEach(body -> body.paint(index, left, top, regionWidth, regionHeight, rgb));
        if (target != null && withTarget) {
            target.paint(index, left, top, regionWidth, regionHeight, rgb);
        }
        before.forEach(body -> body.paint(index, left, top, regionWidth, regionHeight, rgb));
        var bytes = new byte[rgb.length];
        double brightness = light.at(index);
        for (int y = 0; y < regionHeight; y++) {
            for (int x = 0; x < regionWidth; x++) {
                int at = 3 * (y * regionWidth + x);
                double gain = shade == null ? brightness : brightness * shade.at(left + x, top + y);
                int hash = noiseSeed + 0x9E3779B9 * (index + 1) + 0x85EBCA6B * (top + y) + 0xC2B2AE35 * (left + x);
                for (int channel = 0; channel < 3; channel++) {
                    hash = mixed(hash + channel);
                    double grain = noise * ((hash >>> 16) + (hash & 0xffff) - 65535) / 26755;
                    bytes[at + channel] = (byte) Math.clamp(Math.round(rgb[at + channel] * gain + grain), 0, 255);
                }
            }
        }
        return new Crop.Region(new Picture(regionWidth, regionHeight, bytes), left, top, width, height);
    }

    /// What of a crop lies in the frame, and a pixel around it.
    Crop.Region region(int index, Crop crop) {
        int left = Math.clamp((int) Math.floor(crop.centreX() - crop.side() / 2) - 1, 0, width - 1);
        int top = Math.clamp((int) Math.floor(crop.centreY() - crop.side() / 2) - 1, 0, height - 1);
        int right = Math.clamp((int) Math.ceil(crop.centreX() + crop.side() / 2) + 1, left + 1, width);
        int bottom = Math.clamp((int) Math.ceil(crop.centreY() + crop.side() / 2) + 1, top + 1, height);
        return region(index, left, top, right - left, bottom - top);
    }

    private static int mixed(int value) {
        int hash = (value ^ value >>> 16) * 0x7feb352d;
        hash = (hash ^ hash >>> 15) * 0x846ca68b;
        return hash ^ hash >>> 16;
    }

    /// Where a photo is looked at that is continued by its mirror images.
    private static double mirrored(double at, int length) {
        double period = 2.0 * length;
        double place = at - period * Math.floor(at / period);
        return place < length ? place : period - place;
    }

    /// A number that swings around its middle with the frames.
    private record Wave(double middle, double swing, double period, double phase) {
        Wave(RandomGenerator random, double middle, double swing, double shortest, double longest) {
            this(middle, swing, random.nextDouble(shortest, longest), random.nextDouble(2 * Math.PI));
        }

        /// Across `middle` so far and, at its fastest, by so many pixels a frame.
        static Wave atSpeed(RandomGenerator random, double middle, double swing, double speed) {
            double period = 2 * Math.PI * Math.max(1, swing) / speed;
            return new Wave(middle, swing, period, random.nextDouble(2 * Math.PI));
        }

        double at(int frame) {
            return middle + swing * Math.sin(2 * Math.PI * frame / period + phase);
        }
    }

    /// Darkens one side of a line.
    ///
    /// @param share of the light that is left there
    /// @param softness of the line, in pixels
    private record Shade(double x, double y, double cosine, double sine, double share, double softness) {
        private static final double DARKEST = 0.25;
        private static final double BRIGHTEST = 0.8;

        Shade(int width, int height, RandomGenerator random) {
            this(random.nextDouble(width), random.nextDouble(height), random.nextDouble(2 * Math.PI), random);
        }

        private Shade(double x, double y, double angle, RandomGenerator random) {
            this(
                    x,
                    y,
                    Math.cos(angle),
                    Math.sin(angle),
                    random.nextDouble(DARKEST, BRIGHTEST),
                    random.nextDouble(1, 8));
        }

        double at(int column, int row) {
            double across = (column - x) * cosine + (row - y) * sine;
            return 1 - (1 - share) * Math.clamp(0.5 + across / softness, 0, 1);
        }
    }

    /// A place of the photo, which goes with it.
    private static final class Place {
        private final Background background;
        private final double photoX;
        private final double photoY;
        private final double width;
        private final double height;

        Place(Background background, double side, int frameWidth, int frameHeight, RandomGenerator random) {
            this.background = background;
            width = side * Math.exp(random.nextDouble(-0.5, 0.3));
            height = side * Math.exp(random.nextDouble(-0.3, 0.4));
            photoX = background.x.at(0) + background.scale * frameWidth * random.nextDouble(0.2, 0.8);
            photoY = background.y.at(0) + background.scale * frameHeight * random.nextDouble(0.2, 0.8);
        }

        TargetBox box(int frame) {
            return TargetBox.around(
                    (photoX - background.x.at(frame)) / background.scale,
                    (photoY - background.y.at(frame)) / background.scale,
                    width,
                    height);
        }
    }

    /// A photo that is panned.
    private static final class Background {
        private final Picture photo;
        private final double scale;
        private final Wave x;
        private final Wave y;

        Background(Picture photo, Pan pan, RandomGenerator random) {
            this.photo = photo;
            scale = Math.exp(random.nextDouble(Math.log(pan.closest), Math.log(pan.farthest)));
            double speed = random.nextDouble(pan.slowest, pan.fastest);
            x = Wave.atSpeed(random, random.nextDouble(photo.width()), random.nextDouble(pan.reach), speed);
            y = Wave.atSpeed(random, random.nextDouble(photo.height()), random.nextDouble(pan.reach / 2), speed / 2);
        }

        void paint(int frame, int left, int top, int width, int height, float[] rgb) {
            var colour = new float[3];
            double fromX = x.at(frame);
            double fromY = y.at(frame);
            for (int row = 0; row < height; row++) {
                for (int column = 0; column < width; column++) {
                    Crop.sample(
                            photo,
                            mirrored(fromX + scale * (left + column), photo.width()),
                            mirrored(fromY + scale * (top + row), photo.height()),
                            colour);
                    System.arraycopy(colour, 0, rgb, 3 * (row * width + column), 3);
                }
            }
        }
    }

    /// What cut-outs have in common.
    ///
    /// @param air mean colour of the background, R, G, B, which murky cut-outs are drawn towards
    /// @param softness width of their edges in pixels
    private record Stage(List<Picture> photos, int width, int height, float[] air, double softness) {}

    /// What a cut-out covers in one frame, in half sides from its centre.
    private interface Outline {
        /// How far inside, below 0 outside.
        double depth(double u, double v);

        /// Points that the box holds, u and v in turn.
        double[] rim();
    }

    /// What moves its outline.
    private interface Form {
        Outline at(int frame);

        /// The same, which moves otherwise.
        Form moving(RandomGenerator random);
    }

    /// An outline by its radius at each angle, which waves run along.
    private static final class Blob implements Form {
        private static final int ANGLES = 128;
        private static final int WAVES = 4;

        private final double[] outline;
        private final double[] waves;
        private final Wave[] deformations = new Wave[WAVES];

        Blob(RandomGenerator random) {
            outline = outline(random);
            waves = random.doubles(WAVES, 0, 0.12).toArray();
        }

        private Blob(Blob other) {
            outline = other.outline;
            waves = other.waves;
        }

        @Override
        public Form moving(RandomGenerator random) {
            var moving = new Blob(this);
            for (int i = 0; i < WAVES; i++) {
                moving.deformations[i] = new Wave(random, 0, random.nextDouble(0.5 * Math.PI), 15, 80);
            }
            return moving;
        }

        /// Radii by angle, for half sides of 1: a superellipse from round to square.
        private static double[] outline(RandomGenerator random) {
            double power = random.nextBoolean() ? 2 : random.nextDouble(1.4, 8);
            var radii = new double[ANGLES];
            for (int i = 0; i < ANGLES; i++) {
                double at = 2 * Math.PI * i / ANGLES;
                radii[i] = Math.pow(
                        Math.pow(Math.abs(Math.cos(at)), power) + Math.pow(Math.abs(Math.sin(at)), power), -1 / power);
            }
            return radii;
        }

        @Override
        public Outline at(int frame) {
            double[] radii = outline.clone();
            for (int wave = 0; wave < WAVES; wave++) {
                double phase = deformations[wave].at(frame) + 2.4 * wave;
                for (int i = 0; i < ANGLES; i++) {
                    radii[i] *= 1 + waves[wave] * Math.cos((wave + 2) * 2 * Math.PI * i / ANGLES + phase);
                }
            }
            return new Radii(radii);
        }

        private record Radii(double[] radii) implements Outline {
            @Override
            public double depth(double u, double v) {
                double at = (Math.atan2(v, u) / (2 * Math.PI) + 1) * ANGLES;
                int before = (int) at;
                double share = at - before;
                double radius = radii[before % ANGLES] * (1 - share) + radii[(before + 1) % ANGLES] * share;
                return radius - Math.hypot(u, v);
            }

            @Override
            public double[] rim() {
                var rim = new double[2 * ANGLES];
                for (int i = 0; i < ANGLES; i++) {
                    double at = 2 * Math.PI * i / ANGLES;
                    rim[2 * i] = radii[i] * Math.cos(at);
                    rim[2 * i + 1] = radii[i] * Math.sin(at);
                }
                return rim;
            }
        }
    }

    /// Head, trunk, arms and legs that swing as it walks.
    ///
    /// @param thickness of the limbs, 1 for the usual one
    private record Walker(double thickness, Wave legs, Wave arms) implements Form {
        Walker(RandomGenerator random) {
            this(random.nextDouble(0.8, 1.25), random);
        }

        private Walker(double thickness, RandomGenerator random) {
            this(
                    thickness,
                    new Wave(random, 0, random.nextDouble(0.2, 0.9), 12, 40),
                    new Wave(random, 0, random.nextDouble(0.5), 12, 40));
        }

        @Override
        public Form moving(RandomGenerator random) {
            return new Walker(thickness, random);
        }

        @Override
        public Outline at(int frame) {
            double step = legs.at(frame);
            double swing = arms.at(frame);
            return new Limbs(List.of(
                    new Limb(0, -0.84, 0, -0.84, 0.15),
                    new Limb(0, -0.5, 0, -0.05, 0.16 * thickness),
                    new Limb(-0.5, -0.5, -0.55 + swing, 0.05, 0.08 * thickness),
                    new Limb(0.5, -0.5, 0.55 - swing, 0.05, 0.08 * thickness),
                    new Limb(-0.15, 0, -0.25 + step, 0.88, 0.11 * thickness),
                    new Limb(0.15, 0, 0.25 - step, 0.88, 0.11 * thickness)));
        }
    }

    /// What is near to a line between two points.
    ///
    /// @param radius in half heights
    private record Limb(double fromU, double fromV, double toU, double toV, double radius) {
        /// A walker's width as a share of its height.
        static final double ASPECT = 0.38;

        double depth(double u, double v) {
            double lengthU = ASPECT * (toU - fromU);
            double lengthV = toV - fromV;
            double du = ASPECT * (u - fromU);
            double dv = v - fromV;
            double square = lengthU * lengthU + lengthV * lengthV;
            double share = square == 0 ? 0 : Math.clamp((du * lengthU + dv * lengthV) / square, 0, 1);
            return radius - Math.hypot(du - share * lengthU, dv - share * lengthV);
        }
    }

    private record Limbs(List<Limb> limbs) implements Outline {
        private static final int ANGLES = 12;

        @Override
        public double depth(double u, double v) {
            double deepest = Double.NEGATIVE_INFINITY;
            for (Limb limb : limbs) {
                deepest = Math.max(deepest, limb.depth(u, v));
            }
            return deepest;
        }

        @Override
        public double[] rim() {
            var rim = new double[4 * ANGLES * limbs.size()];
            int at = 0;
            for (Limb limb : limbs) {
                for (int i = 0; i < ANGLES; i++) {
                    double across = limb.radius / Limb.ASPECT * Math.cos(2 * Math.PI * i / ANGLES);
                    double down = limb.radius * Math.sin(2 * Math.PI * i / ANGLES);
                    rim[at++] = limb.fromU + across;
                    rim[at++] = limb.fromV + down;
                    rim[at++] = limb.toU + across;
                    rim[at++] = limb.toV + down;
                }
            }
            return rim;
        }
    }

    /// A piece of a photo within a moving outline.
    private static final class CutOut {
        /// The least contrast to the background's mean, as a share of the photo's.
        private static final double MURKIEST = 0.3;

        private final Stage stage;
        private final float contrast;
        private final double halfWidth;
        private final double halfHeight;
        private final Form form;
        private final Texture upper;
        private final Texture lower;
        private final double border;
        private final Wave x;
        private final Wave y;
        private final Wave growth;
        private final Wave angle;
        private final Wave light;

        CutOut(Stage stage, double side, RandomGenerator random) {
            this(
                    stage,
                    side * Math.exp(random.nextDouble(-0.75, 0.25)) / 2,
                    side * Math.exp(random.nextDouble(-0.4, 0.4)) / 2,
                    new Blob(random),
                    random);
        }

        /// Something that walks.
        static CutOut walker(Stage stage, double side, RandomGenerator random) {
            double halfHeight = side * Math.exp(random.nextDouble(0.2, 0.6)) / 2;
            double halfWidth = halfHeight * Limb.ASPECT * Math.exp(random.nextDouble(-0.25, 0.25));
            return new CutOut(stage, halfWidth, halfHeight, new Walker(random), random);
        }

        private CutOut(Stage stage, double halfWidth, double halfHeight, Form body, RandomGenerator random) {
            this.stage = stage;
            contrast = random.nextBoolean() ? 1 : (float) random.nextDouble(MURKIEST, 1);
            this.halfWidth = halfWidth;
            this.halfHeight = halfHeight;
            form = body.moving(random);
            int width = stage.width;
            int height = stage.height;
            upper = new Texture(stage.photos, halfWidth, halfHeight, random);
            boolean dressed = random.nextDouble() < 0.5;
            lower = dressed ? new Texture(stage.photos, halfWidth, halfHeight, random) : upper;
            border = dressed ? random.nextDouble(-0.4, 0.4) : 2;
            double marginX = Math.min(width / 2.0, halfWidth);
            double marginY = Math.min(height / 2.0, halfHeight);
            double speed =
                    Math.exp(random.nextDouble(Math.log(0.3), Math.log(Math.max(1, 0.2 * (halfWidth + halfHeight)))));
            double middleX = random.nextDouble(marginX, Math.max(marginX + 1, width - marginX));
            double middleY = random.nextDouble(marginY, Math.max(marginY + 1, height - marginY));
            x = Wave.atSpeed(random, middleX, reach(middleX, marginX, width) * random.nextDouble(), speed);
            y = Wave.atSpeed(random, middleY, reach(middleY, marginY, height) * random.nextDouble(), speed);
            growth = new Wave(random, 0, random.nextDouble(0.35), 60, 240);
            angle = new Wave(random, 0, random.nextDouble() < 0.3 ? 0 : random.nextDouble(0.5), 40, 200);
            light = new Wave(random, 1, random.nextDouble(0.2), 40, 200);
        }

        private static double reach(double middle, double margin, int length) {
            return Math.max(0, Math.min(middle - margin, length - margin - middle));
        }

        /// Of the same outline, elsewhere and of other stuff.
        CutOut twin(Stage stage, RandomGenerator random) {
            return new CutOut(stage, halfWidth, halfHeight, form, random);
        }

        TargetBox box(int frame) {
            return box(frame, form.at(frame));
        }

        private TargetBox box(int frame, Outline outline) {
            double[] rim = outline.rim();
            double scale = Math.exp(growth.at(frame));
            double cosine = Math.cos(angle.at(frame));
            double sine = Math.sin(angle.at(frame));
            double left = Double.POSITIVE_INFINITY;
            double top = Double.POSITIVE_INFINITY;
            double right = Double.NEGATIVE_INFINITY;
            double bottom = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < rim.length; i += 2) {
                double u = scale * rim[i] * halfWidth;
                double v = scale * rim[i + 1] * halfHeight;
                double pointX = x.at(frame) + u * cosine - v * sine;
                double pointY = y.at(frame) + u * sine + v * cosine;
                left = Math.min(left, pointX);
                right = Math.max(right, pointX);
                top = Math.min(top, pointY);
                bottom = Math.max(bottom, pointY);
            }
            return new TargetBox(left, top, right - left, bottom - top);
        }

        void paint(int frame, int left, int top, int width, int height, float[] rgb) {
            Outline outline = form.at(frame);
            TargetBox box = box(frame, outline);
            int fromX = Math.max(left, (int) Math.floor(box.x()) - 2);
            int fromY = Math.max(top, (int) Math.floor(box.y()) - 2);
            int toX = Math.min(left + width, (int) Math.ceil(box.x() + box.width()) + 2);
            int toY = Math.min(top + height, (int) Math.ceil(box.y() + box.height()) + 2);
            double scale = Math.exp(growth.at(frame));
            double cosine = Math.cos(angle.at(frame)) / scale;
            double sine = Math.sin(angle.at(frame)) / scale;
            double centreX = x.at(frame);
            double centreY = y.at(frame);
            double gain = light.at(frame);
            var colour = new float[3];
            for (int row = fromY; row < toY; row++) {
                for (int column = fromX; column < toX; column++) {
                    double dx = column + 0.5 - centreX;
                    double dy = row + 0.5 - centreY;
                    double u = (dx * cosine + dy * sine) / halfWidth;
                    double v = (dy * cosine - dx * sine) / halfHeight;
                    double distance = outline.depth(u, v) * Math.min(halfWidth, halfHeight) * scale;
                    float cover = (float) Math.clamp(0.5 + distance / stage.softness, 0, 1);
                    if (cover > 0) {
                        (v < border ? upper : lower).sample(u * halfWidth, v * halfHeight, colour);
                        int pixel = 3 * ((row - top) * width + column - left);
                        for (int channel = 0; channel < 3; channel++) {
                            float air = stage.air[channel];
                            float seen = air + contrast * ((float) gain * colour[channel] - air);
                            rgb[pixel + channel] += cover * (seen - rgb[pixel + channel]);
                        }
                    }
                }
            }
        }
    }

    /// A place in a photo, tinted: plain where it is enlarged much, busy where it is not.
    private static final class Texture {
        private final Picture photo;
        private final double x;
        private final double y;
        private final double scale;
        private final float[] gain = new float[3];

        Texture(List<Picture> photos, double halfWidth, double halfHeight, RandomGenerator random) {
            photo = photos.get(random.nextInt(photos.size()));
            double most = Math.min(photo.width() / (2 * halfWidth), photo.height() / (2 * halfHeight));
            scale = Math.min(most, Math.exp(random.nextDouble(Math.log(0.2), Math.log(2))));
            x = random.nextDouble(photo.width());
            y = random.nextDouble(photo.height());
            for (int i = 0; i < 3; i++) {
                gain[i] = (float) random.nextDouble(0.6, 1.3);
            }
        }

        void sample(double u, double v, float[] colour) {
            Crop.sample(photo, mirrored(x + scale * u, photo.width()), mirrored(y + scale * v, photo.height()), colour);
            for (int i = 0; i < 3; i++) {
                colour[i] = Math.min(255, colour[i] * gain[i]);
            }
        }
    }
}
