package org.sekkei.models;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.sekkei.torch.BatchNorm2d;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Linear;
import org.sekkei.torch.MaxPool2d;
import org.sekkei.torch.ReLU;
import org.sekkei.torch.Recomputable;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// Inception-ResNet-v2 (Szegedy et al., 2016, arXiv 1602.07261) under the names of the package `pretrainedmodels`,
/// whose state DeblurGAN-v2 holds in full although its pyramid ends before the last stage.
final class InceptionResNetV2 extends Layer {
    private static final double EPSILON = 1e-3;
    private static final int CLASSES = 1000;

    private final BatchNorm2d.Statistics statistics;
    private final Generator generator;

    final Layer conv1a;
    final Layer conv2a;
    final Layer conv2b;
    final Layer pool3a;
    final Layer conv3b;
    final Layer conv4a;
    final Layer pool5a;
    final Layer mixed5b;
    final Layer repeat;
    final Layer mixed6a;
    final Layer repeat1;
    final Layer mixed7a;
    private final Layer repeat2;
    private final Layer block8;
    private final Layer conv7b;
    private final Layer classifier;

    InceptionResNetV2(BatchNorm2d.Statistics statistics, Generator generator) {
        this.statistics = statistics;
        this.generator = generator;
        conv1a = child("conv2d_1a", unit(Conv2d.options(3, 32, 3).stride(2)));
        conv2a = child("conv2d_2a", unit(Conv2d.options(32, 32, 3)));
        conv2b = child("conv2d_2b", unit(Conv2d.options(32, 64, 3).padding(1)));
        pool3a = child("maxpool_3a", new MaxPool2d(3, 2, 0));
        conv3b = child("conv2d_3b", unit(Conv2d.options(64, 80, 1)));
        conv4a = child("conv2d_4a", unit(Conv2d.options(80, 192, 3)));
        pool5a = child("maxpool_5a", new MaxPool2d(3, 2, 0));
        mixed5b = child(
                "mixed_5b",
                new Branches(List.of(
                        unit(Conv2d.options(192, 96, 1)),
                        new Sequential(
                                unit(Conv2d.options(192, 48, 1)),
                                unit(Conv2d.options(48, 64, 5).padding(2))),
                        new Sequential(
                                unit(Conv2d.options(192, 64, 1)),
                                unit(Conv2d.options(64, 96, 3).padding(1)),
                                unit(Conv2d.options(96, 96, 3).padding(1))),
                        new Sequential(new Mean(), unit(Conv2d.options(192, 64, 1))))));
        repeat = child("repeat", repeated(10, () -> new Residual(blocks35(), 128, 320, 0.17, true)));
        mixed6a = child(
                "mixed_6a",
                new Branches(List.of(
                        unit(Conv2d.options(320, 384, 3).stride(2)),
                        new Sequential(
                                unit(Conv2d.options(320, 256, 1)),
                                unit(Conv2d.options(256, 256, 3).padding(1)),
                                unit(Conv2d.options(256, 384, 3).stride(2))),
                        new MaxPool2d(3, 2, 0))));
        repeat1 = child("repeat_1", repeated(20, () -> new Residual(blocks17(), 384, 1088, 0.10, true)));
        mixed7a = child(
                "mixed_7a",
                new Branches(List.of(
                        new Sequential(
                                unit(Conv2d.options(1088, 256, 1)),
                                unit(Conv2d.options(256, 384, 3).stride(2))),
                        new Sequential(
                                unit(Conv2d.options(1088, 256, 1)),
                                unit(Conv2d.options(256, 288, 3).stride(2))),
                        new Sequential(
                                unit(Conv2d.options(1088, 256, 1)),
                                unit(Conv2d.options(256, 288, 3).padding(1)),
                                unit(Conv2d.options(288, 320, 3).stride(2))),
                        new MaxPool2d(3, 2, 0))));
        repeat2 = child("repeat_2", repeated(9, () -> new Residual(blocks8(), 448, 2080, 0.20, true)));
        block8 = child("block8", new Residual(blocks8(), 448, 2080, 1, false));
        conv7b = child("conv2d_7b", unit(Conv2d.options(2080, 1536, 1)));
        classifier = child("last_linear", new Linear(1536, CLASSES, generator));
    }

