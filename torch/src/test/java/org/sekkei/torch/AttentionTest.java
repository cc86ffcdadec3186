package org.sekkei.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionTest {
    private record Passes(float[] result, List<float[]> gradients) {}

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void halfPrecisionIsNearSinglePrecisionThereAndBack(boolean masked) {
        try (var _ = Scope.open()) {
            Passes single = passes(DType.FLOAT32, masked);
            Passes half = passes(DType.BFLOAT16, masked);
            assertNear(half.result, single.result);
            for (int i = 0; i < 3; i++) {
                assertNear(half.gradients.get(i), single.gradients.get(i));
            }
        }
    }

    private static Passes passes(DType type, boolean masked) {
        var generator = new Generator(3);
        Tensor query = Tensor.randn(generator, 2, 3, 5, 8).requiresGrad(true);
        Tensor key = Tensor.randn(generator, 2, 3, 7, 8).requiresGrad(true);
        Tensor value = Tensor.randn(generator, 2, 3, 7, 8).requiresGrad(true);
        Tensor mask = Tensor.randn(generator, 5, 7).to(type);
        Tensor result = Functional.attention(query.to(type), key.to(type), value.to(type), masked ? mask : null);
        Tensor weights = Tensor.randn(generator, 2, 3, 5, 8);
        result.to(DType.FLOAT32).mul(weights).sum().backward();
        return new Passes(
                result.to(DType.FLOAT32).toFloats(), List.of(gradient(query), gradient(key), gradient(value)));
    }

    private static float[] gradient(Tensor tensor) {
        return Objects.requireNonNull(tensor.grad()).toFloats();
    }

    private static void assertNear(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(0.06f));
        }
    }
}
