package org.sekkei.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnrolledConvolutionTest {
    private final Scope scope = Scope.open();
    private final Generator generator = new Generator(1);

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @CsvSource({"3, 3, 1, 1, 1", "3, 3, 2, 1, 1", "1, 7, 1, 0, 3", "5, 3, 2, 2, 0"})
    void isAConvolutionAndSoAreItsGradients(
            long height, long width, long stride, long paddingHeight, long paddingWidth) {
        Conv2d.Options options = Conv2d.options(6, 4, height, width)
                .stride(stride)
                .padding(paddingHeight, paddingWidth)
                .bias(false);
        Tensor input = Tensor.randn(generator, 2, 6, 8, 7).requiresGrad(true);
        Tensor weight = Tensor.randn(generator, 4, 6, height, width).requiresGrad(true);
        Tensor expected = Functional.conv2d(input, weight, null, stride, paddingHeight, paddingWidth, 1, 1);
        Tensor direction = Tensor.randn(generator, expected.shape());
        List<Tensor> expectedGradients = gradients(expected, direction, input, weight);
        Tensor unrolled = UnrolledConvolution.apply(input, weight, options);
        assertSame(unrolled, expected);
        List<Tensor> gradients = gradients(unrolled, direction, input, weight);
        assertSame(gradients.get(0), expectedGradients.get(0));
        assertSame(gradients.get(1), expectedGradients.get(1));
    }

    @Test
    void paysOnlyWhereMeasured() {
        Conv2d.Options wide = Conv2d.options(512, 512, 3).padding(1).bias(false);
        Tensor small = Tensor.zeros(DType.BFLOAT16, Device.CPU, 128, 512, 4, 4);
        assertThat(UnrolledConvolution.pays(small, wide)).isTrue();
        assertThat(UnrolledConvolution.pays(small.narrow(0, 0, 8), wide)).isFalse();
        assertThat(UnrolledConvolution.pays(small.to(DType.FLOAT32), wide)).isFalse();
        assertThat(UnrolledConvolution.pays(Tensor.zeros(DType.BFLOAT16, Device.CPU, 32, 512, 7, 7), wide))
                .isFalse();
    }

    @Test
    void aNetworkInMixedPrecisionUsesIt() {
        var layer = new Conv2d(Conv2d.options(512, 256, 3).padding(1).bias(false), generator);
        layer.channelsLast();
        Tensor input = Tensor.randn(generator, 32, 512, 4, 4);
        Tensor expected = layer.apply(input);
        Tensor found;
        try (var _ = Autocast.bfloat16(Device.Kind.CPU)) {
            found = layer.apply(input.to(DType.BFLOAT16));
        }
        assertThat(found.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(found.isChannelsLast()).isTrue();
        assertThat(found.to(DType.FLOAT32).sub(expected).abs().amax(false).item())
                .isLessThan(0.02 * expected.abs().amax(false).item());
        found.to(DType.FLOAT32).sum().backward();
        assertThat(Objects.requireNonNull(layer.weight().grad()).isChannelsLast())
                .isTrue();
    }

    private static List<Tensor> gradients(Tensor output, Tensor direction, Tensor input, Tensor weight) {
        input.clearGrad();
        weight.clearGrad();
        output.mul(direction).sum().backward();
        return List.of(
                Objects.requireNonNull(input.grad()).copy(),
                Objects.requireNonNull(weight.grad()).copy());
    }

    private static void assertSame(Tensor found, Tensor expected) {
        assertThat(found.shape()).containsExactly(expected.shape());
        assertThat(found.contiguous().toFloats())
                .containsExactly(expected.contiguous().toFloats(), Offset.offset(1e-3f));
    }
}
