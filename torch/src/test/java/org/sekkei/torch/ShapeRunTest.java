package org.sekkei.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ShapeRunTest {
    private static Tensor picture() {
        return Tensor.zeros(2, 6, 17, 13);
    }

    private static Tensor map(Layer layer) {
        return layer.apply(picture());
    }

    private static Layer conv(Conv2d.Options options) {
        return new Conv2d(options, Generator.idle());
    }

    static List<Supplier<Tensor>> operations() {
        return List.of(
                () -> map(conv(Conv2d.options(6, 8, 3).stride(2).padding(1))),
                () -> map(conv(Conv2d.options(6, 8, 5, 3).padding(2, 1).dilation(2))),
                () -> map(conv(Conv2d.options(6, 6, 3).groups(6).bias(false))),
                () -> map(new ConvTranspose2d(6, 4, 3, 2, 1, 1, Generator.idle())),
                () -> map(new BatchNorm2d(6)),
                () -> map(new InstanceNorm2d(6, InstanceNorm2d.Statistics.PICTURE)),
                () -> map(new MaxPool2d(3, 2, 1)),
                () -> Functional.maxPool2dToTheEdge(picture(), 3, 2, 0),
                () -> Functional.adaptiveAvgPool2d(picture(), 1, 1),
                () -> Functional.adaptiveAvgPool2d(picture(), 7, 7),
                () -> Functional.pad(picture(), 1, 2, 3, 4, Functional.Padding.REFLECTION),
                () -> Functional.pad(picture(), 1, 2, 3, 4, Functional.Padding.ZEROS),
                () -> Functional.interpolate(picture(), 30, 20, Functional.Interpolation.NEAREST),
                () -> picture().relu().add(picture().sigmoid()).mul(2),
                () -> new Linear(13, 5, Generator.idle()).apply(picture()),
                () -> new LayerNorm(13, 1e-5).apply(picture()),
                () -> picture().matmul(Tensor.of(new float[13 * 4], 13, 4)).softmax(-1),
                () -> Functional.attention(picture(), Tensor.zeros(2, 6, 9, 13), Tensor.zeros(2, 6, 9, 13), null),
                () -> picture().chunk(2, 1).getLast(),
                () -> picture().indexSelect(-1, Tensor.arange(5)),
                () -> picture().permute(0, 2, 3, 1).flatten(1, 2));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void givesTheShapesOfARun(Supplier<Tensor> operation) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            long[] real = operation.get().shape();
            List<String> told = new ArrayList<>();
            long[] derived = ShapeRun.of(
                    (name, _, _) -> told.add(name), () -> operation.get().shape());
            assertThat(derived).containsExactly(real);
            assertThat(told).isNotEmpty();
        }
    }

    @Test
    void autocastConvertsOperandsAndParametersOnce() {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            List<String> told = new ArrayList<>();
            DType type = ShapeRun.of((name, operands, result) -> told.add(name + " " + result.dtype()), () -> {
                Layer layer = conv(Conv2d.options(6, 6, 3).padding(1));
                Tensor input = picture();
                told.clear();
                try (var _ = Autocast.bfloat16(Device.Kind.CPU)) {
                    return layer.apply(layer.apply(input)).dtype();
                }
            });
            assertThat(type).isEqualTo(DType.BFLOAT16);
            assertThat(told).containsExactly("to BFLOAT16", "to BFLOAT16", "conv2d BFLOAT16", "conv2d BFLOAT16");
        }
    }

    @Test
    void whatLibtorchDoesNotKnowOnShapesHasThem() {
        try (var _ = Scope.open()) {
            List<String> told = new ArrayList<>();
            ShapeRun.of((name, _, result) -> told.add(name + " " + Arrays.toString(result.shape())), () -> {
                Tensor column = Tensor.zeros(2, 3, 1);
                Tensor row = Tensor.zeros(4);
                Tensor indices = Tensor.zeros(2, 1, 1).to(DType.INT64);
                told.clear();
                Tensor.where(column.le(0), row, column);
                column.abs();
                column.gather(1, indices);
                return told;
            });
            assertThat(told).contains("where [2, 3, 4]", "abs [2, 3, 1]", "gather [2, 1, 1]");
        }
    }

    @Test
    void thereAreNoValuesToRead() {
        try (var _ = Scope.open()) {
            assertThatThrownBy(() ->
                            ShapeRun.of((_, _, _) -> {}, () -> picture().sum().item()))
                    .isInstanceOf(TorchException.class);
        }
    }

    @Test
    void afterTheRunTensorsHaveMemoryAgain() {
        try (var _ = Scope.open()) {
            ShapeRun.of((_, _, _) -> {}, ShapeRunTest::picture);
            assertThat(Tensor.ones(3).sum().item()).isEqualTo(3);
        }
    }
}