    /// \[B, 3, H, W\] to logits \[B, 1000\].
    @Override
    protected Tensor forward(Tensor pictures) {
        Tensor x = Stream.of(
                        conv1a, conv2a, conv2b, pool3a, conv3b, conv4a, pool5a, mixed5b, repeat, mixed6a, repeat1,
                        mixed7a, repeat2, block8, conv7b)
                .reduce(pictures, (value, layer) -> layer.apply(value), (a, _) -> a); // [B, 1536, H / 32, W / 32]
        return classifier.apply(x.mean(false, 2, 3));
    }

    private List<Layer> blocks35() {
        return List.of(
                unit(Conv2d.options(320, 32, 1)),
                new Sequential(
                        unit(Conv2d.options(320, 32, 1)),
                        unit(Conv2d.options(32, 32, 3).padding(1))),
                new Sequential(
                        unit(Conv2d.options(320, 32, 1)),
                        unit(Conv2d.options(32, 48, 3).padding(1)),
                        unit(Conv2d.options(48, 64, 3).padding(1))));
    }

    private List<Layer> blocks17() {
        return List.of(
                unit(Conv2d.options(1088, 192, 1)),
                new Sequential(
                        unit(Conv2d.options(1088, 128, 1)),
                        unit(Conv2d.options(128, 160, 1, 7).padding(0, 3)),
                        unit(Conv2d.options(160, 192, 7, 1).padding(3, 0))));
    }

    private List<Layer> blocks8() {
        return List.of(
                unit(Conv2d.options(2080, 192, 1)),
                new Sequential(
                        unit(Conv2d.options(2080, 192, 1)),
                        unit(Conv2d.options(192, 224, 1, 3).padding(0, 1)),
                        unit(Conv2d.options(224, 256, 3, 1).padding(1, 0))));
    }

    private static Layer repeated(int times, Supplier<Layer> block) {
        return new Sequential(Stream.generate(block).limit(times).toList());
    }

    private Layer unit(Conv2d.Options options) {
        return new Unit(options, statistics, generator);
    }

    /// A convolution, its norm and a rectifier.
    private static final class Unit extends Layer {
        private final Layer convolution;
        private final Layer norm;

        Unit(Conv2d.Options options, BatchNorm2d.Statistics statistics, Generator generator) {
            convolution = child("conv", new Conv2d(options.bias(false), generator));
            norm = child("bn", new BatchNorm2d(options.outputs(), statistics, EPSILON));
        }

        @Override
        protected Tensor forward(Tensor input) {
            return norm.apply(convolution.apply(input)).reluInPlace();
        }
    }

    /// The mean around each pixel, of those that lie in the picture.
    private static final class Mean extends Layer {
        @Override
        protected Tensor forward(Tensor input) {
            return Functional.avgPool2dWithinTheEdge(input, 3, 1, 1);
        }
    }

    /// Several ways beside each other, whose channels are joined.
    private static final class Branches extends Layer {
        private final List<Layer> branches;

        Branches(List<Layer> branches) {
            this.branches = branches;
            for (int i = 0; i < branches.size(); i++) {
                child("branch" + i, branches.get(i));
            }
        }

        @Override
        protected Tensor forward(Tensor input) {
            return join(branches, input);
        }
    }

    private static Tensor join(List<Layer> branches, Tensor input) {
        List<Tensor> parts = new ArrayList<>();
        branches.forEach(branch -> parts.add(branch.apply(input)));
        return Tensor.cat(parts, 1);
    }

    /// Branches that end in a convolution without a norm, of whose result a share is added to the input.
    private final class Residual extends Layer implements Recomputable {
        private final List<Layer> branches;
        private final Layer convolution;
        private final double share;
        private final Layer end;

        Residual(List<Layer> branches, int joined, int outputs, double share, boolean rectified) {
            this.branches = branches;
            this.share = share;
            for (int i = 0; i < branches.size(); i++) {
                child("branch" + i, branches.get(i));
            }
            convolution = child("conv2d", new Conv2d(Conv2d.options(joined, outputs, 1), generator));
            end = child("relu", rectified ? new ReLU() : new org.sekkei.torch.Identity());
        }

        @Override
        protected Tensor forward(Tensor input) {
            return end.apply(convolution.apply(join(branches, input)).mul(share).add(input));
        }
    }
}
