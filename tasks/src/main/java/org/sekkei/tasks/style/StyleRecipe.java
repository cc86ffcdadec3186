package org.sekkei.tasks.style;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.stream.IntStream;
import org.sekkei.models.Vgg;

/// One way of transferring a style: what is compared, from where the picture starts, and how it follows the gradient.
///
/// @param name as commands take it
/// @param pooling of a VGG
/// @param side of a VGG's convolutions
/// @param caffePixels what weights from Caffe get to see
/// @param content layers and weights
/// @param style layers and weights
/// @param balance of the weights
/// @param loss that compares styles
/// @param totalVariation its weight
/// @param start of the picture
/// @param rule how it follows the gradient
/// @param range within which each step leaves the channels of a pixel
/// @param averaging the share that the average of the iterates keeps at a step; 0 is no average
/// @param pyramid the sizes on the way
/// @param canvas what the picture lies on
public record StyleRecipe(
        String name,
        Vgg.Pooling pooling,
        Vgg.Tap side,
        Pixels caffePixels,
        List<Layer> content,
        List<Layer> style,
        Balance balance,
        StyleLoss loss,
        double totalVariation,
        Start start,
        DescentRule rule,
        Range range,
        double averaging,
        Pyramid pyramid,
        Canvas canvas) {
    /// A layer and what it counts.
    public record Layer(String tap, double weight) {}

    /// What the weights of layers multiply.
    public enum Balance {
        /// The losses as they are.
        ABSOLUTE,
        /// The losses divided by what a picture without any features would have. It makes weights mean the same for
        /// layers and files whose features differ in scale.
        RELATIVE
    }

    /// From what the picture starts.
    public enum Start {
        CONTENT,
        /// chainer-gogh's: 120 and up to 20 more or less, of 255.
        GREY_NOISE
    }

    /// What the content lies on.
    public enum Canvas {
        /// Itself.
        OWN,
        /// A black square, the content below or on the right. The picture is cut out at the end.
        SQUARE
    }

    public record Range(double low, double high) {
        /// As far as steps go.
        public static final Range FREE = new Range(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /// The sizes on the way to the largest.
    ///
    /// @param factor from one to the next; 0 for the largest alone
    /// @param smallest longest side to begin with, in pixels
    /// @param iterations at the first
    /// @param laterShare of these at the second
    /// @param furtherShare of a size's iterations at the next one, from the second on
    public record Pyramid(double factor, int smallest, int iterations, double laterShare, double furtherShare) {
        /// The longest sides, from the smallest to `longest`.
        List<Integer> sides(int longest) {
            List<Integer> sides = new ArrayList<>();
            double side = longest;
            while (sides.isEmpty() || factor > 1 && Math.round(side) >= smallest) {
                sides.addFirst((int) Math.round(side));
                side /= factor > 1 ? factor : 2;
            }
            return sides;
        }

        /// @param index of a size, 0 for the smallest
        int iterationsAt(int index) {
            double share = index == 0 ? 1 : laterShare * Math.pow(furtherShare, index - 1);
            return (int) Math.max(1, Math.round(iterations * share));
        }

        Pyramid withIterations(int iterations) {
            return new Pyramid(factor, smallest, iterations, laterShare, furtherShare);
        }

        Pyramid withSmallest(int smallest) {
            return new Pyramid(factor, smallest, iterations, laterShare, furtherShare);
        }
    }

    public StyleRecipe {
        content = List.copyOf(content);
        style = List.copyOf(style);
    }

    private static final double FULL = 255;
    private static final List<Double> GOGH_CONTENT = List.of(0.0, 0.0, 1.0, 1.0);

    /// The usual way (Gatys et al., 2015, arXiv 1508.06576): Gram matrices of the first convolution of each stage and
    /// the content of `conv4_2`, behind their rectifiers, with average pools and L-BFGS from the content on.
    /// Weights are relative, sizes double from 256 on, and each has half the iterations of the one before.
    public static StyleRecipe gatys(FeatureModel model) {
        return new StyleRecipe(
                "gatys",
                Vgg.Pooling.AVERAGE,
                Vgg.Tap.AFTER_RELU,
                Pixels.CAFFE,
                contentLayers(model, 1),
                styleLayers(model, List.of(1.0, 1.0, 1.0, 1.0, 1.0), 20),
                Balance.RELATIVE,
                new StyleLoss.Gram(),
                2,
                Start.CONTENT,
                DescentRule.Bfgs.USUAL,
                Range.FREE,
                0,
                // A size costs four times the one before, so that halving leaves twice its time to the next.
                new Pyramid(2, 256, 300, 0.5, 0.5),
                Canvas.OWN);
    }

    /// What chainer-gogh does: content and Gram matrices of four layers, weights absolute, Adam with a rate of 4 of 255
    /// from grey noise on, a square canvas.
    ///
    /// @param variant of a VGG
    public static StyleRecipe gogh(FeatureModel model, Gogh variant) {
        List<String> taps = IntStream.rangeClosed(1, 4)
                .mapToObj(stage -> model.isVgg() ? model.last(stage) : "conv" + stage)
                .toList();
        double lambda = 0.005;
        return new StyleRecipe(
                "gogh",
                variant == Gogh.VGG ? Vgg.Pooling.AVERAGE : Vgg.Pooling.MAX,
                variant == Gogh.VGG ? Vgg.Tap.BEFORE_RELU : Vgg.Tap.AFTER_RELU,
                Pixels.GOGH,
                IntStream.range(0, 4)
                        .filter(i -> GOGH_CONTENT.get(i) > 0)
                        .mapToObj(i -> new Layer(taps.get(i), lambda * GOGH_CONTENT.get(i)))
                        .toList(),
                taps.stream().map(tap -> new Layer(tap, 1.0 / taps.size())).toList(),
                Balance.ABSOLUTE,
                new StyleLoss.Gram(),
                0,
                Start.GREY_NOISE,
                new DescentRule.Adam(4 / FULL, 0.9, 0.999, 1e-8 * FULL, false),
                // chainer-gogh leaves -120 to 136 about 120, one more than white is.
                new Range(0, 256 / FULL),
                0,
                new Pyramid(0, 1, 5000, 1, 1),
                Canvas.SQUARE);
    }

    /// Which of chainer-gogh's two ways of looking at a VGG.
    public enum Gogh {
        /// Convolutions before their rectifiers, average pools.
        VGG,
        /// Behind them, maximum pools.
        VGG_CHAINER
    }

    /// The modern way, after crowsonkb/style-transfer-pytorch: Wasserstein distances of features taken for normal
    /// distributions, sizes that grow by the root of 2 from 128 on, Adam whose averages go on from one to the
    /// next, and the average of the iterates as the picture. Weights are relative.
    public static StyleRecipe wasserstein(FeatureModel model) {
        return new StyleRecipe(
                "wasserstein",
                Vgg.Pooling.MAX,
                Vgg.Tap.AFTER_RELU,
                Pixels.CAFFE,
                contentLayers(model, 0.1),
                styleLayers(model, List.of(256.0, 64.0, 16.0, 4.0, 1.0), 1),
                Balance.RELATIVE,
                StyleLoss.Wasserstein.DEFAULT,
                2,
                Start.CONTENT,
                DescentRule.Adam.USUAL,
                new Range(0, 1),
                0.99,
                new Pyramid(Math.sqrt(2), 128, 300, 0.5, 1),
                Canvas.OWN);
    }

    /// Reads `gatys`, `gogh`, `gogh:vgg_chainer` or `wasserstein`.
    ///
    /// @throws IllegalArgumentException naming those there are
    public static StyleRecipe named(String name, FeatureModel model) {
        return switch (name) {
            case "gatys" -> gatys(model);
            case "gogh", "gogh:vgg", "gogh:nin" -> gogh(model, Gogh.VGG);
            case "gogh:vgg_chainer" -> gogh(model, Gogh.VGG_CHAINER);
            case "wasserstein" -> wasserstein(model);
            default ->
                throw new IllegalArgumentException(
                        "unknown recipe '" + name + "'; there are gatys, gogh, gogh:vgg_chainer and wasserstein");
        };
    }

    /// The same with another rule; what the other rule does not carry is left out.
    public StyleRecipe with(DescentRule other) {
        return new StyleRecipe(
                name,
                pooling,
                side,
                caffePixels,
                content,
                style,
                balance,
                loss,
                totalVariation,
                start,
                other,
                range,
                averaging,
                pyramid,
                canvas);
    }

    /// The same with another number of iterations at the first size, the later ones in proportion.
    public StyleRecipe withIterations(int iterations) {
        if (iterations < 1) {
            throw new IllegalArgumentException("iterations must be at least 1, not " + iterations);
        }
        return with(pyramid.withIterations(iterations));
    }

    /// The same from another size on; at the largest alone if that is smaller.
    ///
    /// @param smallest longest side to begin with, in pixels
    public StyleRecipe beginningAt(int smallest) {
        return with(pyramid.withSmallest(smallest));
    }

    /// The same at the largest size alone.
    public StyleRecipe atOneSize() {
        return with(new Pyramid(0, 1, pyramid.iterations, 1, 1));
    }

    /// The same with the content counting `factor` times as much.
    public StyleRecipe withContent(double factor) {
        return new StyleRecipe(
                name,
                pooling,
                side,
                caffePixels,
                content.stream()
                        .map(layer -> new Layer(layer.tap, layer.weight * factor))
                        .toList(),
                style,
                balance,
                loss,
                totalVariation,
                start,
                rule,
                range,
                averaging,
                pyramid,
                canvas);
    }

    private StyleRecipe with(Pyramid other) {
        return new StyleRecipe(
                name,
                pooling,
                side,
                caffePixels,
                content,
                style,
                balance,
                loss,
                totalVariation,
                start,
                rule,
                range,
                averaging,
                other,
                canvas);
    }

    /// The names of all layers that are looked at.
    public SequencedSet<String> taps() {
        SequencedSet<String> taps = new LinkedHashSet<>();
        content.forEach(layer -> taps.add(layer.tap));
        style.forEach(layer -> taps.add(layer.tap));
        return taps;
    }

    private static List<Layer> contentLayers(FeatureModel model, double weight) {
        return List.of(new Layer(model.isVgg() ? "conv4_2" : "conv3", weight));
    }

    private static List<Layer> styleLayers(FeatureModel model, List<Double> weights, double total) {
        int stages = model.isVgg() ? 5 : 4;
        double sum =
                weights.stream().limit(stages).mapToDouble(Double::doubleValue).sum();
        return IntStream.range(0, stages)
                .mapToObj(stage ->
                        new Layer("conv" + (stage + 1) + (model.isVgg() ? "_1" : ""), total * weights.get(stage) / sum))
                .toList();
    }
}
