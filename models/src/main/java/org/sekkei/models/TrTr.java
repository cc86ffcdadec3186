package org.sekkei.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.BatchNorm2d;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.DType;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Functional.Interpolation;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Group;
import org.sekkei.torch.Init;
import org.sekkei.torch.Layer;
import org.sekkei.torch.LayerNorm;
import org.sekkei.torch.Linear;
import org.sekkei.torch.MaxPool2d;
import org.sekkei.torch.Module;
import org.sekkei.torch.MultiheadAttention;
import org.sekkei.torch.Recomputable;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// TrTr (Zhao et al., 2021, arXiv 2105.03817): a transformer that finds a template in a search picture. The encoder
/// takes the template, the decoder the search picture, one token each eight pixels.
///
/// With ResNet-50 it is the authors' network; the [light][#light(Generator)] one is of our own.
public final class TrTr extends Module {
    /// Pixels a token, across and down.
    public static final int STRIDE = 8;

    private static final int BACKBONE_CHANNELS = 1024;
    private static final double EPSILON = 1e-5;
    private static final double PRIOR = -2.19;

    /// By how much queries and keys are stretched where they start out alike.
    private static final double ALIGNED = 1.5;

    private final Shape shape;
    private final Encoder encoder;
    private final Decoder decoder;
    private final Layer norm;
    private final Layer offset;
    private final Layer extent;
    private final Layer heat;
    private final Layer projection;
    private final Body body;

    /// Measures of the transformer.
    ///
    /// @param size numbers a token
    /// @param hidden width of the layers between tokens
    /// @param placesInValues whether a search token is told where in the template it looks
    private record Shape(int size, int heads, int hidden, boolean placesInValues) {}

    /// The authors' network, with ResNet-50.
    public TrTr(Generator generator) {
        this(new Shape(256, 8, 2048, false), BACKBONE_CHANNELS, new Backbone(generator), generator);
    }

    /// A network of 0.7 million weights that a processor trains in an hour: a few convolutions instead of ResNet-50.
    public static TrTr light(Generator generator) {
        var network =
                new TrTr(new Shape(96, 4, 256, true), LightBackbone.OUTPUTS, new LightBackbone(generator), generator);
        network.decoder.cross.alignQueriesWithKeys(ALIGNED);
        return network;
    }

    private TrTr(Shape shape, int channels, Body backbone, Generator generator) {
        this.shape = shape;
        Group transformer = child("transformer", new Group()).add("0", new Group());
        encoder = transformer
                .add("encoder", new Group())
                .add("layers", new Group())
                .add("0", new Encoder(shape, generator));
        Group decoding = transformer.add("decoder", new Group());
        decoder = decoding.add("layers", new Group()).add("0", new Decoder(shape, generator));
        norm = decoding.add("norm", new LayerNorm(shape.size, EPSILON));
        offset = child("reg_embed", new Perceptron(shape.size, generator));
        extent = child("wh_embed", new Perceptron(shape.size, generator));
        heat = child("heatmap_embed", new Linear(shape.size, 1, generator));
        projection = child("input_projs", new Group())
                .add("0", new Conv2d(Conv2d.options(channels, shape.size, 1), generator));
        body = child("backbone", new Group()).add("0", new Group()).add("body", backbone);
        // Targets are rare: without this, the first steps would only learn that.
        Init.constant(Objects.requireNonNull(namedParameters().get("heatmap_embed.bias")), PRIOR);
    }

    /// What is found at each position of the search grid, in row-major order.
    ///
    /// @param heat \[B, H * W, 1\], the logit of the target's centre being there
    /// @param offset \[B, H * W, 2\], where in the cell the centre is, x before y, in 0..1
    /// @param extent \[B, H * W, 2\], the target's width and height as shares of the search picture
    public record Found(Tensor heat, Tensor offset, Tensor extent) {}

    /// @param template \[B, 3, 127, 127\] and search \[B, 3, H, W\], BGR, normalised by ImageNet's RGB statistics
    /// @param padding \[B, H, W\], 1 where the search picture is padding and 0 elsewhere; null if nowhere
    public Found apply(Tensor template, Tensor search, @Nullable Tensor padding) {
        try (Scope scope = Scope.open()) {
            Found found = find(features(template), features(search), padding);
            return new Found(scope.keep(found.heat), scope.keep(found.offset), scope.keep(found.extent));
        }
    }

