package org.sekkei.torch;

/// Normalises over the last dimension. State: `weight` and `bias`, \[size\] each.
public final class LayerNorm extends Layer {
    private final Tensor weight;
    private final Tensor bias;
    private final double epsilon;

    /// @param epsilon what is added to the variance
    public LayerNorm(long size, double epsilon) {
        weight = parameter("weight", Tensor.ones(size));
        bias = parameter("bias", Tensor.zeros(size));
        this.epsilon = epsilon;
    }

    @Override
    protected Tensor forward(Tensor input) {
        return Functional.layerNorm(input, weight, bias, epsilon);
    }
}
