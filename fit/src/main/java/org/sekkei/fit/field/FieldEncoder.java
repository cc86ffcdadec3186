package org.sekkei.fit.field;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sekkei.fit.EncodedPicture;
import org.sekkei.fit.PackGoal;
import org.sekkei.fit.PictureEncoder;
import org.sekkei.inr.Box;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.field.CellRange;
import org.sekkei.inr.field.FieldAnalysis;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldCoefficients;
import org.sekkei.inr.field.FieldFormat;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldTables;
import org.sekkei.pictures.Picture;

/// Turns pictures into records of the codec `field`: one analysis of the picture, then a search for the quantiser level
/// that meets the goal. Each try quantises with rate-distortion-optimised decisions, decodes, measures, and lets what
/// the decoded picture lacks correct the coefficients for the next try, because the basis is not quite orthogonal.
///
/// Not thread-safe: one a thread.
public final class FieldEncoder implements PictureEncoder {
    /// A target counts as met from so little below it, in decibels.
    private static final double TOLERANCE = 0.02;
    /// What one level changes, about, in decibels.
    private static final double DECIBELS_A_LEVEL = 0.3;

    /// A finer step that gains less than this share of what it should shows that the basis can do no more.
    private static final double WORTHWHILE = 0.25;

    /// So many levels finer: what shows that the basis can do no more. Fewer may gain nothing by chance, where a
    /// picture
    /// has only a few coefficients.
    private static final int FAR_FINER = 20;

    private static final int TRIES = 12;

    /// A target that is exceeded by no more needs no further search, in decibels.
    private static final double CLOSE = 0.08;

    /// What lowers the PSNR by a decibel, about, as a change of lambda.
    private static final double PRICE_A_DECIBEL = 0.1;

    private static final int PRICES = 6;

    private final FieldBasis basis;
    private final FieldFormat format;
    private final FieldKernel kernel;
    private final FieldRecipe recipe;
    private final PackGoal goal;
    private final FieldAnalysis analysis;
    private final FieldTables tables;
    private final FieldQuantiser quantiser;

    /// @param commonSize the size of pictures whose records need not say one
    public FieldEncoder(FieldBasis basis, @Nullable PictureSize commonSize, FieldRecipe recipe, PackGoal goal) {
        this.basis = basis;
        this.recipe = recipe;
        this.goal = goal;
        kernel = FieldKernel.best();
        format = new FieldFormat(basis, commonSize, kernel);
        analysis = new FieldAnalysis(basis);
        tables = new FieldTables(basis, 0);
        quantiser = new FieldQuantiser(basis, kernel);
    }

    @Override
    public EncodedPicture encode(Picture picture, List<Box> boxes, long index) {
        Search search = new Search(picture, boxes);
        Attempt best = switch (goal) {
            case PackGoal.Quality(double psnr) -> search.quality(psnr);
            case PackGoal.Bytes(int bytes) -> search.bytes(bytes);
            case PackGoal.Best _ -> search.best();
        };
        return new EncodedPicture(format.write(best.coefficients), best.psnr, Map.of());
    }

    /// One try at a level and a price of bits.
    ///
    /// @param weightedPsnr as the goal sees it: with the background's weight
    private record Attempt(FieldCoefficients coefficients, double lambda, double psnr, double weightedPsnr) {
        int level() {
            return coefficients.level();
        }
    }

    /// The search for one picture.
    private final class Search {
        private final Picture picture;
        private final float[] pixels; // [3, H, W], 0..1
        private final float[] weights; // [cells]
        private final float[] decoded; // [3, H, W]
        private final float[] planes; // [3, (rows + 1) * stride, (columns + 1) * stride]
        private final float[] targets; // [cells, K], the coefficients before quantisation
        private final PictureSize size;
        private final int rows;
        private final int columns;

        Search(Picture picture, List<Box> boxes) {
            this.picture = picture;
            int plane = picture.width() * picture.height();
            pixels = new float[3 * plane];
            byte[] rgb = picture.rgb();
            for (int i = 0; i < plane; i++) {
                for (int c = 0; c < 3; c++) {
                    pixels[c * plane + i] = (rgb[3 * i + c] & 0xFF) / 255f;
                }
            }
            decoded = new float[3 * plane];
            size = new PictureSize(picture.width(), picture.height());
            rows = basis.cells(picture.height());
            columns = basis.cells(picture.width());
            planes = new float[3 * (rows + 1) * (columns + 1) * basis.stride() * basis.stride()];
            weights = weights(boxes);
            targets = new float[rows * columns * basis.channels()];
            kernel.analyse(analysis, pixels, picture.width(), picture.height(), targets);
        }

