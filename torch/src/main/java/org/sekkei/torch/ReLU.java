package org.sekkei.torch;

/// The positive part.
public final class ReLU extends Layer {
    @Override
    protected Tensor forward(Tensor input) {
        return input.relu();
    }
}