    /// The backbone's map of a picture, template or search, which [#find] takes.
    ///
    /// @param picture \[B, 3, H, W\], BGR, normalised by ImageNet's RGB statistics
    /// @return \[B, channels, H / 8, W / 8\]
    public Tensor features(Tensor picture) {
        return body.apply(picture);
    }

    /// The backbone's maps after its last two stages, of the same size; the second is [#features].
    ///
    /// @param picture \[B, 3, H, W\], BGR, normalised by ImageNet's RGB statistics
    public List<Tensor> levels(Tensor picture) {
        return body.levels(picture);
    }

    /// As [#apply], from the [maps][#features] of both pictures; that of a template serves for many searches.
    public Found find(Tensor templateMap, Tensor searchMap, @Nullable Tensor padding) {
        try (Scope scope = Scope.open()) {
            Tensor templates = projection.apply(templateMap); // [B, C, h, w]
            Tensor searches = projection.apply(searchMap); // [B, C, H / 8, W / 8]
            Tensor nowhere = Tensor.zeros(
                    DType.FLOAT32, templates.device(), templates.size(0), templates.size(2), templates.size(3));
            Tensor padded = padding == null
                    ? Tensor.zeros(
                            DType.FLOAT32, searches.device(), searches.size(0), searches.size(2), searches.size(3))
                    : Functional.interpolate(
                                    padding.to(DType.FLOAT32).unsqueeze(1),
                                    searches.size(2),
                                    searches.size(3),
                                    Interpolation.NEAREST)
                            .squeeze(1);
            Tensor templatePlaces = places(nowhere);
            Tensor memory = encoder.apply(rows(templates), templatePlaces);
            Tensor found =
                    norm.apply(decoder.apply(rows(searches), places(padded), scores(padded), memory, templatePlaces));
            return new Found(
                    scope.keep(heat.apply(found)),
                    scope.keep(offset.apply(found).sigmoid()),
                    scope.keep(extent.apply(found).sigmoid()));
        }
    }

    /// \[B, C, H, W\] to \[B, H * W, C\].
    private static Tensor rows(Tensor map) {
        return map.flatten(2, 3).transpose(1, 2);
    }

    /// What is added to attention scores so that padding gets none.
    private static Tensor scores(Tensor padding) {
        return padding.flatten(1, 2).unsqueeze(1).unsqueeze(1).mul(-1e30); // [B, 1, 1, H * W]
    }

    /// Sines and cosines of the share of the unpadded picture above, then to the left of, each position.
    private Tensor places(Tensor padding) {
        Tensor inside = padding.neg().add(1); // [B, H, W]
        return Tensor.cat(List.of(waves(inside, 1), waves(inside, 2)), -1).flatten(1, 2); // [B, H * W, C]
    }

    private Tensor waves(Tensor inside, int dimension) {
        int half = shape.size / 2;
        Tensor count = inside.cumsum(dimension);
        Tensor share = count.div(
                        count.narrow(dimension, count.size(dimension) - 1, 1).add(1e-6))
                .mul(2 * Math.PI)
                .unsqueeze(-1); // [B, H, W, 1]
        float[] periods = new float[half / 2];
        for (int i = 0; i < periods.length; i++) {
            periods[i] = (float) Math.pow(10_000, 2.0 * i / half);
        }
        Tensor angles = share.div(Tensor.of(periods).to(inside.device())); // [B, H, W, C / 4]
        return Tensor.stack(List.of(angles.sin(), angles.cos()), 4).flatten(3, 4); // [B, H, W, C / 2]
    }

    private static final class Encoder extends Module {
        private final MultiheadAttention attention;
        private final FeedForward feedForward;
        private final Layer norm1;
        private final Layer norm2;

        Encoder(Shape shape, Generator generator) {
            attention = child("self_attn", new MultiheadAttention(shape.size, shape.heads, generator));
            feedForward = new FeedForward(
                    child("linear1", new Linear(shape.size, shape.hidden, generator)),
                    child("linear2", new Linear(shape.hidden, shape.size, generator)));
            norm1 = child("norm1", new LayerNorm(shape.size, EPSILON));
            norm2 = child("norm2", new LayerNorm(shape.size, EPSILON));
        }

        Tensor apply(Tensor tokens, Tensor places) {
            Tensor placed = tokens.add(places);
            Tensor x = norm1.apply(tokens.add(attention.apply(placed, placed, tokens, null)));
            return seen(List.of(tokens), norm2.apply(x.add(feedForward.apply(x))));
        }
    }

