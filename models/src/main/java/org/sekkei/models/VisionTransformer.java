package org.sekkei.models;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.sekkei.models.weights.PositionEmbedding;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.DotProductAttention;
import org.sekkei.torch.DropPath;
import org.sekkei.torch.Dropout;
import org.sekkei.torch.Gelu;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.LayerNorm;
import org.sekkei.torch.Linear;
import org.sekkei.torch.MultiheadAttention;
import org.sekkei.torch.Recomputable;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// Vision transformers (Dosovitskiy et al., 2020, arXiv 2010.11929) under torchvision's names or under timm's.
///
/// The published ones are made for pictures of 224 or 384 pixels; for other sizes the position embeddings are
/// interpolated as the library of their names does it.
public final class VisionTransformer extends Layer {
    /// Whose names the state has.
    public enum Names {
        TORCHVISION(PositionEmbedding.Interpolation.CORNERS_ALIGNED),
        TIMM(PositionEmbedding.Interpolation.ANTIALIASED);

        private final PositionEmbedding.Interpolation interpolation;

        Names(PositionEmbedding.Interpolation interpolation) {
            this.interpolation = interpolation;
        }
    }

    /// @param size numbers a token
    /// @param patch side of a patch in pixels
    /// @param side of the pictures that the position embeddings are made for, in pixels
    public record Variant(String name, int size, int depth, int heads, int patch, int side, Names names) {}

    /// The published measures of a size.
    private record Measures(String letter, String word, int size, int depth, int heads) {}

    private static final List<Measures> MEASURES = List.of(
            new Measures("ti", "tiny", 192, 12, 3),
            new Measures("s", "small", 384, 12, 6),
            new Measures("b", "base", 768, 12, 12),
            new Measures("l", "large", 1024, 24, 16));

    private static final String SOURCE = "arXiv 2010.11929; torchvision.models.vision_transformer, timm";
    private static final int SIDE = 224;
    private static final int LARGE_SIDE = 384;
    private static final int MLP_RATIO = 4;
    private static final double EPSILON = 1e-6;
    private static final double DEVIATION = 0.02;

    private final Variant variant;
    private final Tensor classToken;
    private final Tensor positions;
    private final UnaryOperator<Tensor> embedding;
    private final Layer blocks;
    private final Layer norm;
    private final Layer head;

    public VisionTransformer(Variant variant, int classes, Generator generator) {
        this.variant = variant;
        int size = variant.size;
        int side = variant.side / variant.patch;
        Tensor token = Tensor.zeros(1, 1, size).normalInPlace(generator, 0, DEVIATION);
        Tensor added = Tensor.zeros(1, 1 + (long) side * side, size).normalInPlace(generator, 0, DEVIATION);
        Conv2d convolution = new Conv2d(Conv2d.options(3, size, variant.patch).stride(variant.patch), generator);
        norm = new LayerNorm(size, EPSILON);
        Layer classifier = new Linear(size, classes, generator);
        SequencedMap<String, Layer> layers = new LinkedHashMap<>();
        for (int i = 0; i < variant.depth; i++) {
            switch (variant.names) {
                case TORCHVISION -> layers.put("encoder_layer_" + i, new TorchvisionBlock(variant, generator));
                case TIMM -> layers.put(Integer.toString(i), new TimmBlock(variant, generator));
            }
        }
        blocks = new Sequential(layers);
        switch (variant.names) {
            case TORCHVISION -> {
                classToken = parameter("class_token", token);
                Layer projection = child("conv_proj", convolution);
                embedding = pictures -> Patches.row(projection.apply(pictures));
                Encoder encoder = child("encoder", new Encoder(added, blocks, norm));
                positions = encoder.positions;
                head = child("heads", new Sequential(new LinkedHashMap<>(Map.of("head", classifier))));
            }
            case TIMM -> {
                classToken = parameter("cls_token", token);
                positions = parameter("pos_embed", added);
                embedding =
                        child("patch_embed", new Patches.Embedding(new LinkedHashMap<>(Map.of("proj", convolution))));
                child("blocks", blocks);
                child("norm", norm);
                head = child("head", classifier);
            }
            default -> throw new AssertionError(variant.names);
        }
    }

    /// All variants, by name: `vit_ti_16` ... `vit_l_32`, of which torchvision has B and L, and all under timm's
    /// names, for two sizes of pictures.
    public static List<Model> variants() {
        List<Variant> variants = new ArrayList<>();
        for (Measures measures : MEASURES) {
            for (int patch : List.of(16, 32)) {
                boolean torchvision = measures.size >= 768;
                variants.add(variant(
                        "vit_" + measures.letter + "_" + patch,
                        measures,
                        patch,
                        torchvision ? Names.TORCHVISION : Names.TIMM));
                variants.add(
                        variant("vit_" + measures.word + "_patch" + patch + "_" + SIDE, measures, patch, Names.TIMM));
                variants.add(new Variant(
                        "vit_" + measures.word + "_patch" + patch + "_" + LARGE_SIDE,
                        measures.size,
                        measures.depth,
                        measures.heads,
                        patch,
                        LARGE_SIDE,
                        Names.TIMM));
            }
        }
        return variants.stream()
                .map(variant -> new Model(
                        variant.name,
                        SOURCE,
                        (classes, generator) -> new VisionTransformer(variant, classes, generator)))
                .toList();
    }

