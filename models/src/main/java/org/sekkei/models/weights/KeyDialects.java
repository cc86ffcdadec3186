package org.sekkei.models.weights;

import static org.sekkei.models.weights.ElementOrder.CONVOLUTION;
import static org.sekkei.models.weights.ElementOrder.DENSE;
import static org.sekkei.models.weights.ElementOrder.HEADS;
import static org.sekkei.models.weights.ElementOrder.INTO_HEADS;
import static org.sekkei.models.weights.ElementOrder.OUT_OF_HEADS;
import static org.sekkei.models.weights.ElementOrder.SAME;

import java.util.List;
import java.util.stream.Stream;
import org.sekkei.models.weights.KeyDialect.Rule;

/// The tables. `docs/weights.md` shows them to users.
final class KeyDialects {
    private KeyDialects() {}

    /// What wrappers and containers put before every key.
    private static final List<KeyDialect> PREFIXES = Stream.of(
                    "module.",
                    "_orig_mod.",
                    "model.",
                    "net.",
                    "network.",
                    "generator.",
                    "state_dict.",
                    "opt/target/",
                    "target/",
                    "params/img/",
                    "params/")
            .map(prefix -> KeyDialect.of("prefix " + prefix, Rule.of(prefix + "*", "*")))
            .toList();

    /// torchvision's VisionTransformer before 0.13.
    private static final KeyDialect LEGACY_TORCHVISION_VIT = KeyDialect.of(
            "torchvision ViT before 0.13",
            Rule.of("encoder.layers.encoder_layer_#.mlp.linear_1.*", "encoder.layers.encoder_layer_#.mlp.0.*"),
            Rule.of("encoder.layers.encoder_layer_#.mlp.linear_2.*", "encoder.layers.encoder_layer_#.mlp.3.*"));

    static final KeyDialect TORCHVISION_VIT = KeyDialect.of(
            "torchvision ViT",
            Rule.of("class_token", "cls_token"),
            Rule.of("conv_proj.*", "patch_embed.proj.*"),
            Rule.of("encoder.pos_embedding", "pos_embed"),
            Rule.of("encoder.layers.encoder_layer_#.ln_1.*", "blocks.#.norm1.*"),
            Rule.of("encoder.layers.encoder_layer_#.self_attention.in_proj_weight", "blocks.#.attn.qkv.weight"),
            Rule.of("encoder.layers.encoder_layer_#.self_attention.in_proj_bias", "blocks.#.attn.qkv.bias"),
            Rule.of("encoder.layers.encoder_layer_#.self_attention.out_proj.*", "blocks.#.attn.proj.*"),
            Rule.of("encoder.layers.encoder_layer_#.ln_2.*", "blocks.#.norm2.*"),
            Rule.of("encoder.layers.encoder_layer_#.mlp.0.*", "blocks.#.mlp.fc1.*"),
            Rule.of("encoder.layers.encoder_layer_#.mlp.3.*", "blocks.#.mlp.fc2.*"),
            Rule.of("encoder.ln.*", "norm.*"),
            Rule.of("heads.pre_logits.*", "pre_logits.fc.*"),
            Rule.of("heads.head.*", "head.*"));

