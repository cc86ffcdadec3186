package org.sekkei.tasks.track;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.sekkei.pictures.Picture;

/// A video of cut-outs that move over a photo, with the exact box of one of them. Every pixel follows from the photos
/// and the seed; frames are made as they are asked for.
///
/// The target moves, turns, grows, changes its outline and its brightness; others of its kind, some with its very
/// outline, pass behind and before it, over a background that a camera pans.
public final class Composition implements FrameSequence {
    private static final int MOST_OTHERS = 4;
    private static final double SHARE_OF_TWINS = 0.35;
    private static final double SHARE_IN_FRONT = 0.3;
    private static final int SMALLEST = 12;

    /// Of the frame's shorter side.
    private static final double LARGEST = 0.35;

    private final String name;
    private final int width;
    private final int height;
    private final int length;
    private final Background background;
    private final List<CutOut> behind = new ArrayList<>();
    private final List<CutOut> before = new ArrayList<>();
    private final CutOut target;
    private final Wave light;
    private final double noise;
    private final int noiseSeed;

    /// @param photos what it is made of, at the size at which they are cut
    /// @param length frames
    public Composition(String name, List<Picture> photos, int width, int height, int length, long seed) {
        this.name = name;
        this.width = width;
        this.height = height;
        this.length = length;
        var random = new SplittableRandom(seed);
        Picture scenery = photos.get(random.nextInt(photos.size()));
        background = new Background(scenery, random);
        var stage = new Stage(photos, width, height, Crop.meanColour(scenery), random.nextDouble(1, 3));
        double largest = LARGEST * Math.min(width, height);
        double side = Math.exp(random.nextDouble(Math.log(SMALLEST), Math.log(Math.max(SMALLEST + 1, largest))));
        target = new CutOut(stage, side, random);
        int others = random.nextInt(MOST_OTHERS + 1);
        for (int i = 0; i < others; i++) {
            double otherSide = side * Math.exp(random.nextDouble(-0.5, 0.5));
            CutOut other = random.nextDouble() < SHARE_OF_TWINS
                    ? target.twin(stage, random)
                    : new CutOut(stage, otherSide, random);
            (random.nextDouble() < SHARE_IN_FRONT ? before : behind).add(other);
        }
        light = new Wave(random, 1, random.nextDouble(0.25), 40, 200);
        noise = random.nextDouble() < 0.3 ? 0 : random.nextDouble(8);
        noiseSeed = random.nextInt();
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
        return target.box(index);
    }

    @Override
    public Picture frame(int index) {
        return region(index, 0, 0, width, height).picture();
    }

    /// A part of a frame, with the very pixels that the whole has there.
    Crop.Region region(int index, int left, int top, int regionWidth, int regionHeight) {
        var rgb = new float[3 * regionWidth * regionHeight];
        background.paint(index, left, top, regionWidth, regionHeight, rgb);
        behind.forEach(body -> body.paint(index, left, top, regionWidth, regionHeight, rgb));
        target.paint(index, left, top, regionWidth, regionHeight, rgb);
        before.forEach(body -> body.paint(index, left, top, regionWidth, regionHeight, rgb));
        var bytes = new byte[rgb.length];
        double gain = light.at(index);
        for (int y = 0; y < regionHeight; y++) {
            for (int x = 0; x < regionWidth; x++) {
                int at = 3 * (y * regionWidth + x);
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

    /// A photo that is panned.
    private static final class Background {
        /// Pixels of the photo by which it is panned at most, to either side.
        private static final double FARTHEST = 60;

        private final Picture photo;
        private final double scale;
        private final Wave x;
        private final Wave y;

        Background(Picture photo, RandomGenerator random) {
            this.photo = photo;
            scale = Math.exp(random.nextDouble(Math.log(0.35), Math.log(1.3)));
            double speed = random.nextDouble(0.05, 1.5);
            x = Wave.atSpeed(random, random.nextDouble(photo.width()), random.nextDouble(FARTHEST), speed);
            y = Wave.atSpeed(random, random.nextDouble(photo.height()), random.nextDouble(FARTHEST / 2), speed / 2);
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

    /// A piece of a photo within a moving outline.
    private static final class CutOut {
        private static final int ANGLES = 128;
        private static final int WAVES = 4;

        /// The least contrast to the background's mean, as a share of the photo's.
        private static final double MURKIEST = 0.3;

        private final Stage stage;
        private final float contrast;
        private final double halfWidth;
        private final double halfHeight;
        private final double[] outline;
        private final double[] waves;
        private final Wave[] deformations = new Wave[WAVES];
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
                    outline(random),
                    random.doubles(WAVES, 0, 0.12).toArray(),
                    random);
        }

        private CutOut(
                Stage stage,
                double halfWidth,
                double halfHeight,
                double[] outline,
                double[] waves,
                RandomGenerator random) {
            this.stage = stage;
            contrast = random.nextBoolean() ? 1 : (float) random.nextDouble(MURKIEST, 1);
            this.halfWidth = halfWidth;
            this.halfHeight = halfHeight;
            this.outline = outline;
            this.waves = waves;
            for (int i = 0; i < WAVES; i++) {
                deformations[i] = new Wave(random, 0, random.nextDouble(0.5 * Math.PI), 15, 80);
            }
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
            return new CutOut(stage, halfWidth, halfHeight, outline, waves, random);
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

        private double[] radii(int frame) {
            double[] radii = outline.clone();
            for (int wave = 0; wave < WAVES; wave++) {
                double phase = deformations[wave].at(frame) + 2.4 * wave;
                for (int i = 0; i < ANGLES; i++) {
                    radii[i] *= 1 + waves[wave] * Math.cos((wave + 2) * 2 * Math.PI * i / ANGLES + phase);
                }
            }
            return radii;
        }

        TargetBox box(int frame) {
            return box(frame, radii(frame));
        }

        private TargetBox box(int frame, double[] radii) {
            double scale = Math.exp(growth.at(frame));
            double cosine = Math.cos(angle.at(frame));
            double sine = Math.sin(angle.at(frame));
            double left = Double.POSITIVE_INFINITY;
            double top = Double.POSITIVE_INFINITY;
            double right = Double.NEGATIVE_INFINITY;
            double bottom = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < ANGLES; i++) {
                double at = 2 * Math.PI * i / ANGLES;
                double u = scale * radii[i] * Math.cos(at) * halfWidth;
                double v = scale * radii[i] * Math.sin(at) * halfHeight;
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
            double[] radii = radii(frame);
            TargetBox box = box(frame, radii);
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
                    double at = (Math.atan2(v, u) / (2 * Math.PI) + 1) * ANGLES;
                    int before = (int) at;
                    double share = at - before;
                    double radius = radii[before % ANGLES] * (1 - share) + radii[(before + 1) % ANGLES] * share;
                    double distance = (radius - Math.hypot(u, v)) * Math.min(halfWidth, halfHeight) * scale;
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
