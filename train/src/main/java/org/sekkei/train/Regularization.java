package org.sekkei.train;

/// What keeps a network from learning its training pictures by heart, besides the augmentation of each of them.
///
/// @param labelSmoothing the share of a label that is spread over all classes, in \[0, 1)
/// @param mixup alpha of mixup (Zhang et al., 2017, arXiv 1710.09412), which blends each picture of a batch with
///     another by a share drawn from Beta(alpha, alpha); 0 for none, at most [#LARGEST_ALPHA]
/// @param cutmix alpha of CutMix (Yun et al., 2019, arXiv 1905.04899), which puts a rectangle of the other picture in
///     instead, likewise. With both, half of the batches get one and half the other
/// @param dropPath the share of samples that skip the last residual branch, and fewer the earlier ones, in \[0, 1)
public record Regularization(double labelSmoothing, double mixup, double cutmix, double dropPath) {
    /// Beyond it, a batch would be little else than the even mixture.
    public static final double LARGEST_ALPHA = 4;

    /// None at all.
    public static final Regularization NONE = new Regularization(0, 0, 0, 0);

    public Regularization {
        require(labelSmoothing >= 0 && labelSmoothing < 1, "label smoothing must be in 0 to 1", labelSmoothing);
        require(mixup >= 0 && mixup <= LARGEST_ALPHA, "mixup must be in 0 to " + LARGEST_ALPHA, mixup);
        require(cutmix >= 0 && cutmix <= LARGEST_ALPHA, "cutmix must be in 0 to " + LARGEST_ALPHA, cutmix);
        require(dropPath >= 0 && dropPath < 1, "drop path must be in 0 to 1", dropPath);
    }

    private static void require(boolean holds, String rule, double value) {
        if (!holds) {
            throw new IllegalArgumentException("the " + rule + ", not " + value);
        }
    }
}
