package org.sekkei.torch;

/// The Gaussian error linear unit, exact.
public final class Gelu extends Layer {
    @Override
    protected Tensor forward(Tensor input) {
        return Functional.gelu(input);
    }
}
