package org.sekkei.train;

/// How batches are made.
///
/// @param inputSize width and height of the pictures of a batch, in pixels
/// @param batchSize the most pictures a batch; an epoch's pictures are spread evenly over its batches
/// @param seed decides order and augmentation
/// @param threads how many threads decode
/// @param training how the pictures of the split `TRAIN` are varied
/// @param evaluation how those of other splits are cropped
/// @param channelsLast whether batches lie in memory as B, H, W, C, which convolutions on CPUs and tensor cores
///     prefer
public record LoaderConfig(
        int inputSize,
        int batchSize,
        long seed,
        int threads,
        Augmentation training,
        Augmentation evaluation,
        Normalization normalization,
        boolean channelsLast) {
    public LoaderConfig {
        if (inputSize < 1 || inputSize > 8192) {
            throw new IllegalArgumentException("the input size must be in 1 to 8192 pixels, not " + inputSize);
        }
        if (batchSize < 1 || 12L * inputSize * inputSize * batchSize > 1L << 34) {
            throw new IllegalArgumentException("a batch of " + batchSize + " pictures of " + inputSize + " x "
                    + inputSize + " is out of range; take a smaller batch or input size");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("the loader needs at least one thread, not " + threads);
        }
    }

    /// What is usual for this input size, with all processors decoding.
    public static LoaderConfig standard(int inputSize, int batchSize, long seed) {
        return new LoaderConfig(
                inputSize,
                batchSize,
                seed,
                Runtime.getRuntime().availableProcessors(),
                Augmentation.training(inputSize),
                Augmentation.evaluation(inputSize),
                Normalization.IMAGENET,
                true);
    }
}
