package org.sekkei.tasks.refocus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.sekkei.pictures.Picture;

/// Makes scenes: cut-outs of photos and patterns at random depths over a photo.
final class SceneMaker {
    /// Width of a cut-out's soft edge in pixels.
    private static final double EDGE = 1.2;

    private static final int MOST_CUT_OUTS = 5;

    private final List<Picture> photos;

    /// @param photos at the size at which they are cut; smaller ones are mirrored at their edges
    SceneMaker(List<Picture> photos) {
        this.photos = photos;
    }

    Scene scene(int width, int height, RandomGenerator random) {
        List<Scene.Layer> layers = new ArrayList<>();
        var everywhere = new float[width * height];
        Arrays.fill(everywhere, 1);
        float[] ground = ground(width, height, random);
        layers.add(new Scene.Layer(photo(width, height, random), everywhere, ground));
        double nearest = 0;
        for (float depth : ground) {
            nearest = Math.max(nearest, depth);
        }
        double[] depths = new double[1 + random.nextInt(MOST_CUT_OUTS)];
        for (int i = 0; i < depths.length; i++) {
            depths[i] = random.nextDouble(nearest + 0.02, 1);
        }
        Arrays.sort(depths);
        for (double depth : depths) {
            layers.add(new Scene.Layer(
                    random.nextDouble() < 0.75 ? photo(width, height, random) : pattern(width, height, random),
                    coverage(width, height, random),
                    surface(width, height, depth, random)));
        }
        return new Scene(layers);
    }