    /// A transformer of one's own measures, under timm's names.
    static Model shaped(TransformerShape shape) {
        String name = shape.name(TransformerShape.Family.VIT);
        var variant =
                new Variant(name, shape.width(), shape.depth(), shape.heads(), shape.patch(), shape.side(), Names.TIMM);
        return new Model(name, SOURCE, (classes, generator) -> new VisionTransformer(variant, classes, generator));
    }

    private static Variant variant(String name, Measures measures, int patch, Names names) {
        return new Variant(name, measures.size, measures.depth, measures.heads, patch, SIDE, names);
    }

    @Override
    protected Tensor forward(Tensor pictures) {
        Patches.require(pictures, variant.patch);
        Tensor embedded = PositionEmbedding.resize(
                positions,
                1,
                pictures.size(2) / variant.patch,
                pictures.size(3) / variant.patch,
                variant.names.interpolation);
        Tensor tokens = Patches.withClass(classToken, embedding.apply(pictures)).add(embedded); // [B, 1 + patches, C]
        return head.apply(norm.apply(blocks.apply(tokens)).select(1, 0)); // [B, classes]
    }

    private static SequencedMap<String, Layer> mlp(Variant variant, Stream<String> names, Generator generator) {
        int size = variant.size;
        List<Layer> layers = List.of(
                new Linear(size, (long) MLP_RATIO * size, generator),
                new Gelu(),
                new Dropout(0),
                new Linear((long) MLP_RATIO * size, size, generator));
        SequencedMap<String, Layer> named = new LinkedHashMap<>();
        List<String> keys = names.toList();
        for (int i = 0; i < layers.size(); i++) {
            named.put(keys.get(i), layers.get(i));
        }
        return named;
    }

    /// torchvision's `encoder`, of which only the names are used.
    private static final class Encoder extends org.sekkei.torch.Module {
        private final Tensor positions;

        Encoder(Tensor embedding, Layer layers, Layer norm) {
            positions = parameter("pos_embedding", embedding);
            child("layers", layers);
            child("ln", norm);
        }
    }

    private static final class TorchvisionBlock extends Layer implements Recomputable {
        private final Layer norm1;
        private final MultiheadAttention attention;
        private final Layer norm2;
        private final Layer mlp;
        private final Layer dropPath1;
        private final Layer dropPath2;

        TorchvisionBlock(Variant variant, Generator generator) {
            norm1 = child("ln_1", new LayerNorm(variant.size, EPSILON));
            attention = child("self_attention", new MultiheadAttention(variant.size, variant.heads, generator));
            dropPath1 = child("drop_path1", new DropPath());
            norm2 = child("ln_2", new LayerNorm(variant.size, EPSILON));
            mlp = child("mlp", new Sequential(mlp(variant, Stream.of("0", "1", "2", "3"), generator)));
            dropPath2 = child("drop_path2", new DropPath());
        }

        @Override
        protected Tensor forward(Tensor tokens) {
            Tensor normed = norm1.apply(tokens);
            Tensor x = tokens.add(dropPath1.apply(attention.apply(normed, normed, normed, null)));
            return x.add(dropPath2.apply(mlp.apply(norm2.apply(x))));
        }
    }

    private static final class TimmBlock extends Layer implements Recomputable {
        private final Layer norm1;
        private final Layer attention;
        private final Layer norm2;
        private final Layer mlp;
        private final Layer dropPath1;
        private final Layer dropPath2;

        TimmBlock(Variant variant, Generator generator) {
            norm1 = child("norm1", new LayerNorm(variant.size, EPSILON));
            attention = child("attn", new TimmAttention(variant.size, variant.heads, generator));
            dropPath1 = child("drop_path1", new DropPath());
            norm2 = child("norm2", new LayerNorm(variant.size, EPSILON));
            mlp = child("mlp", new Sequential(mlp(variant, Stream.of("fc1", "act", "drop1", "fc2"), generator)));
            dropPath2 = child("drop_path2", new DropPath());
        }

        @Override
        protected Tensor forward(Tensor tokens) {
            Tensor x = tokens.add(dropPath1.apply(attention.apply(norm1.apply(tokens))));
            return x.add(dropPath2.apply(mlp.apply(norm2.apply(x))));
        }
    }

    private static final class TimmAttention extends Layer {
        private final long heads;
        private final Layer qkv;
        private final DotProductAttention attention;
        private final Layer projection;

        TimmAttention(long size, long heads, Generator generator) {
            this.heads = heads;
            qkv = child("qkv", new Linear(size, 3 * size, generator));
            attention = child("attention", new DotProductAttention());
            projection = child("proj", new Linear(size, size, generator));
        }

        @Override
        protected Tensor forward(Tensor tokens) {
            long batch = tokens.size(0);
            long count = tokens.size(1);
            long size = tokens.size(2);
            Tensor parts = qkv.apply(tokens)
                    .reshape(batch, count, 3, heads, size / heads)
                    .permute(2, 0, 3, 1, 4); // [3, B, heads, N, C / heads]
            Tensor mixed = attention.apply(parts.select(0, 0), parts.select(0, 1), parts.select(0, 2), null);
            return projection.apply(mixed.transpose(1, 2).reshape(batch, count, size));
        }
    }
}