    private static final class Decoder extends Module {
        private final MultiheadAttention own;
        private final MultiheadAttention cross;
        private final FeedForward feedForward;
        private final Layer norm1;
        private final Layer norm2;
        private final Layer norm3;
        private final boolean placesInValues;

        Decoder(Shape shape, Generator generator) {
            own = child("self_attn", new MultiheadAttention(shape.size, shape.heads, generator));
            cross = child("multihead_attn", new MultiheadAttention(shape.size, shape.heads, generator));
            feedForward = new FeedForward(
                    child("linear1", new Linear(shape.size, shape.hidden, generator)),
                    child("linear2", new Linear(shape.hidden, shape.size, generator)));
            norm1 = child("norm1", new LayerNorm(shape.size, EPSILON));
            norm2 = child("norm2", new LayerNorm(shape.size, EPSILON));
            norm3 = child("norm3", new LayerNorm(shape.size, EPSILON));
            placesInValues = shape.placesInValues;
        }

        Tensor apply(Tensor tokens, Tensor places, Tensor scores, Tensor memory, Tensor memoryPlaces) {
            Tensor placed = tokens.add(places);
            Tensor x = norm1.apply(tokens.add(own.apply(placed, placed, tokens, scores)));
            Tensor keys = memory.add(memoryPlaces);
            x = norm2.apply(x.add(cross.apply(x.add(places), keys, placesInValues ? keys : memory, null)));
            return seen(List.of(tokens), norm3.apply(x.add(feedForward.apply(x))));
        }
    }

    private record FeedForward(Layer first, Layer second) {
        Tensor apply(Tensor tokens) {
            return second.apply(first.apply(tokens).relu());
        }
    }

    private static final class Perceptron extends Layer {
        private final List<Layer> layers = new ArrayList<>();

        Perceptron(int size, Generator generator) {
            Group group = child("layers", new Group());
            layers.add(group.add("0", new Linear(size, size, generator)));
            layers.add(group.add("1", new Linear(size, size, generator)));
            layers.add(group.add("2", new Linear(size, 2, generator)));
        }

        @Override
        protected Tensor forward(Tensor tokens) {
            Tensor x = layers.get(0).apply(tokens).relu();
            return layers.get(2).apply(layers.get(1).apply(x).relu());
        }
    }

    /// What makes maps of pictures.
    private abstract static class Body extends Layer {
        /// The last two maps.
        abstract List<Tensor> levels(Tensor pictures);

        @Override
        protected Tensor forward(Tensor pictures) {
            return levels(pictures).getLast();
        }
    }

    /// ResNet-50 up to its third stage, which does not halve the size but widens its kernels instead.
    private static final class Backbone extends Body {
        private final Layer conv1;
        private final Layer bn1;
        private final Layer pool = new MaxPool2d(3, 2, 1);
        private final List<Layer> stages = new ArrayList<>();

        Backbone(Generator generator) {
            conv1 = child(
                    "conv1",
                    new Conv2d(Conv2d.options(3, 64, 7).stride(2).padding(3).bias(false), generator));
            bn1 = child("bn1", new FrozenNorm(64));
            int[] depths = {3, 4, 6};
            int inputs = 64;
            for (int stage = 0; stage < depths.length; stage++) {
                List<Layer> blocks = new ArrayList<>();
                int width = 64 << stage;
                for (int i = 0; i < depths[stage]; i++) {
                    int stride = stage == 1 && i == 0 ? 2 : 1;
                    int dilation = stage == 2 && i > 0 ? 2 : 1;
                    blocks.add(new Bottleneck(inputs, width, stride, dilation, generator));
                    inputs = 4 * width;
                }
                stages.add(child("layer" + (stage + 1), new Sequential(blocks)));
            }
        }

        @Override
        List<Tensor> levels(Tensor pictures) {
            Tensor x = pool.apply(bn1.apply(conv1.apply(pictures)).relu()); // [B, 64, H / 4, W / 4]
            List<Tensor> maps = new ArrayList<>();
            for (Layer stage : stages) {
                x = stage.apply(x);
                maps.add(x);
            }
            return maps.subList(1, 3); // [B, 512, H / 8, W / 8] and [B, 1024, H / 8, W / 8]
        }
    }

    /// Three halvings and two residual blocks, which see half of a template from each position.
    private static final class LightBackbone extends Body {
        static final int OUTPUTS = 96;

        private static final int[] WIDTHS = {32, 64, OUTPUTS};

        private final List<Layer> steps = new ArrayList<>();

