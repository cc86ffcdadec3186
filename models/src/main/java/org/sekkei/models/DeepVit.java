package org.sekkei.models;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.weights.PositionEmbedding;
import org.sekkei.torch.BatchNorm2d;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.DropPath;
import org.sekkei.torch.Gelu;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.LayerNorm;
import org.sekkei.torch.Linear;
import org.sekkei.torch.ReLU;
import org.sekkei.torch.Recomputable;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// DeepViT (Zhou et al., 2021, arXiv 2103.11886): vision transformers whose attention maps are mixed across the heads
/// by a learned matrix and a batch norm (Re-Attention), so that deep blocks do not all attend alike. Names and
/// numbers are those of the authors' repository.
public final class DeepVit extends Layer {
    /// What makes the tokens.
    public enum Stem {
        /// One convolution of a patch.
        PATCH,
        /// Two convolutions at half the size before it.
        CONVOLUTIONS
    }

    /// @param size numbers a token
    /// @param reAttentive how many of the last blocks have Re-Attention
    /// @param patch side of a patch in pixels
    /// @param side of the pictures that the position embeddings are made for, in pixels
    /// @param mlpRatio how many times as wide as a token the hidden layer of a block is
    /// @param adjustment what a block's input is multiplied by, and its output divided by
    /// @param scaled whether mixed maps are divided by the root of a head's size
    public record Variant(
            String name,
            int size,
            int depth,
            int reAttentive,
            int heads,
            int patch,
            int side,
            int mlpRatio,
            Stem stem,
            double adjustment,
            boolean scaled) {
        private static Variant published(String name, int depth) {
            return new Variant(name, 384, depth, depth, HEADS, PATCH, 224, MLP_RATIO, Stem.PATCH, 1, false);
        }

        private static Variant published(String name, int size, int depth, int reAttentive, int side, boolean scaled) {
            return new Variant(
                    name, size, depth, reAttentive, HEADS, PATCH, side, MLP_RATIO, Stem.CONVOLUTIONS, 0.5, scaled);
        }
    }

    private static final int PATCH = 16;
    private static final int HEADS = 12;
    private static final int MLP_RATIO = 3;

    private static final List<Variant> VARIANTS = List.of(
            Variant.published("deepvit_16b", 16),
            Variant.published("deepvit_24b", 24),
            Variant.published("deepvit_32b", 32),
            Variant.published("deepvit_s", 396, 16, 5, 224, true),
            Variant.published("deepvit_l", 420, 32, 12, 224, false),
            Variant.published("deepvit_l_384", 420, 32, 12, 384, false));

    private static final String SOURCE = "arXiv 2103.11886; zhoudaquan/dvit_repo";
    private static final double EPSILON = 1e-6;
    private static final double DEVIATION = 0.02;

    private final int patch;
    private final Tensor classToken;
    private final Tensor positions;
    private final Layer stem;
    private final Layer blocks;
    private final Layer norm;
    private final Layer head;

