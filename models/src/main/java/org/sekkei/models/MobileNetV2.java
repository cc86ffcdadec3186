package org.sekkei.models;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.BatchNorm2d;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.ReLU6;
import org.sekkei.torch.Recomputable;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// The features of MobileNetV2 (Sandler et al., 2018, arXiv 1801.04381) under the names that DeblurGAN-v2 uses.
final class MobileNetV2 {
    /// Channels, repetitions, first stride of the stages after the first one.
    private static final int[][] STAGES = {{24, 2, 2}, {32, 3, 2}, {64, 4, 2}, {96, 3, 1}, {160, 3, 2}, {320, 1, 1}};

    private static final int EXPANSION = 6;

    private MobileNetV2() {}

    /// All nineteen layers, \[B, 3, H, W\] to \[B, 1280, H / 32, W / 32\].
    static List<Layer> features(BatchNorm2d.Statistics statistics, Generator generator) {
        List<Layer> layers = new ArrayList<>();
        layers.add(
                new Sequential(convolution(3, 32, 3, 2, 1, generator), new BatchNorm2d(32, statistics), new ReLU6()));
        layers.add(new Residual(32, 16, 1, 1, statistics, generator));
        int inputs = 16;
        for (int[] stage : STAGES) {
            for (int i = 0; i < stage[1]; i++) {
                layers.add(new Residual(inputs, stage[0], i == 0 ? stage[2] : 1, EXPANSION, statistics, generator));
                inputs = stage[0];
            }
        }
        layers.add(new Sequential(
                convolution(inputs, 1280, 1, 1, 1, generator), new BatchNorm2d(1280, statistics), new ReLU6()));
        return layers;
    }

    private static Conv2d convolution(
            int inputs, int outputs, int kernel, int stride, int groups, Generator generator) {
        return new Conv2d(
                Conv2d.options(inputs, outputs, kernel)
                        .stride(stride)
                        .padding(kernel / 2)
                        .groups(groups)
                        .bias(false),
                generator);
    }

    /// Wide within, thin at its ends.
    private static final class Residual extends Layer implements Recomputable {
        private final boolean shortcut;
        private final Layer convolutions;

        Residual(
                int inputs,
                int outputs,
                int stride,
                int expansion,
                BatchNorm2d.Statistics statistics,
                Generator generator) {
            shortcut = stride == 1 && inputs == outputs;
            int width = inputs * expansion;
            List<Layer> layers = new ArrayList<>();
            if (expansion > 1) {
                layers.add(convolution(inputs, width, 1, 1, 1, generator));
                layers.add(new BatchNorm2d(width, statistics));
                layers.add(new ReLU6());
            }
            layers.add(convolution(width, width, 3, stride, width, generator));
            layers.add(new BatchNorm2d(width, statistics));
            layers.add(new ReLU6());
            layers.add(convolution(width, outputs, 1, 1, 1, generator));
            layers.add(new BatchNorm2d(outputs, statistics));
            convolutions = child("conv", new Sequential(layers));
        }

        @Override
        protected Tensor forward(Tensor input) {
            Tensor x = convolutions.apply(input);
            return shortcut ? input.add(x) : x;
        }
    }
}
