package org.sekkei.inr.siren;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.sekkei.inr.siren.SirenTile.PIXELS;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sekkei.inr.Box;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// The fast kernel against the reference, and the reference against arithmetic.
class SirenKernelTest {
    private final SirenKernel reference = SirenKernel.reference();
    private final SirenKernel best = SirenKernel.best();

    /// Every width up to 40, so every remainder of the register blocks, with 1 to 10 layers.
    static Stream<SirenShape> shapes() {
        Stream<SirenShape> widths =
                IntStream.rangeClosed(1, 40).mapToObj(width -> new SirenShape(1 + width % 4, width));
        Stream<SirenShape> layers = IntStream.rangeClosed(1, 10)
                .boxed()
                .flatMap(n -> Stream.of(13, 28).map(w -> new SirenShape(n, w)));
        return Stream.concat(Stream.concat(widths, layers), Stream.of(new SirenShape(10, 40)));
    }

    @Test
    void theFastKernelIsTested() {
        assertThat(best.description()).startsWith("vector");
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void coloursAgree(SirenShape shape) {
        float[] parameters = parameters(shape, 1);
        SirenTile expected = tile(shape);
        SirenTile forward = tile(shape);
        SirenTile evaluated = tile(shape);
        reference.evaluate(parameters, expected);
        best.forward(parameters, forward);
        best.evaluate(parameters, evaluated);
        assertThat(forward.colours()).containsExactly(expected.colours(), within(1e-3f));
        assertThat(evaluated.colours()).containsExactly(forward.colours(), within(1e-6f));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void gradientsAgree(SirenShape shape) {
        float[] parameters = parameters(shape, 2);
        double[] expected = gradient(reference, parameters, tile(shape), 200);
        double[] actual = gradient(best, parameters, tile(shape), 200);
        double norm = norm(expected);
        double[] difference = new double[expected.length];
        for (int i = 0; i < expected.length; i++) {
            difference[i] = actual[i] - expected[i];
        }
        assertThat(norm).isPositive();
        assertThat(norm(difference) / norm).isLessThan(1e-4);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,5", "2,7", "3,13", "5,4"})
    void theReferenceGradientIsTheDerivative(int layers, int width) {
        SirenShape shape = new SirenShape(layers, width);
        float[] parameters = parameters(shape, 3);
        double[] gradient = gradient(reference, parameters, tile(shape), PIXELS);
        for (int i = 0; i < parameters.length; i++) {
            float[] moved = parameters.clone();
            moved[i] = parameters[i] + 1e-4f;
            double step = moved[i];
            double above = loss(shape, moved);
            moved[i] = parameters[i] - 1e-4f;
            step -= moved[i];
            double slope = (above - loss(shape, moved)) / step;
            assertThat(gradient[i])
                    .as("parameter %d", i)
                    .isCloseTo(slope, within(0.01 * Math.abs(slope) + 0.002 * norm(gradient)));
        }
    }

    /// Gradients are added to what is there.
    @Test
    void gradientsAccumulate() {
        SirenShape shape = new SirenShape(2, 6);
        float[] parameters = parameters(shape, 4);
        for (SirenKernel kernel : List.of(reference, best)) {
            SirenTile tile = tile(shape);
            float[] sums = new float[shape.parameterCount() * kernel.gradientLanes()];
            kernel.forward(parameters, tile);
            colourGradients(tile, PIXELS);
            kernel.backward(parameters, tile, sums);
            float[] once = sums.clone();
            kernel.backward(parameters, tile, sums);
            for (int i = 0; i < sums.length; i++) {
                assertThat(sums[i]).isCloseTo(2 * once[i], within(1e-4f * (1 + Math.abs(once[i]))));
            }
        }
    }

    static Stream<Arguments> pictures() {
        return Stream.of(
                Arguments.of("1x1", 1, 1, Sampling.full(1, 1)),
                Arguments.of("1x7", 1, 7, Sampling.full(1, 7)),
                Arguments.of("5x13", 33, 17, Sampling.full(33, 17)),
                Arguments.of("5x13", 32, 32, Sampling.full(32, 32).flippedHorizontally()),
                Arguments.of("3x10", 100, 61, Sampling.crop(new Box(10, 5, 40, 50), 31, 29)),
                Arguments.of("3x10", 100, 61, Sampling.full(100, 61).rotated(0.3)),
                Arguments.of("10x28", 224, 224, Sampling.full(224, 224)),
                Arguments.of("10x40", 257, 3, Sampling.full(257, 3)));
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void wholePicturesAgree(String shape, int width, int height, Sampling sampling) {
        SirenShape parsed = SirenShape.parse(shape);
        SirenNetwork network = new SirenNetwork(parsed, new PictureSize(width, height), parameters(parsed, 5));
        int values = 3 * sampling.width() * sampling.height();
        float[] expected = new float[values + 2];
        float[] actual = new float[values + 2];
        new SirenEvaluator(reference).evaluate(network, sampling, expected, 1);
        new SirenEvaluator(best).evaluate(network, sampling, actual, 1);
        assertThat(actual).containsExactly(expected, within(1 / 255f));
        assertThat(actual[0]).isZero();
        assertThat(actual[values + 1]).isZero();
    }

    /// SIREN's initialisation.
    private static float[] parameters(SirenShape shape, long seed) {
        Random random = new Random(seed);
        float[] parameters = new float[shape.parameterCount()];
        double hidden = Math.sqrt(6.0 / shape.width()) / SirenShape.W0;
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (float) ((i < shape.weights(1) ? 0.5 : hidden) * (2 * random.nextDouble() - 1));
        }
        for (int channel = 0; channel < 3; channel++) {
            parameters[shape.biases(shape.layers()) + channel] += 0.5f;
        }
        return parameters;
    }

    private static SirenTile tile(SirenShape shape) {
        SirenTile tile = new SirenTile(shape);
        SirenEvaluator.coordinates(new PictureSize(16, 16), Sampling.full(16, 16), 0, PIXELS, tile.coordinates());
        return tile;
    }

    private static double[] gradient(SirenKernel kernel, float[] parameters, SirenTile tile, int pixels) {
        float[] lanes = new float[parameters.length * kernel.gradientLanes()];
        kernel.forward(parameters, tile);
        colourGradients(tile, pixels);
        kernel.backward(parameters, tile, lanes);
        double[] gradient = new double[parameters.length];
        for (int i = 0; i < lanes.length; i++) {
            gradient[i / kernel.gradientLanes()] += lanes[i];
        }
        return gradient;
    }

    /// The derivative of [#loss] by the colours; zero beyond the first `pixels`.
    private static void colourGradients(SirenTile tile, int pixels) {
        for (int i = 0; i < 3 * PIXELS; i++) {
            tile.colourGradients()[i] = i % PIXELS < pixels ? tile.colours()[i] - target(i) : 0;
        }
    }

    private double loss(SirenShape shape, float[] parameters) {
        SirenTile tile = tile(shape);
        reference.evaluate(parameters, tile);
        double sum = 0;
        for (int i = 0; i < 3 * PIXELS; i++) {
            double difference = tile.colours()[i] - target(i);
            sum += difference * difference / 2;
        }
        return sum;
    }

    private static float target(int i) {
        return (i * 37 % 101) / 101f;
    }

    private static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
