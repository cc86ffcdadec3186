package org.sekkei.torch;

import org.jspecify.annotations.Nullable;

/// Normalises each channel of \[B, C, H, W\]. State: `weight`, `bias`, `running_mean`, `running_var`, \[C\] each,
/// and `num_batches_tracked`.
public final class BatchNorm2d extends Layer implements ChannelNorm {
    /// By which mean and variance a layer normalises.
    public enum Statistics {
        /// The batch's in training, entering the running ones; the running ones in use.
        OF_THE_MODE,
        /// The batch's always; the running ones change in training only.
        BATCH,
        /// The running ones always, unchanged.
        RUNNING
    }

    private static final double MOMENTUM = 0.1;
    private static final double EPSILON = 1e-5;

    private final Statistics statistics;
    private final double epsilon;
    private final Tensor weight;
    private final Tensor bias;
    private final Tensor runningMean;
    private final Tensor runningVariance;
    private @Nullable Source source;
    private final Tensor batchesTracked;

    public BatchNorm2d(long channels) {
        this(channels, Statistics.OF_THE_MODE);
    }

    public BatchNorm2d(long channels, Statistics statistics) {
        this(channels, statistics, EPSILON);
    }

    /// @param epsilon what is added to the variance; 1e-5 where none is given
    public BatchNorm2d(long channels, Statistics statistics, double epsilon) {
        this.statistics = statistics;
        this.epsilon = epsilon;
        weight = parameter("weight", Tensor.ones(channels));
        bias = parameter("bias", Tensor.zeros(channels));
        runningMean = buffer("running_mean", Tensor.zeros(channels));
        runningVariance = buffer("running_var", Tensor.ones(channels));
        batchesTracked = buffer("num_batches_tracked", Tensor.zeros(DType.INT64, Device.CPU));
    }

    public Tensor weight() {
        return weight;
    }

    @Override
    public void normaliseBy(@Nullable Source source) {
        this.source = source;
    }

    @Override
    protected Tensor forward(Tensor input) {
        if (source != null) {
            Moments moments = source.of(input);
            return Functional.batchNorm(
                    input, moments.mean(), moments.variance(), weight, bias, false, MOMENTUM, epsilon);
        }
        boolean batch = statistics == Statistics.BATCH || (statistics == Statistics.OF_THE_MODE && isTraining());
        boolean track = batch && isTraining() && !Recomputation.isAgain();
        if (track) {
            batchesTracked.addInPlace(1);
        }
        return Functional.batchNorm(
                input,
                track || !batch ? runningMean : null,
                track || !batch ? runningVariance : null,
                weight,
                bias,
                batch,
                MOMENTUM,
                epsilon);
    }
}
