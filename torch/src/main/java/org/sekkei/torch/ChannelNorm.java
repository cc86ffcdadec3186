package org.sekkei.torch;

import org.jspecify.annotations.Nullable;

/// A layer that normalises each channel of \[B, C, H, W\] by a mean and a variance.
public sealed interface ChannelNorm permits BatchNorm2d, InstanceNorm2d {
    /// By what a channel is normalised, \[C\] each.
    ///
    /// @param variance without Bessel's correction
    record Moments(Tensor mean, Tensor variance) {}

    /// Says by what an input is normalised, for instance where it is but a part of what counts.
    @FunctionalInterface
    interface Source {
        /// @param input \[B, C, H, W\]
        Moments of(Tensor input);
    }

    /// From now on asks the source for each input; null for what the layer was made with.
    void normaliseBy(@Nullable Source source);
}
