package org.sekkei.models;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Functional.Padding;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Init;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Module;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// DeepLens (Wang et al., 2018, arXiv 1810.08100), of which the depth network runs: inverse depth from one picture.
///
/// The other three networks, which blur by the depth and raise the resolution, do not run here. Their weights are held,
/// so that the authors' checkpoint loads whole.
///
/// The state has the names and the layout of that TensorFlow checkpoint: `/` between names, kernels \[height, width,
/// inputs, outputs\]. Norms use their running statistics in training too.
public final class DeepLens extends Module {
    /// What the depth network sees, in pixels a side.
    public static final int SIDE = 320;

    private static final String DEPTH = "Network/Network/Depth";

    private static final double EPSILON = 1e-5;
    private static final double SLOPE = 0.2;

    private final Depth depth;

    public DeepLens(Generator generator) {
        depth = child(DEPTH, new Depth(generator));
        child("Network/Network/Lensblur", lensBlur(generator));
        child("Network/Network/Feature", features(new Part(), 3, generator));
        child("Network/Network/SR", upsampling(generator));
    }

    @Override
    protected char separator() {
        return '/';
    }

    /// Counts the statistics of norms too, as TensorFlow and the published figure do.
    @Override
    public long parameterCount() {
        return stateDict().values().stream().mapToLong(Tensor::numel).sum();
    }

    /// @param pictures \[B, H, W, 3\], BGR in 0..1
    /// @param height of the result
    /// @param width of the result
    /// @return inverse depth, \[B, height, width, 1\], from 0 to 1 in each picture at the size of the pictures
    public Tensor depth(Tensor pictures, long height, long width) {
        try (Scope scope = Scope.open()) {
            Tensor seen = pictures.permute(0, 3, 1, 2); // [B, 3, H, W]
            Tensor raw = resize(relativeDepth(resize(seen, SIDE, SIDE)), seen.size(2), seen.size(3));
            Tensor lowest = raw.amin(true, 1, 2, 3);
            Tensor range = raw.amax(true, 1, 2, 3).sub(lowest);
            Tensor resized = resize(raw.sub(lowest).div(range), height, width); // [B, 1, height, width]
            return scope.keep(resized.permute(0, 2, 3, 1).contiguous());
        }
    }

    /// What the depth network itself puts out: inverse depth but for a factor and a constant of each picture.
    ///
    /// @param pictures \[B, 3, 320, 320\], BGR in 0..1
    /// @return \[B, 1, 320, 320\]
    public Tensor relativeDepth(Tensor pictures) {
        return depth.apply(pictures.sub(0.5));
    }

    /// The depth network's parameters by their names in the whole.
    public SequencedMap<String, Tensor> depthParameters() {
        SequencedMap<String, Tensor> parameters = new LinkedHashMap<>(namedParameters());
        parameters.keySet().removeIf(name -> !name.startsWith(DEPTH));
        return parameters;
    }

    /// Lets each residual block of the depth network begin as its shortcut, so that a training from nothing starts
    /// with numbers of an ordinary size though no norm looks at a batch (Goyal et al., 2017, arXiv 1706.02677).
    public void beginAsShortcuts() {
        try (var _ = Autograd.noGrad()) {
            namedParameters().forEach((name, parameter) -> {
                if (name.startsWith(DEPTH) && name.endsWith("_branch2c/gamma")) {
                    parameter.mulInPlace(0);
                }
            });
        }
    }

    /// As TensorFlow 1 does it: linear between pixels, of which the first stays in its place.
    private static Tensor resize(Tensor input, long height, long width) {
        return resized(resized(input, 2, height), 3, width);
    }

    private static Tensor resized(Tensor input, int dimension, long size) {
        long from = input.size(dimension);
        if (from == size) {
            return input;
        }
        float scale = (float) from / size;
        long[] low = new long[Math.toIntExact(size)];
        long[] high = new long[low.length];
        float[] share = new float[low.length];
        for (int i = 0; i < low.length; i++) {
            float place = i * scale;
            low[i] = (long) place;
            high[i] = Math.min(low[i] + 1, from - 1);
            share[i] = place - low[i];
        }
        Tensor before = input.indexSelect(dimension, Tensor.of(low).to(input.device()));
        Tensor after = input.indexSelect(dimension, Tensor.of(high).to(input.device()));
        Tensor shares = Tensor.of(share).to(input.device());
        return before.add(after.sub(before).mul(dimension == 2 ? shares.unsqueeze(1) : shares));
    }

