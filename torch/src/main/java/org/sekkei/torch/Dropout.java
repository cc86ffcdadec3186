package org.sekkei.torch;

import org.jspecify.annotations.Nullable;

/// Zeroes a share of the values at random in training and scales the others up; nothing in use.
public final class Dropout extends Layer {
    private final double share;
    private @Nullable Generator generator;

    public Dropout(double share) {
        this.share = share;
    }

    /// Lets a seed decide what all such layers of a network zero next.
    public static void draw(Module network, long seed) {
        var generator = new Generator(seed);
        network.namedModules().values().forEach(module -> {
            if (module instanceof Dropout dropout) {
                dropout.generator = generator;
            }
        });
    }

    @Override
    protected Tensor forward(Tensor input) {
        if (!isTraining() || share == 0) {
            return input;
        }
        if (generator == null) {
            return Functional.dropout(input, share);
        }
        Tensor kept = Tensor.rand(generator, input.shape()).ge(share);
        return input.mul(kept.to(input.device()).to(input.dtype())).div(1 - share);
    }
}
