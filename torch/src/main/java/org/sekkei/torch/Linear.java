package org.sekkei.torch;

import org.jspecify.annotations.Nullable;

/// \[..., inputs\] to \[..., outputs\]. State: `weight` \[outputs, inputs\] and, with a bias, `bias` \[outputs\].
public final class Linear extends Layer {
    private final Tensor weight;
    private final @Nullable Tensor bias;

    public Linear(long inputs, long outputs, Generator generator) {
        this(inputs, outputs, true, generator);
    }

    public Linear(long inputs, long outputs, boolean bias, Generator generator) {
        weight = parameter("weight", Tensor.zeros(outputs, inputs));
        this.bias = bias ? parameter("bias", Tensor.zeros(outputs)) : null;
        Init.weightAndBias(weight, this.bias, generator);
    }

    public Tensor weight() {
        return weight;
    }

    @Override
    protected Tensor forward(Tensor input) {
        return Functional.linear(input, weight, bias);
    }
}