    private static Part lensBlur(Generator generator) {
        Part part = new Part();
        part.normed("conv1_shallow", "bn1_shallow", Shape.of(4, 64, 7), generator);
        part.normed("conv1", "bn1", Shape.of(1, 64, 7).stride(4), generator);
        for (String stage : List.of("2", "4")) {
            Residual.of(part, stage + "a", stage.equals("2") ? 64 : 320, 64, 128, 1, 1, generator);
            Residual.of(part, stage + "b", 128, 64, 256, 1, 1, generator);
            Residual.of(part, stage.equals("2") ? "3a" : "4c", 256, 64, 256, 1, 1, generator);
        }
        part.convolution("output", Shape.of(256, 31, 1).withBias(), generator);
        return part;
    }

    private static Part features(Part part, int inputs, Generator generator) {
        part.convolution("fea1", Shape.of(inputs, 30, 3).withBias(), generator);
        part.convolution("fea2", Shape.of(30, 30, 5).withBias(), generator);
        part.convolution("fea3", Shape.of(30, 15, 5).withBias(), generator);
        part.convolution("fea4", Shape.of(15, 15, 5).withBias(), generator);
        return part;
    }

    private static Part upsampling(Generator generator) {
        Part part = new Part();
        List<String> names = List.of("1_1", "2_1", "3_1", "4_1", "4_2", "5_1", "6_1", "7_1", "8_1", "9_1");
        int[] widths = {7, 32, 64, 128, 256, 256, 128, 64, 32, 32, 32};
        for (int i = 0; i < names.size(); i++) {
            String name = "lr" + names.get(i);
            part.normed(name, name + "_bn", Shape.of(widths[i], widths[i + 1], 3), generator);
        }
        for (int i = 1; i < 5; i++) {
            String name = "pre1_" + i;
            part.normed(name, name + "_bn", Shape.of(i == 1 ? 35 : 32, 32, 3), generator);
        }
        part.convolution("pre1_5", Shape.of(32, 32, 3).withBias(), generator);
        return features(part, 6, generator);
    }

    /// The measures of a convolution of a square kernel.
    private record Shape(int inputs, int outputs, int kernel, int stride, int dilation, boolean bias) {
        static Shape of(int inputs, int outputs, int kernel) {
            return new Shape(inputs, outputs, kernel, 1, 1, false);
        }

        Shape stride(int stride) {
            return new Shape(inputs, outputs, kernel, stride, dilation, bias);
        }

        Shape dilation(int dilation) {
            return new Shape(inputs, outputs, kernel, stride, dilation, bias);
        }

        Shape withBias() {
            return new Shape(inputs, outputs, kernel, stride, dilation, true);
        }
    }

    /// Convolutions and norms side by side under one name.
    private static class Part extends Module {
        @Override
        protected final char separator() {
            return '/';
        }

        final Convolution convolution(String name, Shape shape, Generator generator) {
            return child(name, new Convolution(shape, generator));
        }

        /// A convolution and the norm after it.
        final UnaryOperator<Tensor> normed(String name, String normName, Shape shape, Generator generator) {
            Layer convolution = convolution(name, shape, generator);
            Layer norm = child(normName, new Norm(shape.outputs));
            return input -> norm.apply(convolution.apply(input));
        }
    }