    private static float[] ground(int width, int height, RandomGenerator random) {
        double far = random.nextDouble(0, 0.3);
        double near = random.nextDouble() < 0.4 ? far : random.nextDouble(far, 0.6);
        double slant = random.nextDouble(-0.3, 0.3);
        var depth = new float[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double down = (y + 0.5) / height + slant * ((x + 0.5) / width - 0.5);
                depth[y * width + x] = (float) (far + (near - far) * Math.clamp(down, 0, 1));
            }
        }
        return depth;
    }

    private static float[] surface(int width, int height, double depth, RandomGenerator random) {
        var plane = new float[width * height];
        boolean slanted = random.nextDouble() < 0.25;
        double across = slanted ? random.nextDouble(-0.15, 0.15) : 0;
        double down = slanted ? random.nextDouble(-0.15, 0.15) : 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double here = depth + across * ((x + 0.5) / width - 0.5) + down * ((y + 0.5) / height - 0.5);
                plane[y * width + x] = (float) Math.clamp(here, 0, 1);
            }
        }
        return plane;
    }

    private LinearPicture photo(int width, int height, RandomGenerator random) {
        Picture photo = photos.get(random.nextInt(photos.size()));
        int left = random.nextInt(Math.max(1, photo.width() - width + 1));
        int top = random.nextInt(Math.max(1, photo.height() - height + 1));
        boolean mirrored = random.nextBoolean();
        var rgb = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            int row = reflected(top + y, photo.height());
            for (int x = 0; x < width; x++) {
                int column = reflected(left + (mirrored ? width - 1 - x : x), photo.width());
                System.arraycopy(photo.rgb(), 3 * (row * photo.width() + column), rgb, 3 * (y * width + x), 3);
            }
        }
        return LinearPicture.of(new Picture(width, height, rgb));
    }

    private static int reflected(int index, int length) {
        int within = Math.floorMod(index, 2 * length);
        return within < length ? within : 2 * length - 1 - within;
    }

    /// Stripes or squares of two colours.
    private static LinearPicture pattern(int width, int height, RandomGenerator random) {
        LinearPicture pattern = LinearPicture.black(width, height);
        double angle = random.nextDouble(Math.PI);
        double length = Math.exp(random.nextDouble(Math.log(3), Math.log(40)));
        boolean squares = random.nextBoolean();
        double cosine = Math.cos(angle) / length;
        double sine = Math.sin(angle) / length;
        for (float[] plane : pattern.planes()) {
            double one = LinearPicture.light(random.nextDouble());
            double other = LinearPicture.light(random.nextDouble());
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    double wave = Math.sin(2 * Math.PI * (x * cosine + y * sine));
                    if (squares) {
                        wave *= Math.sin(2 * Math.PI * (y * cosine - x * sine));
                    }
                    double share = Math.clamp(0.5 + wave * length / 6, 0, 1);
                    plane[y * width + x] = (float) (one + share * (other - one));
                }
            }
        }
        return pattern;
    }

    private static float[] coverage(int width, int height, RandomGenerator random) {
        return switch (random.nextInt(5)) {
            case 0 -> strokes(width, height, random);
            case 1 -> box(width, height, random);
            case 2 -> holed(width, height, random);
            default -> blob(width, height, random);
        };
    }

    private static double size(int width, int height, RandomGenerator random) {
        return Math.min(width, height) * random.nextDouble(0.08, 0.4);
    }

    private static float[] blob(int width, int height, RandomGenerator random) {
        double radius = size(width, height, random);
        double[] waves = random.doubles(5, -0.2, 0.2).toArray();
        double[] phases = random.doubles(5, 0, 2 * Math.PI).toArray();
        double centreX = random.nextDouble(width);
        double centreY = random.nextDouble(height);
        return filled(width, height, (x, y) -> {
            double angle = Math.atan2(y - centreY, x - centreX);
            double edge = 1;
            for (int i = 0; i < waves.length; i++) {
                edge += waves[i] * Math.cos((i + 2) * angle + phases[i]);
            }
            return radius * edge - Math.hypot(x - centreX, y - centreY);
        });
    }

    private static float[] holed(int width, int height, RandomGenerator random) {
        float[] blob = blob(width, height, random);
        float[] hole = blob(width, height, random);
        for (int i = 0; i < blob.length; i++) {
            blob[i] *= 1 - hole[i];
        }
        return blob;
    }

    private static float[] box(int width, int height, RandomGenerator random) {
        double halfWidth = size(width, height, random);
        double halfHeight = size(width, height, random);
        double centreX = random.nextDouble(width);
        double centreY = random.nextDouble(height);
        double angle = random.nextDouble(Math.PI);
        double cosine = Math.cos(angle);
        double sine = Math.sin(angle);
        return filled(width, height, (x, y) -> {
            double across = Math.abs((x - centreX) * cosine + (y - centreY) * sine);
            double along = Math.abs((y - centreY) * cosine - (x - centreX) * sine);
            return Math.min(halfWidth - across, halfHeight - along);
        });
    }

    /// Thin things, as branches and hair are.
    private static float[] strokes(int width, int height, RandomGenerator random) {
        var all = new float[width * height];
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            double half = random.nextDouble(0.7, 4);
            double fromX = random.nextDouble(width);
            double fromY = random.nextDouble(height);
            double alongX = random.nextDouble(-1, 1) * width;
            double alongY = random.nextDouble(-1, 1) * height;
            double square = Math.max(1e-9, alongX * alongX + alongY * alongY);
            float[] one = filled(width, height, (x, y) -> {
                double along = Math.clamp(((x - fromX) * alongX + (y - fromY) * alongY) / square, 0, 1);
                return half - Math.hypot(x - fromX - along * alongX, y - fromY - along * alongY);
            });
            for (int pixel = 0; pixel < all.length; pixel++) {
                all[pixel] = Math.max(all[pixel], one[pixel]);
            }
        }
        return all;
    }

    @FunctionalInterface
    private interface Inside {
        /// Pixels to the edge, negative outside.
        double distance(double x, double y);
    }

    private static float[] filled(int width, int height, Inside shape) {
        var coverage = new float[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                coverage[y * width + x] = (float) Math.clamp(0.5 + shape.distance(x + 0.5, y + 0.5) / EDGE, 0, 1);
            }
        }
        return coverage;
    }
}