        private float[] weights(List<Box> boxes) {
            int stride = basis.stride();
            float[] weights = new float[rows * columns];
            boolean uniform = boxes.isEmpty() || recipe.backgroundWeight() == 1;
            Arrays.fill(weights, uniform ? 1 : (float) recipe.backgroundWeight());
            if (uniform) {
                return weights;
            }
            for (Box box : boxes) {
                int left = Math.clamp((int) Math.floor(box.x() / stride), 0, columns - 1);
                int right = Math.clamp((int) Math.floor((box.x() + box.width()) / stride), 0, columns - 1);
                int top = Math.clamp((int) Math.floor(box.y() / stride), 0, rows - 1);
                int bottom = Math.clamp((int) Math.floor((box.y() + box.height()) / stride), 0, rows - 1);
                for (int row = top; row <= bottom; row++) {
                    Arrays.fill(weights, row * columns + left, row * columns + right + 1, 1);
                }
            }
            return weights;
        }

        Attempt quality(double target) {
            Attempt above = null;
            Attempt below = null;
            int level = estimatedLevel(target);
            for (int attempts = 0; attempts < TRIES; attempts++) {
                Attempt attempt = attempt(level, recipe.lambda());
                double excess = attempt.weightedPsnr - target;
                if (excess >= -TOLERANCE) {
                    above = above == null || attempt.level() > above.level() ? attempt : above;
                } else {
                    if (below != null && attempt.level() < below.level() && exhausted(below, attempt)) {
                        return below;
                    }
                    below = below == null || attempt.level() < below.level() ? attempt : below;
                }
                int lowest = above == null ? 0 : above.level() + 1;
                int highest = (below == null ? FieldCoefficients.LEVELS : below.level()) - 1;
                if (lowest > highest) {
                    break;
                }
                int step = (int) Math.round(excess / DECIBELS_A_LEVEL);
                int next = level + (step != 0 ? step : excess >= -TOLERANCE ? 1 : -1);
                if (above == null && attempts > 2) {
                    // Close to what the basis can show, a level brings less than elsewhere.
                    next = Math.min(next, level - FAR_FINER);
                }
                next = Math.clamp(next, lowest, highest);
                if (next == level) {
                    break;
                }
                level = next;
            }
            if (above == null) {
                // Beyond what the basis can show.
                return Objects.requireNonNull(below);
            }
            return cheaper(above, target);
        }

        private static boolean exhausted(Attempt coarse, Attempt fine) {
            int finer = coarse.level() - fine.level();
            double expected = DECIBELS_A_LEVEL * finer;
            return finer >= FAR_FINER && fine.weightedPsnr - coarse.weightedPsnr < WORTHWHILE * expected;
        }

        /// Raises the price of bits as far as the target allows: it works in finer steps than the level.
        private Attempt cheaper(Attempt above, double target) {
            Attempt best = above;
            double lowest = recipe.lambda();
            double highest = Double.POSITIVE_INFINITY;
            double lambda = lowest;
            for (int i = 0; i < PRICES; i++) {
                double excess = best.weightedPsnr - target;
                if (excess < CLOSE) {
                    break;
                }
                lambda = highest == Double.POSITIVE_INFINITY
                        ? lambda + PRICE_A_DECIBEL * excess
                        : (lowest + highest) / 2;
                Attempt attempt = attempt(best.level(), lambda);
                if (attempt.weightedPsnr < target - TOLERANCE) {
                    highest = lambda;
                } else {
                    best = attempt;
                    lowest = lambda;
                }
            }
            return best;
        }

        Attempt bytes(int bytes) {
            int low = 0; // too many bytes, as far as is known
            int high = FieldCoefficients.LEVELS - 1;
            Attempt best = null;
            Attempt smallest = null;
            while (low <= high) {
                int level = (low + high) / 2;
                Attempt attempt = attempt(level, recipe.lambda());
                smallest = attempt;
                if (format.write(attempt.coefficients).length <= bytes) {
                    best = best == null || attempt.weightedPsnr > best.weightedPsnr ? attempt : best;
                    high = level - 1;
                } else {
                    low = level + 1;
                }
            }
            if (best != null) {
                return best;
            }
            return smallest == null ? attempt(FieldCoefficients.LEVELS - 1, recipe.lambda()) : smallest;
        }