    /// A bottleneck. Where it strides, its first convolutions do.
    private record Residual(
            @Nullable UnaryOperator<Tensor> shortcut,
            UnaryOperator<Tensor> reduce,
            UnaryOperator<Tensor> middle,
            UnaryOperator<Tensor> expand)
            implements UnaryOperator<Tensor> {
        static Residual of(
                Part part,
                String name,
                int inputs,
                int width,
                int outputs,
                int stride,
                int dilation,
                Generator generator) {
            String layer = "res" + name + "_branch";
            String norm = "bn" + name + "_branch";
            return new Residual(
                    inputs == outputs
                            ? null
                            : part.normed(
                                    layer + "1",
                                    norm + "1",
                                    Shape.of(inputs, outputs, 1).stride(stride),
                                    generator),
                    part.normed(
                            layer + "2a",
                            norm + "2a",
                            Shape.of(inputs, width, 1).stride(stride),
                            generator),
                    part.normed(
                            layer + "2b", norm + "2b", Shape.of(width, width, 3).dilation(dilation), generator),
                    part.normed(layer + "2c", norm + "2c", Shape.of(width, outputs, 1), generator));
        }

        @Override
        public Tensor apply(Tensor input) {
            Tensor inner = middle.apply(reduce.apply(input).relu()).relu();
            return expand.apply(inner)
                    .add(shortcut == null ? input : shortcut.apply(input))
                    .relu();
        }
    }

    /// \[B, 3, 320, 320\] to \[B, 1, 320, 320\]: ResNet-50 to its fourth stage, means over four sizes of windows, and
    /// back up with what was seen at finer resolutions.
    private static final class Depth extends Part {
        private static final int[] WINDOWS = {40, 20, 10, 5};

        private final UnaryOperator<Tensor> stem;
        private final List<UnaryOperator<Tensor>> second;
        private final List<UnaryOperator<Tensor>> later = new ArrayList<>();
        private final UnaryOperator<Tensor> reduce;
        private final List<UnaryOperator<Tensor>> pooled = new ArrayList<>();
        private final UnaryOperator<Tensor> coarse;
        private final UnaryOperator<Tensor> middleSkip;
        private final UnaryOperator<Tensor> middle;
        private final UnaryOperator<Tensor> fineSkip;
        private final UnaryOperator<Tensor> fine;
        private final UnaryOperator<Tensor> first;
        private final UnaryOperator<Tensor> last;
        private final Layer output;

        Depth(Generator generator) {
            stem = normed("conv1", "bn_conv1", Shape.of(3, 64, 7).stride(2).withBias(), generator);
            second = stage("2", 3, 64, 64, 1, 1, generator);
            later.addAll(stage("3", 4, 256, 128, 2, 1, generator));
            later.addAll(stage("4", 6, 512, 256, 1, 2, generator));
            reduce = normed("spp_conv1", "spp_bn1", Shape.of(1024, 256, 1), generator);
            for (String name : List.of("a", "b", "c", "d")) {
                pooled.add(normed("spp_conv_" + name, "spp_bn_" + name, Shape.of(256, 32, 1), generator));
            }
            coarse = normed("spp_conv2", "spp_bn2", Shape.of(384, 64, 3), generator);
            middleSkip = normed("spp_conv3_1", "spp_bn3_1", Shape.of(256, 64, 3), generator);
            middle = normed("spp_conv3_2", "spp_bn3_2", Shape.of(128, 64, 3), generator);
            fineSkip = normed("spp_conv4_1", "spp_bn4_1", Shape.of(64, 64, 3), generator);
            fine = normed("spp_conv4_2", "spp_bn4_2", Shape.of(128, 64, 3), generator);
            first = normed("depth_conv1", "depth_bn1", Shape.of(64, 64, 3), generator);
            last = normed("depth_conv2", "depth_bn2", Shape.of(64, 64, 3), generator);
            output = convolution("depth_pre", Shape.of(64, 1, 1).withBias(), generator);
        }

        private List<UnaryOperator<Tensor>> stage(
                String name, int blocks, int inputs, int width, int stride, int dilation, Generator generator) {
            List<UnaryOperator<Tensor>> stage = new ArrayList<>();
            for (int i = 0; i < blocks; i++) {
                stage.add(Residual.of(
                        this,
                        name + (char) ('a' + i),
                        i == 0 ? inputs : 4 * width,
                        width,
                        4 * width,
                        i == 0 ? stride : 1,
                        dilation,
                        generator));
            }
            return stage;
        }

