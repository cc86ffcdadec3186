package org.sekkei.train;

import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// Which part of a picture becomes the input of a network. All inputs are squares.
public sealed interface Crop {
    /// The choice for one sample.
    ///
    /// @param inputSize width and height of the input
    Sampling draw(SampleRandom random, PictureSize size, int inputSize);

    /// A rectangle of random area, shape and place, stretched to the input: Inception's crop, as torchvision's
    /// `RandomResizedCrop`. Ten tries to fit one into the picture, then the largest one in its middle. Not rounded
    /// to pixels, so that the choice is the same for any resolution of the picture.
    ///
    /// @param minimumArea of the picture's area, in (0, 1\]
    /// @param maximumArea in \[minimumArea, 1\]
    /// @param minimumRatio width over height, positive
    /// @param maximumRatio not below `minimumRatio`
    record RandomResized(double minimumArea, double maximumArea, double minimumRatio, double maximumRatio)
            implements Crop {
        private static final int TRIES = 10;

        /// The usual ranges for training from nothing.
        public static final RandomResized STANDARD = new RandomResized(0.08, 1, 3 / 4.0, 4 / 3.0);

        public RandomResized {
            if (!(minimumArea > 0 && minimumArea <= maximumArea && maximumArea <= 1)) {
                throw new IllegalArgumentException("a crop's area must be a range within 0 to 1, above 0; not "
                        + minimumArea + " to " + maximumArea);
            }
            if (!(minimumRatio > 0 && minimumRatio <= maximumRatio && maximumRatio < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "a crop's ratio must be a positive range; not " + minimumRatio + " to " + maximumRatio);
            }
        }

        @Override
        public Sampling draw(SampleRandom random, PictureSize size, int inputSize) {
            double width = size.width();
            double height = size.height();
            for (int i = 0; i < TRIES; i++) {
                double area = random.uniform(minimumArea, maximumArea) * width * height;
                double ratio = Math.exp(random.uniform(Math.log(minimumRatio), Math.log(maximumRatio)));
                double cropWidth = Math.sqrt(area * ratio);
                double cropHeight = Math.sqrt(area / ratio);
                if (cropWidth <= width && cropHeight <= height) {
                    double x = random.uniform(0, width - cropWidth);
                    double y = random.uniform(0, height - cropHeight);
                    return sampling(x, y, cropWidth, cropHeight, inputSize);
                }
            }
            double ratio = Math.clamp(width / height, minimumRatio, maximumRatio);
            double cropWidth = Math.min(width, height * ratio);
            double cropHeight = Math.min(height, width / ratio);
            return sampling((width - cropWidth) / 2, (height - cropHeight) / 2, cropWidth, cropHeight, inputSize);
        }
    }

    /// The picture with its short side resized to the input, `padding` pixels of fill around it, and of that a square
    /// in a random place, whole pixels apart: the usual crop for CIFAR.
    ///
    /// @param padding in pixels of the input, not negative
    record Padded(int padding) implements Crop {
        public Padded {
            if (padding < 0) {
                throw new IllegalArgumentException("a padding of " + padding + " pixels");
            }
        }

        @Override
        public Sampling draw(SampleRandom random, PictureSize size, int inputSize) {
            double scale = Math.min(size.width(), size.height()) / (double) inputSize;
            int spareX = (int) Math.rint(size.width() / scale) - inputSize;
            int spareY = (int) Math.rint(size.height() / scale) - inputSize;
            double x = random.nextInt(spareX + 2 * padding + 1) - padding;
            double y = random.nextInt(spareY + 2 * padding + 1) - padding;
            return new Sampling(inputSize, inputSize, scale, 0, x * scale, 0, scale, y * scale);
        }
    }

    /// The square in the middle whose side is `fraction` of the picture's short side: the usual crop for evaluation,
    /// with 224 / 256 for photos and 1 for pictures of the input's size.
    record Centre(double fraction) implements Crop {
        public Centre {
            if (!(fraction > 0 && fraction <= 1)) {
                throw new IllegalArgumentException(
                        "the crop's share of the short side must be in 0 to 1, not " + fraction);
            }
        }

        @Override
        public Sampling draw(SampleRandom random, PictureSize size, int inputSize) {
            double side = fraction * Math.min(size.width(), size.height());
            return sampling((size.width() - side) / 2, (size.height() - side) / 2, side, side, inputSize);
        }
    }

    private static Sampling sampling(double x, double y, double width, double height, int inputSize) {
        return new Sampling(inputSize, inputSize, width / inputSize, 0, x, 0, height / inputSize, y);
    }
}