    public DeepVit(Variant variant, int classes, Generator generator) {
        patch = variant.patch;
        int side = variant.side / patch;
        classToken = parameter("cls_token", Tensor.zeros(1, 1, variant.size).normalInPlace(generator, 0, DEVIATION));
        positions = parameter(
                "pos_embed",
                Tensor.zeros(1, 1 + (long) side * side, variant.size).normalInPlace(generator, 0, DEVIATION));
        stem = child("patch_embed", new Patches.Embedding(stem(variant, generator)));
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < variant.depth; i++) {
            boolean mixed = i >= variant.depth - variant.reAttentive;
            layers.add(new Block(variant, mixed, generator));
        }
        blocks = child("blocks", new Sequential(layers));
        norm = child("norm", new LayerNorm(variant.size, EPSILON));
        head = child("head", new Linear(variant.size, classes, generator));
    }

    /// All variants, by name.
    public static List<Model> variants() {
        return VARIANTS.stream()
                .map(variant -> new Model(
                        variant.name, SOURCE, (classes, generator) -> new DeepVit(variant, classes, generator)))
                .toList();
    }

    /// A transformer of one's own measures: the same as a ViT of this shape but for the Re-Attention in all its blocks.
    static Model shaped(TransformerShape shape) {
        String name = shape.name(TransformerShape.Family.DEEPVIT);
        var variant = new Variant(
                name,
                shape.width(),
                shape.depth(),
                shape.depth(),
                shape.heads(),
                shape.patch(),
                shape.side(),
                4,
                Stem.PATCH,
                1,
                false);
        return new Model(name, SOURCE, (classes, generator) -> new DeepVit(variant, classes, generator));
    }

    @Override
    protected Tensor forward(Tensor pictures) {
        Patches.require(pictures, patch);
        Tensor embedded = PositionEmbedding.resize(
                positions,
                1,
                pictures.size(2) / patch,
                pictures.size(3) / patch,
                PositionEmbedding.Interpolation.ANTIALIASED);
        Tensor tokens = Patches.withClass(classToken, stem.apply(pictures)).add(embedded); // [B, 1 + patches, C]
        return head.apply(norm.apply(blocks.apply(tokens)).select(1, 0)); // [B, classes]
    }

    private static SequencedMap<String, Layer> stem(Variant variant, Generator generator) {
        SequencedMap<String, Layer> layers = new LinkedHashMap<>();
        switch (variant.stem) {
            case PATCH ->
                layers.put(
                        "proj",
                        new Conv2d(
                                Conv2d.options(3, variant.size, variant.patch).stride(variant.patch), generator));
            case CONVOLUTIONS -> {
                layers.put(
                        "conv1",
                        new Conv2d(Conv2d.options(3, 64, 7).stride(2).padding(3).bias(false), generator));
                layers.put("bn1", new BatchNorm2d(64));
                layers.put("relu", new ReLU());
                layers.put(
                        "conv2", new Conv2d(Conv2d.options(64, 64, 3).padding(1).bias(false), generator));
                layers.put("bn2", new BatchNorm2d(64));
                layers.put("relu2", new ReLU());
                layers.put(
                        "proj",
                        new Conv2d(
                                Conv2d.options(64, variant.size, variant.patch / 2)
                                        .stride(variant.patch / 2),
                                generator));
            }
        }
        return layers;
    }

    private static final class Block extends Layer implements Recomputable {
        private final double adjustment;
        private final Layer norm1;
        private final Layer attention;
        private final Layer norm2;
        private final Layer mlp;
        private final Layer dropPath1;
        private final Layer dropPath2;

        Block(Variant variant, boolean mixed, Generator generator) {
            adjustment = variant.adjustment;
            int size = variant.size;
            norm1 = child("norm1", new LayerNorm(size, EPSILON));
            attention = child("attn", new Attention(variant, mixed, generator));
            dropPath1 = child("drop_path1", new DropPath());
            norm2 = child("norm2", new LayerNorm(size, EPSILON));
            SequencedMap<String, Layer> layers = new LinkedHashMap<>();
            layers.put("fc1", new Linear(size, (long) variant.mlpRatio * size, generator));
            layers.put("act", new Gelu());
            layers.put("fc2", new Linear((long) variant.mlpRatio * size, size, generator));
            mlp = child("mlp", new Sequential(layers));
            dropPath2 = child("drop_path2", new DropPath());
        }

        @Override
        protected Tensor forward(Tensor tokens) {
            Tensor attended = attention.apply(norm1.apply(tokens.mul(adjustment)));
            Tensor x = tokens.add(dropPath1.apply(attended).div(adjustment));
            Tensor mixed = mlp.apply(norm2.apply(x.mul(adjustment)));
            return x.add(dropPath2.apply(mixed).div(adjustment));
        }
    }

    /// Self-attention whose maps may be mixed across the heads.
    private static final class Attention extends Layer {
        private final @Nullable Layer mixing;
        private final @Nullable Layer norm;
        private final long heads;
        private final double mixedScale;
        private final Layer weights;
        private final Layer qkv;
        private final Layer projection;

        Attention(Variant variant, boolean mixed, Generator generator) {
            heads = variant.heads;
            long size = variant.size;
            mixing = mixed ? child("reatten_matrix", new Conv2d(Conv2d.options(heads, heads, 1), generator)) : null;
            norm = mixed ? child("var_norm", new BatchNorm2d(heads)) : null;
            weights = child("weights", new AttentionWeights());
            mixedScale = variant.scaled ? headScale(size) : 1;
            qkv = child("qkv", new Linear(size, 3 * size, generator));
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
            Tensor maps = parts.select(0, 0)
                    .matmul(parts.select(0, 1).transpose(-2, -1))
                    .mul(headScale(size))
                    .softmax(-1); // [B, heads, N, N]
            if (mixing != null && norm != null) {
                maps = norm.apply(mixing.apply(maps)).mul(mixedScale);
            }
            Tensor mixed = weights.apply(maps).matmul(parts.select(0, 2)); // [B, heads, N, C / heads]
            return projection.apply(mixed.transpose(1, 2).reshape(batch, count, size));
        }

        private double headScale(long size) {
            return 1 / Math.sqrt((double) size / heads);
        }
    }
}