        Tensor apply(Tensor pictures) {
            try (Scope scope = Scope.open()) {
                Tensor finest = stem.apply(pictures).relu(); // [B, 64, 160, 160]
                Tensor finer = all(second, Functional.maxPool2dToTheEdge(finest, 3, 2, 0)); // [B, 256, 80, 80]
                Tensor deep = leaky(reduce.apply(all(later, finer))); // [B, 256, 40, 40]
                List<Tensor> views = new ArrayList<>(List.of(deep));
                for (int i = 0; i < WINDOWS.length; i++) {
                    Tensor means = Functional.avgPool2d(deep, WINDOWS[i], WINDOWS[i], 0);
                    views.add(resize(leaky(pooled.get(i).apply(means)), deep.size(2), deep.size(3)));
                }
                Tensor x = leaky(coarse.apply(Tensor.cat(views, 1))); // [B, 64, 40, 40]
                x = leaky(middle.apply(beside(x, leaky(middleSkip.apply(finer))))); // [B, 64, 80, 80]
                x = leaky(fine.apply(beside(x, leaky(fineSkip.apply(finest))))); // [B, 64, 160, 160]
                Tensor inner = leaky(first.apply(resize(x, SIDE, SIDE))); // [B, 64, 320, 320]
                return scope.keep(seen(List.of(pictures), output.apply(leaky(inner.add(last.apply(inner))))));
            }
        }

        private static Tensor all(List<UnaryOperator<Tensor>> blocks, Tensor input) {
            Tensor x = input;
            for (UnaryOperator<Tensor> block : blocks) {
                x = block.apply(x);
            }
            return x;
        }

        private static Tensor beside(Tensor coarse, Tensor fine) {
            return Tensor.cat(List.of(resize(coarse, fine.size(2), fine.size(3)), fine), 1);
        }

        private static Tensor leaky(Tensor input) {
            return Functional.leakyRelu(input, SLOPE);
        }
    }

    /// Zeros around the picture as TensorFlow's SAME has them, one more below and on the right where they are odd; a
    /// strided kernel of 7 has three on each side, as the depth network's was taken over from Caffe.
    static final class Convolution extends Layer {
        private final Shape shape;
        private final Tensor weights;
        private final @Nullable Tensor biases;

        private Convolution(Shape shape, Generator generator) {
            this.shape = shape;
            weights = parameter("weights", Tensor.zeros(shape.kernel, shape.kernel, shape.inputs, shape.outputs));
            biases = shape.bias ? parameter("biases", Tensor.zeros(shape.outputs)) : null;
            try (var _ = Scope.open()) {
                Init.kaimingUniform(weights.detach().permute(3, 2, 0, 1), SLOPE, generator);
            }
        }

        double operations(Tensor output) {
            return 2.0 * output.numel() * weights.numel() / shape.outputs;
        }

        @Override
        protected Tensor forward(Tensor input) {
            long rows = zeros(input.size(2));
            long columns = zeros(input.size(3));
            Tensor padded = rows == 0 && columns == 0
                    ? input
                    : Functional.pad(
                            input, columns / 2, columns - columns / 2, rows / 2, rows - rows / 2, Padding.ZEROS);
            return Functional.conv2d(padded, weights.permute(3, 2, 0, 1), biases, shape.stride, 0, shape.dilation, 1);
        }

        private long zeros(long size) {
            long reach = (shape.kernel - 1L) * shape.dilation;
            if (shape.stride > 1 && shape.kernel > 1) {
                return reach;
            }
            return Math.max(0, (size - 1) / shape.stride * shape.stride + reach + 1 - size);
        }
    }

    private static final class Norm extends Layer {
        private final Tensor gamma;
        private final Tensor beta;
        private final Tensor mean;
        private final Tensor variance;

        Norm(int channels) {
            gamma = parameter("gamma", Tensor.ones(channels));
            beta = parameter("beta", Tensor.zeros(channels));
            mean = buffer("moving_mean", Tensor.zeros(channels));
            variance = buffer("moving_variance", Tensor.ones(channels));
        }

        @Override
        protected Tensor forward(Tensor input) {
            return Functional.batchNorm(input, mean, variance, gamma, beta, false, 0, EPSILON);
        }
    }
}
