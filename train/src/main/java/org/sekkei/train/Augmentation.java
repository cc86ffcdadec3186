package org.sekkei.train;

import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// How a sample is varied: a crop, perhaps mirrored, perhaps rotated about its middle. Nothing is resampled twice:
/// all of it is one map of coordinates, and the picture is evaluated once at the positions that come out.
///
/// Positions outside the picture, as padding and rotation bring them, show the mean colour of the [Normalization].
///
/// @param flipProbability of mirroring left and right, in 0..1
/// @param rotationDegrees the largest angle to either side, in 0..180
/// @param operations drawn besides
public record Augmentation(Crop crop, double flipProbability, double rotationDegrees, RandAugment operations) {
    /// Pictures up to this side are small: they are padded and shifted, and not cropped to parts.
    public static final int SMALL = 64;

    public Augmentation {
        if (!(flipProbability >= 0 && flipProbability <= 1)) {
            throw new IllegalArgumentException("the probability of a flip must be in 0 to 1, not " + flipProbability);
        }
        if (!(rotationDegrees >= 0 && rotationDegrees <= 180)) {
            throw new IllegalArgumentException("the rotation must be in 0 to 180 degrees, not " + rotationDegrees);
        }
    }

    /// Without further operations.
    public Augmentation(Crop crop, double flipProbability, double rotationDegrees) {
        this(crop, flipProbability, rotationDegrees, RandAugment.NONE);
    }

    /// What is usual for training at this input size: up to [#SMALL] pixels a shift by an eighth and a flip (CIFAR),
    /// above it a random resized crop and a flip (ImageNet).
    public static Augmentation training(int inputSize) {
        return inputSize <= SMALL
                ? new Augmentation(new Crop.Padded(inputSize / 8), 0.5, 0)
                : new Augmentation(Crop.RandomResized.STANDARD, 0.5, 0);
    }

    /// What is usual for evaluation at this input size: the middle of the picture, unvaried.
    public static Augmentation evaluation(int inputSize) {
        return new Augmentation(new Crop.Centre(inputSize <= SMALL ? 1 : 0.875), 0, 0);
    }

    /// Where the field of one sample is evaluated.
    Sampling draw(SampleRandom random, PictureSize size, int inputSize) {
        Sampling sampling = crop.draw(random, size, inputSize);
        if (random.nextDouble() < flipProbability) {
            sampling = sampling.flippedHorizontally();
        }
        double angle = random.uniform(-rotationDegrees, rotationDegrees);
        return angle == 0 ? sampling : sampling.rotated(Math.toRadians(angle));
    }
}