    /// `ViTModel` and `ViTForImageClassification`, the latter with the prefix.
    private static final KeyDialect HUGGING_FACE_VIT = KeyDialect.of(
            "Hugging Face ViT",
            Stream.of("vit.", "")
                    .flatMap(prefix -> Stream.of(
                            Rule.of(prefix + "embeddings.cls_token", "cls_token"),
                            Rule.of(prefix + "embeddings.position_embeddings", "pos_embed"),
                            Rule.of(prefix + "embeddings.patch_embeddings.projection.*", "patch_embed.proj.*"),
                            Rule.of(prefix + "encoder.layer.#.layernorm_before.*", "blocks.#.norm1.*"),
                            Rule.part(
                                    prefix + "encoder.layer.#.attention.attention.query.*",
                                    "blocks.#.attn.qkv.*",
                                    SAME,
                                    0,
                                    3),
                            Rule.part(
                                    prefix + "encoder.layer.#.attention.attention.key.*",
                                    "blocks.#.attn.qkv.*",
                                    SAME,
                                    1,
                                    3),
                            Rule.part(
                                    prefix + "encoder.layer.#.attention.attention.value.*",
                                    "blocks.#.attn.qkv.*",
                                    SAME,
                                    2,
                                    3),
                            Rule.of(prefix + "encoder.layer.#.attention.output.dense.*", "blocks.#.attn.proj.*"),
                            Rule.of(prefix + "encoder.layer.#.layernorm_after.*", "blocks.#.norm2.*"),
                            Rule.of(prefix + "encoder.layer.#.intermediate.dense.*", "blocks.#.mlp.fc1.*"),
                            Rule.of(prefix + "encoder.layer.#.output.dense.*", "blocks.#.mlp.fc2.*"),
                            Rule.of(prefix + "layernorm.*", "norm.*"),
                            Rule.of(prefix + "pooler.dense.*", "pre_logits.fc.*"),
                            Rule.of("classifier.*", "head.*")))
                    .toArray(Rule[]::new));

    /// google-research/vision_transformer counts the layers of a block from 0 to 3, big_vision those of a kind.
    private static final KeyDialect FLAX_VIT = KeyDialect.of(
            "Flax ViT",
            Stream.concat(
                            Stream.of(
                                    Rule.of("embedding/kernel", "patch_embed.proj.weight", CONVOLUTION),
                                    Rule.of("embedding/bias", "patch_embed.proj.bias"),
                                    Rule.of("cls", "cls_token"),
                                    Rule.of("Transformer/posembed_input/pos_embedding", "pos_embed"),
                                    Rule.of("pos_embedding", "pos_embed"),
                                    Rule.of("Transformer/encoder_norm/scale", "norm.weight"),
                                    Rule.of("Transformer/encoder_norm/bias", "norm.bias"),
                                    Rule.of("pre_logits/kernel", "pre_logits.fc.weight", DENSE),
                                    Rule.of("pre_logits/bias", "pre_logits.fc.bias"),
                                    Rule.of("head/kernel", "head.weight", DENSE),
                                    Rule.of("head/bias", "head.bias")),
                            Stream.of(
                                            flaxBlock(
                                                    "LayerNorm_0",
                                                    "MultiHeadDotProductAttention_1",
                                                    "LayerNorm_2",
                                                    "MlpBlock_3"),
                                            flaxBlock(
                                                    "LayerNorm_0",
                                                    "MultiHeadDotProductAttention_0",
                                                    "LayerNorm_1",
                                                    "MlpBlock_0"))
                                    .flatMap(List::stream))
                    .toArray(Rule[]::new));

    private static List<Rule> flaxBlock(String norm1, String attention, String norm2, String mlp) {
        String from = "Transformer/encoderblock_#/";
        String to = "blocks.#.";
        return List.of(
                Rule.of(from + norm1 + "/scale", to + "norm1.weight"),
                Rule.of(from + norm1 + "/bias", to + "norm1.bias"),
                Rule.part(from + attention + "/query/kernel", to + "attn.qkv.weight", INTO_HEADS, 0, 3),
                Rule.part(from + attention + "/key/kernel", to + "attn.qkv.weight", INTO_HEADS, 1, 3),
                Rule.part(from + attention + "/value/kernel", to + "attn.qkv.weight", INTO_HEADS, 2, 3),
                Rule.part(from + attention + "/query/bias", to + "attn.qkv.bias", HEADS, 0, 3),
                Rule.part(from + attention + "/key/bias", to + "attn.qkv.bias", HEADS, 1, 3),
                Rule.part(from + attention + "/value/bias", to + "attn.qkv.bias", HEADS, 2, 3),
                Rule.of(from + attention + "/out/kernel", to + "attn.proj.weight", OUT_OF_HEADS),
                Rule.of(from + attention + "/out/bias", to + "attn.proj.bias"),
                Rule.of(from + norm2 + "/scale", to + "norm2.weight"),
                Rule.of(from + norm2 + "/bias", to + "norm2.bias"),
                Rule.of(from + mlp + "/Dense_0/kernel", to + "mlp.fc1.weight", DENSE),
                Rule.of(from + mlp + "/Dense_0/bias", to + "mlp.fc1.bias"),
                Rule.of(from + mlp + "/Dense_1/kernel", to + "mlp.fc2.weight", DENSE),
                Rule.of(from + mlp + "/Dense_1/bias", to + "mlp.fc2.bias"));
    }

