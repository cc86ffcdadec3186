package org.sekkei.train;

import org.sekkei.torch.Autograd;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Mixup and CutMix: each picture of a batch gets something of the one that stands in its place when the batch is
/// counted from behind, and the loss counts both labels.
final class Mixing {
    // Apart from the draws of samples and of orders.
    private static final long STREAM = 0x2C91_5B0E_7D43_A86FL;

    private final Regularization regularization;
    private final long seed;

    Mixing(Regularization regularization, long seed) {
        this.regularization = regularization;
        this.seed = seed;
    }

    /// A batch after mixing.
    ///
    /// @param pictures \[B, 3, S, S\]
    /// @param labels \[B\]
    /// @param others the labels of what was mixed in, \[B\]
    /// @param share of the first labels, in 0..1
    record Mixed(Tensor pictures, Tensor labels, Tensor others, double share) {
        /// So many pictures of it, not copied.
        Mixed part(long from, long count) {
            return count == pictures.size(0)
                    ? this
                    : new Mixed(
                            pictures.narrow(0, from, count),
                            labels.narrow(0, from, count),
                            others.narrow(0, from, count),
                            share);
        }

        /// @param logits \[B, classes\]
        Tensor loss(Tensor logits, double labelSmoothing) {
            Tensor loss = Functional.crossEntropy(logits, labels, labelSmoothing);
            return share == 1 ? loss : loss.lerp(Functional.crossEntropy(logits, others, labelSmoothing), 1 - share);
        }
    }

    /// A function of the batch, the seed, the epoch and the step in it.
    Mixed mixed(Tensor pictures, Tensor labels, int epoch, int step) {
        double mixup = regularization.mixup();
        double cutmix = regularization.cutmix();
        if (mixup == 0 && cutmix == 0) {
            return new Mixed(pictures, labels, labels, 1);
        }
        var random = new SampleRandom(seed ^ STREAM, epoch, step);
        boolean cuts = mixup == 0 || (cutmix > 0 && random.nextDouble() < 0.5);
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor others = pictures.flip(0);
            Tensor otherLabels = scope.keep(labels.flip(0));
            double share = beta(random, cuts ? cutmix : mixup);
            if (!cuts) {
                return new Mixed(scope.keep(pictures.lerp(others, 1 - share)), labels, otherLabels, share);
            }
            Cut cut = Cut.draw(random, share, pictures.size(2), pictures.size(3));
            Tensor patched = pictures.copy();
            cut.of(patched).copyInPlace(cut.of(others));
            return new Mixed(scope.keep(patched), labels, otherLabels, cut.rest());
        }
    }

    /// A rectangle of a picture.
    record Cut(long top, long left, long height, long width, long pictureHeight, long pictureWidth) {
        /// Of `1 - share` of the picture's area and its shape, about a point anywhere; cut off at the edges.
        static Cut draw(SampleRandom random, double share, long height, long width) {
            double side = StrictMath.sqrt(1 - share);
            long y = random.nextInt((int) height);
            long x = random.nextInt((int) width);
            long halfHeight = (long) (height * side) / 2;
            long halfWidth = (long) (width * side) / 2;
            long top = Math.max(0, y - halfHeight);
            long left = Math.max(0, x - halfWidth);
            return new Cut(
                    top,
                    left,
                    Math.min(height, y + halfHeight) - top,
                    Math.min(width, x + halfWidth) - left,
                    height,
                    width);
        }

        /// The pixels of it, not copied.
        Tensor of(Tensor pictures) {
            return pictures.narrow(2, top, height).narrow(3, left, width);
        }

        /// The share of the picture that lies outside.
        double rest() {
            return 1 - (double) (height * width) / (pictureHeight * pictureWidth);
        }
    }

    /// A draw from Beta(alpha, alpha) (Jöhnk, 1964: two powers of uniform numbers, taken again until they add up to no
    /// more than 1).
    static double beta(SampleRandom random, double alpha) {
        while (true) {
            double x = StrictMath.pow(random.nextDouble(), 1 / alpha);
            double y = StrictMath.pow(random.nextDouble(), 1 / alpha);
            if (x + y > 0 && x + y <= 1) {
                return x / (x + y);
            }
        }
    }
}
