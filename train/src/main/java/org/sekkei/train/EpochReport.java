package org.sekkei.train;

import org.jspecify.annotations.Nullable;

/// What one epoch came to.
///
/// @param epoch from 1
/// @param step how many steps were done in all by its end
/// @param loss the mean over the training pictures as they were seen, with label smoothing
/// @param top1 share of validation pictures whose label came first, 0..1; null if the epoch was not evaluated
/// @param top5 the same for the first five
/// @param validationLoss without label smoothing
/// @param learningRate of the last step
/// @param picturesPerSecond trained, with all waiting
/// @param seconds of training, without evaluation and checkpoints
/// @param dataSeconds of these, the time spent waiting for batches
/// @param dataCpuSeconds CPU time of the decoding threads
public record EpochReport(
        int epoch,
        long step,
        double loss,
        @Nullable Double top1,
        @Nullable Double top5,
        @Nullable Double validationLoss,
        double learningRate,
        double picturesPerSecond,
        double seconds,
        double dataSeconds,
        double dataCpuSeconds) {}
