package org.sekkei.torch;

/// The hyperbolic tangent.
public final class Tanh extends Layer {
    @Override
    protected Tensor forward(Tensor input) {
        return input.tanh();
    }
}