    /// VGG as Justin Johnson converted it from Caffe counts the classifier's layers otherwise.
    private static final KeyDialect CAFFE_VGG = KeyDialect.of(
            "VGG from Caffe", Rule.of("classifier.1.*", "classifier.0.*"), Rule.of("classifier.4.*", "classifier.3.*"));

    /// Gatys's VGG names the convolutions as the paper does.
    private static final KeyDialect PAPER_VGG16 = paperVgg("VGG-16 by the paper's names", 2, 2, 3, 3, 3);

    private static final KeyDialect PAPER_VGG19 = paperVgg("VGG-19 by the paper's names", 2, 2, 4, 4, 4);

    private static KeyDialect paperVgg(String name, int... convolutions) {
        Stream.Builder<Rule> rules = Stream.builder();
        int layer = 0;
        for (int stage = 0; stage < convolutions.length; stage++) {
            for (int i = 0; i < convolutions[stage]; i++) {
                rules.add(Rule.of("conv" + (stage + 1) + "_" + (i + 1) + ".*", "features." + layer + ".*"));
                layer += 2; // the convolution and its ReLU
            }
            layer++; // the pooling
        }
        return KeyDialect.of(name, rules.build().toArray(Rule[]::new));
    }

    /// All tables that may be needed to bring a file's keys to a network's. Some need another before them.
    static final List<KeyDialect> ALL = Stream.concat(
                    PREFIXES.stream(),
                    Stream.of(
                            LEGACY_TORCHVISION_VIT,
                            TORCHVISION_VIT,
                            HUGGING_FACE_VIT,
                            FLAX_VIT,
                            TORCHVISION_VIT.reversed("timm ViT"),
                            CAFFE_VGG,
                            PAPER_VGG16,
                            PAPER_VGG19))
            .toList();

    /// Two names of one weight. DeblurGAN-v2 keeps its backbone whole and in stages, and saves it under both.
    static final KeyDialect ALIASES = KeyDialect.of(
            "aliases",
            Stream.of(
                            Stream.of(
                                    Rule.of("fpn.inception.conv2d_1a.*", "fpn.enc0.*"),
                                    Rule.of("fpn.inception.conv2d_2a.*", "fpn.enc1.0.*"),
                                    Rule.of("fpn.inception.conv2d_2b.*", "fpn.enc1.1.*"),
                                    Rule.of("fpn.inception.conv2d_3b.*", "fpn.enc2.0.*"),
                                    Rule.of("fpn.inception.conv2d_4a.*", "fpn.enc2.1.*"),
                                    Rule.of("fpn.inception.mixed_5b.*", "fpn.enc3.0.*"),
                                    Rule.of("fpn.inception.repeat.*", "fpn.enc3.1.*"),
                                    Rule.of("fpn.inception.mixed_6a.*", "fpn.enc3.2.*"),
                                    Rule.of("fpn.inception.repeat_1.*", "fpn.enc4.0.*"),
                                    Rule.of("fpn.inception.mixed_7a.*", "fpn.enc4.1.*")),
                            mobileStages(0, 2, 4, 7, 11, 16))
                    .flatMap(rules -> rules)
                    .toArray(Rule[]::new));

    private static Stream<Rule> mobileStages(int... begins) {
        Stream.Builder<Rule> rules = Stream.builder();
        for (int stage = 0; stage + 1 < begins.length; stage++) {
            for (int layer = begins[stage]; layer < begins[stage + 1]; layer++) {
                rules.add(Rule.of(
                        "fpn.features." + layer + ".*", "fpn.enc" + stage + "." + (layer - begins[stage]) + ".*"));
            }
        }
        return rules.build();
    }

    /// What may be missing or left over: PyTorch before 0.4.1 did not count batches, and nothing depends on the count.
    static final List<KeyTemplate> OPTIONAL = List.of(KeyTemplate.of("*.num_batches_tracked"));
}