        LightBackbone(Generator generator) {
            int inputs = 3;
            for (int i = 0; i < WIDTHS.length; i++) {
                steps.add(child("down" + (i + 1), new NormedConvolution(inputs, WIDTHS[i], 2, 1, generator)));
                inputs = WIDTHS[i];
            }
            for (int dilation = 1; dilation <= 2; dilation++) {
                steps.add(child("block" + dilation, new LightBlock(dilation, generator)));
            }
        }

        @Override
        List<Tensor> levels(Tensor pictures) {
            Tensor x = pictures;
            for (int i = 0; i < WIDTHS.length; i++) {
                x = steps.get(i).apply(x).relu();
            }
            Tensor middle = steps.get(WIDTHS.length).apply(x);
            return List.of(middle, steps.get(WIDTHS.length + 1).apply(middle)); // [B, 96, H / 8, W / 8] each
        }
    }

    private static final class LightBlock extends Layer {
        private final Layer first;
        private final Layer second;

        LightBlock(int dilation, Generator generator) {
            first = child(
                    "first",
                    new NormedConvolution(LightBackbone.OUTPUTS, LightBackbone.OUTPUTS, 1, dilation, generator));
            second = child(
                    "second",
                    new NormedConvolution(LightBackbone.OUTPUTS, LightBackbone.OUTPUTS, 1, dilation, generator));
        }

        @Override
        protected Tensor forward(Tensor input) {
            return second.apply(first.apply(input).relu()).add(input).relu();
        }
    }

    private static final class NormedConvolution extends Layer {
        private final Layer convolution;
        private final Layer norm;

        NormedConvolution(int inputs, int outputs, int stride, int dilation, Generator generator) {
            Conv2d.Options options = Conv2d.options(inputs, outputs, 3)
                    .stride(stride)
                    .padding(dilation)
                    .dilation(dilation)
                    .bias(false);
            var layer = new Conv2d(options, generator);
            Init.kaimingNormalFanOut(layer.weight(), generator);
            convolution = child("conv", layer);
            norm = child("bn", new BatchNorm2d(outputs));
        }

        @Override
        protected Tensor forward(Tensor input) {
            return norm.apply(convolution.apply(input));
        }
    }

    private static final class Bottleneck extends Layer implements Recomputable {
        private final List<Layer> convolutions = new ArrayList<>();
        private final List<Layer> norms = new ArrayList<>();
        private final @Nullable Layer downsample;

        Bottleneck(int inputs, int width, int stride, int dilation, Generator generator) {
            int outputs = 4 * width;
            List<Conv2d.Options> shapes = List.of(
                    Conv2d.options(inputs, width, 1),
                    Conv2d.options(width, width, 3)
                            .stride(stride)
                            .padding(dilation)
                            .dilation(dilation),
                    Conv2d.options(width, outputs, 1));
            for (int i = 0; i < shapes.size(); i++) {
                convolutions.add(
                        child("conv" + (i + 1), new Conv2d(shapes.get(i).bias(false), generator)));
                norms.add(child("bn" + (i + 1), new FrozenNorm(shapes.get(i).outputs())));
            }
            downsample = stride == 1 && inputs == outputs
                    ? null
                    : child(
                            "downsample",
                            new Sequential(
                                    new Conv2d(
                                            Conv2d.options(inputs, outputs, 1)
                                                    .stride(stride)
                                                    .bias(false),
                                            generator),
                                    new FrozenNorm(outputs)));
        }

        @Override
        protected Tensor forward(Tensor input) {
            Tensor x = norms.get(0).apply(convolutions.get(0).apply(input)).relu();
            x = norms.get(1).apply(convolutions.get(1).apply(x)).relu();
            x = norms.get(2).apply(convolutions.get(2).apply(x));
            return x.add(downsample == null ? input : downsample.apply(input)).relu();
        }
    }

    /// A batch norm whose weights and statistics never change, so that all four are buffers.
    private static final class FrozenNorm extends Layer {
        private final Tensor weight;
        private final Tensor bias;
        private final Tensor mean;
        private final Tensor variance;

        FrozenNorm(long channels) {
            weight = buffer("weight", Tensor.ones(channels));
            bias = buffer("bias", Tensor.zeros(channels));
            mean = buffer("running_mean", Tensor.zeros(channels));
            variance = buffer("running_var", Tensor.ones(channels));
        }

        @Override
        protected Tensor forward(Tensor input) {
            return Functional.batchNorm(input, mean, variance, weight, bias, false, 0, EPSILON);
        }
    }
}
