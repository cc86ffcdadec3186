package org.sekkei.torch;

/// The transpose of a convolution, \[B, inputs, H, W\] to \[B, outputs, H', W'\]. State: `weight` \[inputs, outputs,
/// kernel, kernel\] and `bias` \[outputs\].
public final class ConvTranspose2d extends Layer {
    private final long stride;
    private final long padding;
    private final long outputPadding;
    private final Tensor weight;
    private final Tensor bias;

    /// @param outputPadding rows and columns more below and on the right
    public ConvTranspose2d(
            long inputs,
            long outputs,
            long kernel,
            long stride,
            long padding,
            long outputPadding,
            Generator generator) {
        this.stride = stride;
        this.padding = padding;
        this.outputPadding = outputPadding;
        weight = parameter("weight", Tensor.zeros(inputs, outputs, kernel, kernel));
        bias = parameter("bias", Tensor.zeros(outputs));
        Init.weightAndBias(weight, bias, generator);
    }

    public Tensor weight() {
        return weight;
    }

    @Override
    protected Tensor forward(Tensor input) {
        return Functional.convTranspose2d(input, weight, bias, stride, padding, outputPadding);
    }
}
