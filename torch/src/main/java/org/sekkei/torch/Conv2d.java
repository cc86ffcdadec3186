package org.sekkei.torch;

import org.jspecify.annotations.Nullable;

/// A convolution of pictures, \[B, inputs, H, W\] to \[B, outputs, H', W'\]. State: `weight` \[outputs, inputs /
/// groups, kernel, kernel\] and, with a bias, `bias` \[outputs\].
public final class Conv2d extends Layer {
    /// The measures of a convolution, square in its kernel, stride, padding and dilation.
    public record Options(
            long inputs,
            long outputs,
            long kernel,
            long stride,
            long padding,
            long dilation,
            long groups,
            boolean bias) {
        public Options stride(long stride) {
            return new Options(inputs, outputs, kernel, stride, padding, dilation, groups, bias);
        }

        public Options padding(long padding) {
            return new Options(inputs, outputs, kernel, stride, padding, dilation, groups, bias);
        }

        public Options dilation(long dilation) {
            return new Options(inputs, outputs, kernel, stride, padding, dilation, groups, bias);
        }

        public Options groups(long groups) {
            return new Options(inputs, outputs, kernel, stride, padding, dilation, groups, bias);
        }

        public Options bias(boolean bias) {
            return new Options(inputs, outputs, kernel, stride, padding, dilation, groups, bias);
        }
    }

    private final Options options;
    private final Tensor weight;
    private final @Nullable Tensor bias;

    public Conv2d(Options options, Generator generator) {
        this.options = options;
        weight = parameter(
                "weight",
                Tensor.zeros(options.outputs, options.inputs / options.groups, options.kernel, options.kernel));
        bias = options.bias ? parameter("bias", Tensor.zeros(options.outputs)) : null;
        Init.weightAndBias(weight, bias, generator);
    }

    /// Stride 1, no padding, with a bias.
    public static Options options(long inputs, long outputs, long kernel) {
        return new Options(inputs, outputs, kernel, 1, 0, 1, 1, true);
    }

    public Tensor weight() {
        return weight;
    }

    @Override
    protected Tensor forward(Tensor input) {
        return Functional.conv2d(
                input, weight, bias, options.stride, options.padding, options.dilation, options.groups);
    }
}
