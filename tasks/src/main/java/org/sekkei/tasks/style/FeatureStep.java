package org.sekkei.tasks.style;

import org.sekkei.torch.DType;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Tensor;

/// One operation of a network that is looked at for its features.
public sealed interface FeatureStep {
    /// Rows or columns that a window spans.
    int kernel();

    int stride();

    /// Zeros around the picture, on each side.
    int padding();

    Tensor apply(Tensor input);

    /// How many rows or columns come out of `length`; 0 if no window fits.
    default int outputLength(int length) {
        int room = length + 2 * padding() - kernel();
        return room < 0 ? 0 : room / stride() + 1;
    }

    /// @param weight \[outputs, inputs, kernel, kernel\]
    /// @param bias \[outputs\]
    record Convolution(Tensor weight, Tensor bias, int stride, int padding) implements FeatureStep {
        @Override
        public int kernel() {
            return Math.toIntExact(weight.size(2));
        }

        @Override
        public Tensor apply(Tensor input) {
            return Functional.conv2d(input, weight, bias, stride, padding, 1, 1);
        }
    }

    /// The picture in 0..1 as the network wants to see it, in the type of its weights and with the channels of a pixel
    /// together, which is how convolutions are fastest.
    record Input(Pixels pixels, DType dtype) implements FeatureStep {
        @Override
        public int kernel() {
            return 1;
        }

        @Override
        public int stride() {
            return 1;
        }

        @Override
        public int padding() {
            return 0;
        }

        @Override
        public Tensor apply(Tensor input) {
            return pixels.of(input).to(dtype).channelsLast();
        }
    }

    /// Negative values become 0.
    record Rectifier() implements FeatureStep {
        @Override
        public int kernel() {
            return 1;
        }

        @Override
        public int stride() {
            return 1;
        }

        @Override
        public int padding() {
            return 0;
        }

        @Override
        public Tensor apply(Tensor input) {
            return input.relu();
        }
    }

    /// Means of windows that lie wholly in the picture.
    record AveragePool(int kernel, int stride) implements FeatureStep {
        @Override
        public int padding() {
            return 0;
        }

        @Override
        public Tensor apply(Tensor input) {
            return Functional.avgPool2d(input, kernel, stride, 0);
        }
    }

    /// Largest values of windows that lie wholly in the picture.
    record MaximumPool(int kernel, int stride) implements FeatureStep {
        @Override
        public int padding() {
            return 0;
        }

        @Override
        public Tensor apply(Tensor input) {
            return Functional.maxPool2d(input, kernel, stride, 0);
        }
    }
}
