package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.inr.Box;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.siren.SirenEvaluator;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenNetwork;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class TorchSirenDecoderTest {
    private static final long MEGABYTE = 1 << 20;

    @ParameterizedTest
    @CsvSource({
        "1x1, 1, 1, 1000000",
        "1x7, 1, 9, 1000000",
        "2x5, 33, 17, 1000000",
        "3x13, 33, 17, 700",
        "5x13, 32, 32, 300000",
        "4x6, 5, 3, 1",
        "10x28, 224, 224, 4000000",
        "10x40, 61, 2, 100000"
    })
    void equalsTheReference(String shape, int width, int height, long budget) {
        List<SirenNetwork> networks = new ArrayList<>();
        List<Sampling> samplings = new ArrayList<>();
        Random random = new Random(7);
        for (int i = 0; i < 4; i++) {
            networks.add(network(shape, new PictureSize(width + 3 * i, height), random));
            samplings.add(sampling(i, width, height));
        }
        assertEqualsReference(networks, samplings, budget);
    }

    @Test
    void shapesMayBeMixed() {
        List<SirenNetwork> networks = new ArrayList<>();
        List<Sampling> samplings = new ArrayList<>();
        Random random = new Random(8);
        for (int i = 0; i < 12; i++) {
            String shape = List.of("2x5", "5x13", "1x3").get(i * i % 3);
            networks.add(network(shape, new PictureSize(20, 30 + i), random));
            samplings.add(sampling(i % 4, 19, 11));
        }
        assertEqualsReference(networks, samplings, MEGABYTE);
    }

    @Test
    void refusesSamplingsOfTwoSizes() {
        SirenNetwork network = network("1x3", new PictureSize(4, 4), new Random(9));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TorchSirenDecoder(Device.CPU, MEGABYTE)
                        .decode(List.of(network, network), List.of(Sampling.full(4, 4), Sampling.full(4, 5))))
                .withMessageContaining("4 x 4")
                .withMessageContaining("4 x 5");
    }

    private static void assertEqualsReference(List<SirenNetwork> networks, List<Sampling> samplings, long budget) {
        int width = samplings.getFirst().width();
        int height = samplings.getFirst().height();
        SirenEvaluator reference = new SirenEvaluator(SirenKernel.reference());
        float[] expected = new float[networks.size() * 3 * width * height];
        for (int i = 0; i < networks.size(); i++) {
            reference.evaluate(networks.get(i), samplings.get(i), expected, i * 3 * width * height);
        }
        try (var _ = Scope.open()) {
            Tensor decoded = new TorchSirenDecoder(Device.CPU, budget).decode(networks, samplings);
            assertThat(decoded.shape()).containsExactly(networks.size(), 3, height, width);
            assertThat(largestDifference(decoded.toFloats(), expected)).isLessThan(1 / 255.0);
        }
    }

    private static double largestDifference(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        return IntStream.range(0, expected.length)
                .mapToDouble(i -> Math.abs(actual[i] - expected[i]))
                .max()
                .orElseThrow();
    }

    private static Sampling sampling(int kind, int width, int height) {
        return switch (kind) {
            case 0 -> Sampling.full(width, height);
            case 1 -> Sampling.full(width, height).flippedHorizontally();
            case 2 ->
                Sampling.crop(new Box(width / 4, height / 3, (width + 1) / 2, (height + 1) / 2), width, height)
                        .flippedHorizontally();
            default -> Sampling.full(width, height).rotated(0.7);
        };
    }

    private static SirenNetwork network(String text, PictureSize size, Random random) {
        SirenShape shape = SirenShape.parse(text);
        float[] parameters = new float[shape.parameterCount()];
        double hidden = Math.sqrt(6.0 / shape.width()) / SirenShape.W0;
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (float) ((i < shape.weights(1) ? 0.5 : hidden) * (2 * random.nextDouble() - 1));
        }
        for (int channel = 0; channel < 3; channel++) {
            parameters[shape.biases(shape.layers()) + channel] += 0.5f;
        }
        return new SirenNetwork(shape, size, parameters);
    }
}