        /// Where quantisation to 8 bits hides any further gain.
        Attempt best() {
            return quality(50);
        }

        /// The level at which the coefficients alone promise the target.
        private int estimatedLevel(double target) {
            double allowed = Math.pow(10, -target / 10) * pixels.length;
            int low = 0;
            int high = FieldCoefficients.LEVELS - 1;
            while (low < high) {
                int level = (low + high + 1) / 2;
                if (quantiser.expectedError(targets, weights, FieldBasis.step(level)) <= allowed) {
                    low = level;
                } else {
                    high = level - 1;
                }
            }
            return low;
        }

        private Attempt attempt(int level, double lambda) {
            FieldCoefficients coefficients = FieldCoefficients.zeros(basis, size, level);
            quantiser.quantise(targets, coefficients, lambda, weights);
            kernel.synthesise(tables, coefficients, CellRange.all(coefficients), planes);
            fold();
            Errors errors = measure();
            kernel.analyse(analysis, decoded, picture.width(), picture.height(), targets);
            float step = FieldBasis.step(level);
            short[] quantised = coefficients.values();
            for (int i = 0; i < targets.length; i++) {
                targets[i] += quantised[i] * step;
            }
            return new Attempt(coefficients, lambda, errors.psnr, errors.weightedPsnr);
        }

        /// The planes' rim is what lies beyond the grid; it goes back inside, mirrored.
        private void fold() {
            int stride = basis.stride();
            int rim = stride / 2;
            int pitch = (columns + 1) * stride;
            int height = rows * stride;
            int width = columns * stride;
            for (int c = 0; c < 3; c++) {
                int plane = c * (rows + 1) * stride * pitch;
                for (int y = 0; y < height + 2 * rim; y++) {
                    int row = plane + y * pitch + rim;
                    for (int x = 0; x < rim; x++) {
                        planes[row + x] += planes[row - 1 - x];
                        planes[row + width - 1 - x] += planes[row + width + x];
                    }
                }
                for (int y = 0; y < rim; y++) {
                    for (int x = rim; x < rim + width; x++) {
                        planes[plane + (rim + y) * pitch + x] += planes[plane + (rim - 1 - y) * pitch + x];
                        planes[plane + (rim + height - 1 - y) * pitch + x] +=
                                planes[plane + (rim + height + y) * pitch + x];
                    }
                }
                for (int y = 0; y < picture.height(); y++) {
                    int from = plane + (rim + y) * pitch + rim;
                    int to = (c * picture.height() + y) * picture.width();
                    for (int x = 0; x < picture.width(); x++) {
                        decoded[to + x] = planes[from + x] + 0.5f;
                    }
                }
            }
        }

        private record Errors(double psnr, double weightedPsnr) {}

        /// Measures the decoded picture as 8-bit pixels, and leaves in its place what it lacks.
        private Errors measure() {
            int width = picture.width();
            int height = picture.height();
            int stride = basis.stride();
            long sum = 0;
            double weighted = 0;
            double weightSum = 0;
            int index = 0;
            for (int c = 0; c < 3; c++) {
                for (int y = 0; y < height; y++) {
                    int cells = y / stride * columns;
                    for (int x0 = 0; x0 < width; x0 += stride) {
                        long cell = 0;
                        int end = Math.min(width, x0 + stride);
                        for (int x = x0; x < end; x++, index++) {
                            float value = decoded[index];
                            int shown = (int) (Math.clamp(value, 0f, 1f) * 255 + 0.5f);
                            int wanted = (int) (pixels[index] * 255 + 0.5f);
                            int difference = shown - wanted;
                            cell += (long) difference * difference;
                            // The analysis takes 0.5 off.
                            decoded[index] = pixels[index] - value + 0.5f;
                        }
                        sum += cell;
                        float weight = weights[cells + x0 / stride];
                        weighted += weight * cell;
                        weightSum += weight * (end - x0);
                    }
                }
            }
            return new Errors(decibels((double) sum / index), decibels(weighted / weightSum));
        }

        private static double decibels(double meanSquare) {
            return -10 * Math.log10(meanSquare / (255 * 255));
        }
    }
}
