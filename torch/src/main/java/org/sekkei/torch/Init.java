package org.sekkei.torch;

import org.jspecify.annotations.Nullable;

/// Starting values, drawn in place and in PyTorch's order: a seed gives the weights that `torch.manual_seed` gives
/// there.
public final class Init {
    private Init() {}

    /// Uniform in ±sqrt(6 / ((1 + a²) fan-in)), for a leaky rectifier of slope `a`; fan-in is the product of all
    /// dimensions but the first.
    public static void kaimingUniform(Tensor weight, double a, Generator generator) {
        uniform(weight, Math.sqrt(6 / ((1 + a * a) * fanIn(weight))), generator);
    }

    /// Normal with deviation sqrt(2 / fan-out), for a rectifier; fan-out is the first dimension times all after the
    /// second.
    public static void kaimingNormalFanOut(Tensor weight, Generator generator) {
        double fanOut = (double) weight.numel() / weight.size(1);
        normal(weight, Math.sqrt(2 / fanOut), generator);
    }

    /// Normal about 0.
    public static void normal(Tensor weight, double deviation, Generator generator) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            weight.normalInPlace(generator, 0, deviation);
        }
    }

    /// Uniform in ±`bound`.
    public static void uniform(Tensor weight, double bound, Generator generator) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            weight.uniformInPlace(generator, -bound, bound);
        }
    }

    public static void constant(Tensor weight, double value) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            weight.fillInPlace(value);
        }
    }

    /// What `nn.Linear` and the convolutions do: the weight as for a leaky rectifier of slope sqrt 5, the bias
    /// within 1 / sqrt(fan-in).
    static void weightAndBias(Tensor weight, @Nullable Tensor bias, Generator generator) {
        kaimingUniform(weight, Math.sqrt(5), generator);
        if (bias != null) {
            uniform(bias, 1 / Math.sqrt(fanIn(weight)), generator);
        }
    }

    private static double fanIn(Tensor weight) {
        return (double) weight.numel() / weight.size(0);
    }
}
