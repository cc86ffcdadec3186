package org.sekkei.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutogradTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void differentiatesASineLayerAsOnPaper() {
        float[] x = {0.3f, -1.2f};
        Tensor weight = Tensor.of(new float[] {0.5f, -0.7f, 1.1f, 0.2f}, 2, 2).requiresGrad(true);
        Tensor.of(x, 1, 2).matmul(weight).mul(3).sin().sum().backward();
        float[] w = weight.detach().toFloats();
        float[] expected = new float[4];
        for (int j = 0; j < 2; j++) {
            double slope = 3 * Math.cos(3 * (x[0] * w[j] + x[1] * w[2 + j]));
            expected[j] = (float) (slope * x[0]);
            expected[2 + j] = (float) (slope * x[1]);
        }
        assertThat(gradient(weight).toFloats()).containsExactly(expected, Offset.offset(1e-5f));
    }

    /// Of x³ w: by x it is 3 x² w, and that by w is 3 x².
    @Test
    void derivativesAreDifferentiatedAgain() {
        Tensor x = Tensor.of(new double[] {0.5, -2}, 2).requiresGrad(true);
        Tensor weight = Tensor.of(new double[] {1.5, 0.25}, 2).requiresGrad(true);
        Tensor slope = Autograd.derivative(x.pow(3).mul(weight).sum(), x);
        assertThat(slope.detach().toDoubles()).containsExactly(1.125, 3);
        assertThat(weight.grad()).isNull();
        slope.sum().backward();
        assertThat(gradient(weight).toDoubles()).containsExactly(0.75, 12);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithDifferences(long seed) {
        Generator generator = new Generator(seed);
        Tensor input = Tensor.randn(generator, 2, 3, 5, 5).to(DType.FLOAT64);
        Tensor weight = Tensor.randn(generator, 4, 3, 3, 3).to(DType.FLOAT64).requiresGrad(true);
        Tensor direction = Tensor.randn(generator, 4, 3, 3, 3).to(DType.FLOAT64);
        loss(input, weight).backward();
        double slope = gradient(weight).mul(direction).sum().item();
        double step = 1e-5;
        double difference;
        try (var _ = Autograd.noGrad()) {
            difference = (loss(input, weight.addScaled(step, direction)).item()
                            - loss(input, weight.addScaled(-step, direction)).item())
                    / (2 * step);
        }
        assertThat(slope).isCloseTo(difference, Offset.offset(1e-6 * Math.max(1, Math.abs(difference))));
    }

    private static Tensor loss(Tensor input, Tensor weight) {
        Tensor features = Functional.conv2d(input, weight, null, 1, 1, 1, 1).sin();
        Tensor logits = Functional.adaptiveAvgPool2d(features, 1, 1).flatten(1, -1);
        return Functional.crossEntropy(logits, Tensor.of(new long[] {3, 1}), 0.1);
    }

    @Test
    void recordsNothingUnderNoGrad() {
        Tensor weight = Tensor.ones(2).requiresGrad(true);
        try (var _ = Autograd.noGrad()) {
            assertThat(weight.mul(2).requiresGrad()).isFalse();
            try (var _ = Autograd.enableGrad()) {
                assertThat(weight.mul(2).requiresGrad()).isTrue();
            }
            assertThat(Autograd.isEnabled()).isFalse();
        }
        assertThat(weight.mul(2).requiresGrad()).isTrue();
        assertThat(weight.grad()).isNull();
    }

    @Test
    void gradientsAddUpUntilCleared() {
        Tensor weight = Tensor.ones(2).requiresGrad(true);
        weight.mul(2).sum().backward();
        weight.mul(3).sum().backward();
        assertThat(gradient(weight).toFloats()).containsExactly(5, 5);
        weight.clearGrad();
        assertThat(weight.grad()).isNull();
    }

    @Test
    void autocastUsesBfloat16AndStopsWithItsGuard() {
        Tensor a = Tensor.ones(4, 4);
        try (var _ = Autocast.bfloat16(Device.Kind.CPU)) {
            assertThat(a.matmul(a).dtype()).isEqualTo(DType.BFLOAT16);
            try (var _ = Autocast.disabled(Device.Kind.CPU)) {
                assertThat(a.matmul(a).dtype()).isEqualTo(DType.FLOAT32);
            }
            assertThat(a.matmul(a).dtype()).isEqualTo(DType.BFLOAT16);
        }
        assertThat(a.matmul(a).dtype()).isEqualTo(DType.FLOAT32);
    }

    @Test
    void autocastSeesParametersChangedBetweenGuards() {
        Tensor weight = Tensor.ones(2, 2).requiresGrad(true);
        Tensor x = Tensor.ones(1, 2);
        for (int value = 1; value <= 3; value++) {
            try (var _ = Autograd.noGrad()) {
                weight.fillInPlace(value);
            }
            try (var _ = Autocast.bfloat16(Device.Kind.CPU)) {
                assertThat(x.matmul(weight).detach().toFloats()).containsExactly(2 * value, 2 * value);
            }
        }
    }

    @Test
    void softTargetsAndSmoothingAgree() {
        Tensor logits = Tensor.of(new float[] {1, 2, 3, 3, 1, 0}, 2, 3);
        Tensor labels = Tensor.of(new long[] {2, 0});
        Tensor smooth = Tensor.of(new float[] {0.1f, 0.1f, 0.8f, 0.8f, 0.1f, 0.1f}, 2, 3);
        double expected = logits.logSoftmax(1).mul(smooth).sum().item() / -2;
        assertThat(Functional.crossEntropy(logits, smooth, 0).item()).isCloseTo(expected, Offset.offset(1e-6));
        assertThat(Functional.crossEntropy(logits, labels, 0.3).item()).isCloseTo(expected, Offset.offset(1e-6));
    }

    private static Tensor gradient(Tensor tensor) {
        Tensor gradient = tensor.grad();
        assertThat(gradient).isNotNull();
        return java.util.Objects.requireNonNull(gradient);
    }
}
