package org.sekkei.tasks.style;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.models.Vgg;
import org.sekkei.torch.DType;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class TiledGradientTest {
    private static final List<Integer> VGG19 = List.of(2, 2, 4, 4, 4);
    private static final List<Integer> VGG16 = List.of(2, 2, 3, 3, 3);

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @CsvSource({
        "vgg19 average, 96, 80, 32, gram",
        "vgg19 average, 131, 77, 16, wasserstein",
        "vgg19 maximum, 97, 113, 32, gram",
        "vgg16 average, 64, 333, 48, gram",
        "vgg16 maximum, 17, 250, 64, gram",
        "nin, 150, 171, 64, gram",
        "nin, 129, 300, 32, wasserstein",
    })
    void agreesWithTheWholeGradientInDoublePrecision(String network, int height, int width, int side, String loss) {
        Difference difference = difference(network, DType.FLOAT64, height, width, side, loss);
        assertThat(difference.gradient).isLessThan(1e-12);
        assertThat(difference.loss).isLessThan(1e-12);
    }

    @ParameterizedTest
    @CsvSource({"vgg19 average, 131, 77, 32", "vgg19 maximum, 96, 113, 32", "nin, 150, 171, 64"})
    void agreesWithTheWholeGradientInSinglePrecision(String network, int height, int width, int side) {
        assertThat(difference(network, DType.FLOAT32, height, width, side, "gram").gradient)
                .isLessThan(1e-4);
    }

    @Test
    void saysHowLargeAPictureMustBeForTheLastPool() {
        FeatureNetwork nin = network("nin", DType.FLOAT32);
        assertThatThrownBy(() -> nin.requireRoom(64, 64, List.of("conv4")))
                .hasMessage("nothing is left of a picture of 64 x 64 pixels at conv4; both sides must have at least "
                        + "67 pixels");
    }

    private record Difference(double loss, double gradient) {}

    private static Difference difference(String name, DType dtype, int height, int width, int side, String lossName) {
        Generator generator = new Generator(3);
        FeatureNetwork network = network(name, dtype);
        Tensor picture = Tensor.randn(generator, 1, 3, height, width).to(dtype);
        Tensor content = Tensor.randn(generator, 1, 3, height, width).to(dtype);
        Tensor style = Tensor.randn(generator, 1, 3, 120, 130).to(dtype);
        List<String> taps = new ArrayList<>(network.taps().keySet());
        taps.removeIf(tap -> !tap.endsWith("_1") && tap.contains("_"));
        Map<String, Tensor> contentFeatures = network.features(content, taps);
        Map<String, Tensor> styleFeatures = network.features(style, taps);
        StyleLoss loss = lossName.equals("gram") ? new StyleLoss.Gram() : StyleLoss.Wasserstein.DEFAULT;
        Objective objective = new Objective(
                network,
                List.of(new Objective.ContentTerm(
                        taps.get(3), 0.5, Objects.requireNonNull(contentFeatures.get(taps.get(3))))),
                taps.stream()
                        .map(tap -> new Objective.StyleTerm(
                                tap, 2, loss.to(Moments.of(Objects.requireNonNull(styleFeatures.get(tap))))))
                        .toList(),
                new Objective.TotalVariation(0.1));
        Gradient.Slope whole = new WholeGradient(objective).at(picture);
        Gradient.Slope tiled = new TiledGradient(objective, side).at(picture);
        double largest = whole.gradient().abs().amax(false).item();
        double off = whole.gradient().sub(tiled.gradient()).abs().amax(false).item();
        return new Difference(Math.abs(whole.loss() - tiled.loss()) / whole.loss(), off / largest);
    }

    /// The shapes of the networks with a few channels.
    private static FeatureNetwork network(String name, DType dtype) {
        Generator generator = new Generator(7);
        Map<String, Tensor> weights = new HashMap<>();
        if (name.equals("nin")) {
            int[] numbers = {0, 2, 4, 7, 9, 11, 14, 16, 18, 22};
            int[] kernels = {11, 1, 1, 5, 1, 1, 3, 1, 1, 3};
            for (int i = 0; i < numbers.length; i++) {
                put(weights, numbers[i], i == 0 ? 3 : 8, kernels[i], generator);
            }
            return FeatureNetwork.nin(weights, dtype);
        }
        List<Integer> depths = name.startsWith("vgg19") ? VGG19 : VGG16;
        int number = 0;
        for (int depth : depths) {
            for (int i = 0; i < depth; i++, number += 2) {
                put(weights, number, number == 0 ? 3 : 8, 3, generator);
            }
            number++;
        }
        Vgg.Pooling pooling = name.endsWith("average") ? Vgg.Pooling.AVERAGE : Vgg.Pooling.MAX;
        return FeatureNetwork.vgg(depths, pooling, Vgg.Tap.AFTER_RELU, weights, dtype);
    }

    private static void put(Map<String, Tensor> weights, int number, int inputs, int kernel, Generator generator) {
        double scale = Math.sqrt(2.0 / (inputs * kernel * kernel));
        weights.put(
                "features." + number + ".weight",
                Tensor.randn(generator, 8, inputs, kernel, kernel).mul(scale));
        weights.put("features." + number + ".bias", Tensor.randn(generator, 8).mul(0.1));
    }
}
