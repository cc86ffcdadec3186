package org.sekkei.tasks.refocus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.sekkei.pictures.Picture;

/// Compares ways to refocus with what a thin lens makes of scenes that none of them saw.
public final class RefocusEvaluation {
    /// Means over scenes of the PSNR of sRGB codes, in decibels.
    ///
    /// @param whole of all pixels
    /// @param edges of those within the largest disc of an edge of depth
    public record Score(double whole, double edges) {}

    /// The names of the ways compared.
    public enum Way {
        INPUT,
        GAUSSIAN,
        LAYERS,
        NETWORK
    }

    /// An edge is where inverse depth jumps by more than this.
    private static final float JUMP = 0.05f;

    private static final int MARGIN = Disc.reach(Slices.SIDE) + 1;
    private static final double MOST_DECIBELS = 100;

    private RefocusEvaluation() {}

    /// @param photos what scenes are made of
    /// @param scenes how many
    /// @param width of a scene; discs are measured by its longest side
    /// @param done is told how many scenes are done
    public static SequencedMap<Way, Score> evaluate(
            BlurWeights weights, List<Picture> photos, int scenes, int width, int height, long seed, IntConsumer done) {
        var maker = new SceneMaker(photos);
        SequencedMap<Way, List<Score>> all = new LinkedHashMap<>();
        int longest = Math.max(width, height);
        int margin = (int) Math.ceil(MARGIN * longest / (double) RefocusTraining.LONGEST);
        for (int i = 0; i < scenes; i++) {
            var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + i);
            Scene whole = maker.scene(width + 2 * margin, height + 2 * margin, random);
            Scene scene = whole.crop(margin, margin, width, height);
            DepthMap depth = scene.depth();
            var lens = new Lens(
                    depth.at(random.nextInt(width), random.nextInt(height)), random.nextDouble(2, Lens.WIDEST));
            float[] truth = codes(whole.through(lens, longest).crop(margin, margin, width, height));
            LinearPicture sharp = scene.sharp();
            boolean[] edges = edges(depth, (int) Math.ceil(lens.aperture() / Lens.WIDEST * Lens.RADIUS * longest));
            Refocus.Plan plan = Refocus.plan(depth, lens, Long.MAX_VALUE);
            for (Way way : Way.values()) {
                LinearPicture made = switch (way) {
                    case INPUT -> sharp;
                    case GAUSSIAN -> gaussian(sharp, lens.radii(depth.values(), longest));
                    case LAYERS -> new Refocus(BlurWeights.none()).apply(sharp, depth, lens, plan, (_, _) -> {});
                    case NETWORK -> new Refocus(weights).apply(sharp, depth, lens, plan, (_, _) -> {});
                };
                all.computeIfAbsent(way, _ -> new ArrayList<>()).add(score(codes(made), truth, edges));
            }
            done.accept(i + 1);
        }
        SequencedMap<Way, Score> means = new LinkedHashMap<>();
        all.forEach((way, scores) -> means.put(
                way,
                new Score(
                        scores.stream().mapToDouble(Score::whole).average().orElse(0),
                        scores.stream()
                                .mapToDouble(Score::edges)
                                .filter(edge -> !Double.isNaN(edge))
                                .average()
                                .orElse(0))));
        return means;
    }

    private static float[] codes(LinearPicture picture) {
        int pixels = picture.width() * picture.height();
        var codes = new float[3 * pixels];
        for (int channel = 0; channel < 3; channel++) {
            for (int i = 0; i < pixels; i++) {
                codes[channel * pixels + i] = (float) LinearPicture.code(picture.planes()[channel][i]);
            }
        }
        return codes;
    }

    private static Score score(float[] made, float[] truth, boolean[] edges) {
        double whole = 0;
        double near = 0;
        long count = 0;
        for (int i = 0; i < made.length; i++) {
            double square = (made[i] - truth[i]) * (made[i] - truth[i]);
            whole += square;
            if (edges[i % edges.length]) {
                near += square;
                count++;
            }
        }
        return new Score(decibels(whole / made.length), count == 0 ? Double.NaN : decibels(near / count));
    }

    private static double decibels(double error) {
        return Math.min(MOST_DECIBELS, -10 * Math.log10(error));
    }

    private static boolean[] edges(DepthMap depth, int reach) {
        int width = depth.width();
        int height = depth.height();
        var jumps = new float[width * height];
        for (int y = 0; y + 1 < height; y++) {
            for (int x = 0; x + 1 < width; x++) {
                float here = depth.at(x, y);
                jumps[y * width + x] =
                        Math.abs(here - depth.at(x + 1, y)) > JUMP || Math.abs(here - depth.at(x, y + 1)) > JUMP
                                ? 1
                                : 0;
            }
        }
        float[] near = new Disc(Math.max(1, reach)).blur(jumps, width, height);
        var edges = new boolean[near.length];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = near[i] > 1e-6f;
        }
        return edges;
    }

    /// Each pixel from the picture blurred by a normal distribution as wide as its own disc, whatever lies around it.
    static LinearPicture gaussian(LinearPicture picture, float[] radii) {
        int width = picture.width();
        int height = picture.height();
        float largest = 0;
        for (float radius : radii) {
            largest = Math.max(largest, Math.abs(radius));
        }
        LinearPicture made = LinearPicture.black(width, height);
        int steps = (int) Math.ceil(largest) + 1;
        for (int step = 0; step <= steps; step++) {
            double centre = step;
            float[][] blurred = IntStream.range(0, 3)
                    .mapToObj(channel -> normal(picture.planes()[channel], width, height, centre / 2))
                    .toArray(float[][]::new);
            for (int channel = 0; channel < 3; channel++) {
                for (int i = 0; i < radii.length; i++) {
                    double share = 1 - Math.abs(Math.abs(radii[i]) - centre);
                    if (share > 0) {
                        made.planes()[channel][i] += (float) share * blurred[channel][i];
                    }
                }
            }
        }
        return made;
    }

    private static float[] normal(float[] plane, int width, int height, double deviation) {
        if (deviation == 0) {
            return plane;
        }
        int reach = (int) Math.ceil(3 * deviation);
        var weights = new double[2 * reach + 1];
        double sum = 0;
        for (int i = -reach; i <= reach; i++) {
            weights[i + reach] = StrictMath.exp(-i * i / (2 * deviation * deviation));
            sum += weights[i + reach];
        }
        var across = new float[plane.length];
        var both = new float[plane.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double total = 0;
                for (int i = -reach; i <= reach; i++) {
                    total += weights[i + reach] * plane[y * width + Math.clamp(x + i, 0, width - 1)];
                }
                across[y * width + x] = (float) (total / sum);
            }
        }
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double total = 0;
                for (int i = -reach; i <= reach; i++) {
                    total += weights[i + reach] * across[Math.clamp(y + i, 0, height - 1) * width + x];
                }
                both[y * width + x] = (float) (total / sum);
            }
        }
        return both;
    }
}
