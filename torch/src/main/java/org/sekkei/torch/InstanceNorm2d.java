package org.sekkei.torch;

import org.jspecify.annotations.Nullable;

/// Normalises each channel of each picture of \[B, C, H, W\], without weights. State: `running_mean`, `running_var`,
/// \[C\] each, and `num_batches_tracked`.
public final class InstanceNorm2d extends Layer implements ChannelNorm {
    /// By which mean and variance a layer normalises.
    public enum Statistics {
        /// The picture's in training, entering the running ones; the running ones in use.
        OF_THE_MODE,
        /// The picture's always; the running ones change in training only.
        PICTURE,
        /// The running ones always, unchanged.
        RUNNING
    }

    private static final double MOMENTUM = 0.1;
    private static final double EPSILON = 1e-5;

    private final Statistics statistics;
    private final Tensor runningMean;
    private final Tensor runningVariance;
    private @Nullable Source source;

    public InstanceNorm2d(long channels, Statistics statistics) {
        this.statistics = statistics;
        runningMean = buffer("running_mean", Tensor.zeros(channels));
        runningVariance = buffer("running_var", Tensor.ones(channels));
        // PyTorch keeps this count for instances too, but never raises it.
        buffer("num_batches_tracked", Tensor.zeros(DType.INT64, Device.CPU));
    }

    @Override
    public void normaliseBy(@Nullable Source source) {
        this.source = source;
    }

    @Override
    protected Tensor forward(Tensor input) {
        if (source != null) {
            Moments moments = source.of(input);
            return Functional.instanceNorm(
                    input, moments.mean(), moments.variance(), null, null, false, MOMENTUM, EPSILON);
        }
        boolean picture = statistics == Statistics.PICTURE || (statistics == Statistics.OF_THE_MODE && isTraining());
        boolean running = !picture || isTraining();
        return Functional.instanceNorm(
                input,
                running ? runningMean : null,
                running ? runningVariance : null,
                null,
                null,
                picture,
                MOMENTUM,
                EPSILON);
    }
}
