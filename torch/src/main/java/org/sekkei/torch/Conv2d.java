package org.sekkei.torch;

import org.jspecify.annotations.Nullable;

/// A convolution of pictures, \[B, inputs, H, W\] to \[B, outputs, H', W'\]. State: `weight` \[outputs, inputs /
/// groups, height, width\] and, with a bias, `bias` \[outputs\].
public final class Conv2d extends Layer {
    /// The measures of a convolution; stride and dilation are the same both ways.
    public record Options(
            long inputs,
            long outputs,
            long kernelHeight,
            long kernelWidth,
            long stride,
            long paddingHeight,
            long paddingWidth,
            long dilation,
            long groups,
            boolean bias) {
        public Options stride(long stride) {
            return with(stride, paddingHeight, paddingWidth, dilation, groups, bias);
        }

        /// The same padding on all sides.
        public Options padding(long padding) {
            return padding(padding, padding);
        }

        /// @param height above and below
        /// @param width left and right
        public Options padding(long height, long width) {
            return with(stride, height, width, dilation, groups, bias);
        }

        public Options dilation(long dilation) {
            return with(stride, paddingHeight, paddingWidth, dilation, groups, bias);
        }

        public Options groups(long groups) {
            return with(stride, paddingHeight, paddingWidth, dilation, groups, bias);
        }

        public Options bias(boolean bias) {
            return with(stride, paddingHeight, paddingWidth, dilation, groups, bias);
        }

        private Options with(
                long stride, long paddingHeight, long paddingWidth, long dilation, long groups, boolean bias) {
            return new Options(
                    inputs,
                    outputs,
                    kernelHeight,
                    kernelWidth,
                    stride,
                    paddingHeight,
                    paddingWidth,
                    dilation,
                    groups,
                    bias);
        }
    }

    private final Options options;
    private final Tensor weight;
    private final @Nullable Tensor bias;

    public Conv2d(Options options, Generator generator) {
        this.options = options;
        weight = parameter(
                "weight",
                Tensor.zeros(
                        options.outputs, options.inputs / options.groups, options.kernelHeight, options.kernelWidth));
        bias = options.bias ? parameter("bias", Tensor.zeros(options.outputs)) : null;
        Init.weightAndBias(weight, bias, generator);
    }

    /// A square kernel, stride 1, no padding, with a bias.
    public static Options options(long inputs, long outputs, long kernel) {
        return options(inputs, outputs, kernel, kernel);
    }

    /// A rectangular kernel, stride 1, no padding, with a bias.
    public static Options options(long inputs, long outputs, long kernelHeight, long kernelWidth) {
        return new Options(inputs, outputs, kernelHeight, kernelWidth, 1, 0, 0, 1, 1, true);
    }

    public Tensor weight() {
        return weight;
    }

    @Override
    protected Tensor forward(Tensor input) {
        if (bias == null && input.dim() == 4 && UnrolledConvolution.pays(input, options)) {
            return UnrolledConvolution.apply(input, weight, options);
        }
        return Functional.conv2d(
                input,
                weight,
                bias,
                options.stride,
                options.paddingHeight,
                options.paddingWidth,
                options.dilation,
                options.groups);
    }
}
