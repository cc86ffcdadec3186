package org.sekkei.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.DType;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class WeightLoadingTest {
    private static final int WIDTH = 6;
    private static final int HEADS = 2;
    private static final int HEAD_WIDTH = 3;

    private final Scope scope = Scope.open();
    private final Generator generator = new Generator(1);

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void agreeingNamesNeedNoTable() throws IOException {
        SequencedMap<String, Tensor> weights = state("a.weight", "b.weight");
        SequencedMap<String, Tensor> network = zerosLike(weights);
        assertThat(load(weights, network).dialects()).isEmpty();
        assertSame(network, weights);
    }

    @Test
    void typesAreConverted() throws IOException {
        SequencedMap<String, Tensor> weights = new LinkedHashMap<>();
        weights.put("a", Tensor.arange(6).to(DType.BFLOAT16).reshape(2, 3));
        SequencedMap<String, Tensor> network = new LinkedHashMap<>();
        network.put("a", Tensor.zeros(2, 3).requiresGrad(true));
        load(weights, network);
        assertThat(Objects.requireNonNull(network.get("a")).detach().toFloats()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"module.", "model.", "module.model.", "_orig_mod.", "state_dict.module.net."})
    void prefixesAreTakenAway(String prefix) throws IOException {
        SequencedMap<String, Tensor> network = state("0.weight", "0.bias");
        SequencedMap<String, Tensor> weights = renamed(network, name -> prefix + name);
        SequencedMap<String, Tensor> filled = zerosLike(network);
        Fit fit = load(weights, filled);
        assertThat(fit.dialects()).isNotEmpty().allMatch(dialect -> dialect.startsWith("prefix "));
        assertSame(filled, network);
    }

    /// DeblurGAN's own keys begin with what is a wrapper's prefix elsewhere.
    @Test
    void prefixesThatBelongToTheNetworkStay() throws IOException {
        SequencedMap<String, Tensor> network = state("model.1.weight", "model.1.bias");
        SequencedMap<String, Tensor> filled = zerosLike(network);
        assertThat(load(renamed(network, name -> "module." + name), filled).dialects())
                .containsExactly("prefix module.");
        assertSame(filled, network);
    }

    @Test
    void renamedVggClassifiersAreFound() throws IOException {
        SequencedMap<String, Tensor> network =
                state("features.0.weight", "classifier.0.weight", "classifier.3.weight", "classifier.6.weight");
        SequencedMap<String, Tensor> filled = zerosLike(network);
        Fit fit = load(
                renamed(
                        network,
                        name -> name.replace("classifier.0", "classifier.1").replace("classifier.3", "classifier.4")),
                filled);
        assertThat(fit.dialects()).containsExactly("VGG from Caffe");
        assertSame(filled, network);
    }

    @Test
    void torchvisionsViTOfAnyAgeFitsTimmsAndTheOtherWayRound() throws IOException {
        SequencedMap<String, Tensor> timm = timmViT();
        SequencedMap<String, Tensor> torchvision = renamed(timm, WeightLoadingTest::torchvisionName);
        SequencedMap<String, Tensor> legacy = renamed(
                torchvision, name -> name.replace("mlp.0.", "mlp.linear_1.").replace("mlp.3.", "mlp.linear_2."));
        for (SequencedMap<String, Tensor> weights : List.of(timm, torchvision, legacy)) {
            for (SequencedMap<String, Tensor> network : List.of(timm, torchvision)) {
                SequencedMap<String, Tensor> filled = zerosLike(network);
                load(weights, filled);
                assertSame(filled, network);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "vit."})
    void huggingFacesViTFits(String prefix) throws IOException {
        SequencedMap<String, Tensor> timm = timmViT();
        SequencedMap<String, Tensor> weights = new LinkedHashMap<>();
        timm.forEach((name, value) -> {
            String there = name.replaceFirst("^cls_token", prefix + "embeddings.cls_token")
                    .replaceFirst("^pos_embed", prefix + "embeddings.position_embeddings")
                    .replaceFirst("^patch_embed.proj", prefix + "embeddings.patch_embeddings.projection")
                    .replaceFirst("^blocks", prefix + "encoder.layer")
                    .replaceFirst("norm1", "layernorm_before")
                    .replaceFirst("norm2", "layernorm_after")
                    .replaceFirst("attn.proj", "attention.output.dense")
                    .replaceFirst("mlp.fc1", "intermediate.dense")
                    .replaceFirst("mlp.fc2", "output.dense")
                    .replaceFirst("^norm", prefix + "layernorm")
                    .replaceFirst("^head", "classifier");
            if (there.contains("attn.qkv")) {
                List<String> parts = List.of("query", "key", "value");
                for (int i = 0; i < 3; i++) {
                    weights.put(
                            there.replace("attn.qkv", "attention.attention." + parts.get(i)),
                            value.narrow(0, (long) i * WIDTH, WIDTH));
                }
            } else {
                weights.put(there, value);
            }
        });
        SequencedMap<String, Tensor> filled = zerosLike(timm);
        assertThat(load(weights, filled).dialects()).containsExactly("Hugging Face ViT");
        assertSame(filled, timm);
        SequencedMap<String, Tensor> torchvision = renamed(timm, WeightLoadingTest::torchvisionName);
        SequencedMap<String, Tensor> other = zerosLike(torchvision);
        assertThat(load(weights, other).dialects()).containsExactly("Hugging Face ViT", "timm ViT");
        assertSame(other, torchvision);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "opt/target/", "params/", "params/img/"})
    void flaxesViTFits(String prefix) throws IOException {
        boolean big = prefix.equals("params/img/");
        String block = prefix + "Transformer/encoderblock_0/";
        String attention = block + "MultiHeadDotProductAttention_" + (big ? 0 : 1) + "/";
        SequencedMap<String, Tensor> flax = new LinkedHashMap<>();
        BiFunction<String, long[], Tensor> add = (name, shape) -> {
            Tensor value = Tensor.rand(generator, shape);
            flax.put(name, value);
            return value;
        };
        SequencedMap<String, Tensor> timm = new LinkedHashMap<>();
        timm.put("cls_token", add.apply(prefix + "cls", new long[] {1, 1, WIDTH}));
        timm.put("pos_embed", add.apply(prefix + "Transformer/posembed_input/pos_embedding", new long[] {1, 5, WIDTH}));
        timm.put(
                "patch_embed.proj.weight",
                add.apply(prefix + "embedding/kernel", new long[] {4, 2, 3, WIDTH})
                        .permute(3, 2, 0, 1));
        timm.put("patch_embed.proj.bias", add.apply(prefix + "embedding/bias", new long[] {WIDTH}));
        for (int norm = 1; norm <= 2; norm++) {
            String name = block + "LayerNorm_" + (norm == 1 ? 0 : big ? 1 : 2);
            timm.put("blocks.0.norm" + norm + ".weight", add.apply(name + "/scale", new long[] {WIDTH}));
            timm.put("blocks.0.norm" + norm + ".bias", add.apply(name + "/bias", new long[] {WIDTH}));
        }
        List<Tensor> kernels = List.of("query", "key", "value").stream()
                .map(part -> add.apply(attention + part + "/kernel", new long[] {WIDTH, HEADS, HEAD_WIDTH})
                        .flatten(1, -1)
                        .transpose(0, 1))
                .toList();
        List<Tensor> biases = List.of("query", "key", "value").stream()
                .map(part -> add.apply(attention + part + "/bias", new long[] {HEADS, HEAD_WIDTH})
                        .flatten(0, -1))
                .toList();
        timm.put("blocks.0.attn.qkv.weight", Tensor.cat(kernels, 0));
        timm.put("blocks.0.attn.qkv.bias", Tensor.cat(biases, 0));
        timm.put(
                "blocks.0.attn.proj.weight",
                add.apply(attention + "out/kernel", new long[] {HEADS, HEAD_WIDTH, WIDTH})
                        .permute(2, 0, 1)
                        .flatten(1, -1));
        timm.put("blocks.0.attn.proj.bias", add.apply(attention + "out/bias", new long[] {WIDTH}));
        for (int layer = 0; layer < 2; layer++) {
            String dense = block + "MlpBlock_" + (big ? 0 : 3) + "/Dense_" + layer;
            long[] shape = layer == 0 ? new long[] {WIDTH, 12} : new long[] {12, WIDTH};
            timm.put(
                    "blocks.0.mlp.fc" + (layer + 1) + ".weight",
                    add.apply(dense + "/kernel", shape).transpose(0, 1));
            timm.put("blocks.0.mlp.fc" + (layer + 1) + ".bias", add.apply(dense + "/bias", new long[] {shape[1]}));
        }
        timm.put("norm.weight", add.apply(prefix + "Transformer/encoder_norm/scale", new long[] {WIDTH}));
        timm.put("norm.bias", add.apply(prefix + "Transformer/encoder_norm/bias", new long[] {WIDTH}));
        timm.put(
                "head.weight",
                add.apply(prefix + "head/kernel", new long[] {WIDTH, 7}).transpose(0, 1));
        timm.put("head.bias", add.apply(prefix + "head/bias", new long[] {7}));
        SequencedMap<String, Tensor> filled = zerosLike(timm);
        assertThat(load(flax, filled).dialects()).contains("Flax ViT");
        assertSame(filled, timm);
    }

    @Test
    void oneWeightUnderTwoNamesIsLoadedFromEither() throws IOException {
        SequencedMap<String, Tensor> whole = state("fpn.features.4.conv.0.weight", "final.weight");
        SequencedMap<String, Tensor> stages = renamed(whole, name -> name.replace("fpn.features.4.", "fpn.enc2.0."));
        SequencedMap<String, Tensor> both = new LinkedHashMap<>(whole);
        both.putAll(stages);
        for (SequencedMap<String, Tensor> weights : List.of(whole, stages, both)) {
            for (SequencedMap<String, Tensor> network : List.of(whole, stages, both)) {
                SequencedMap<String, Tensor> filled = zerosLike(network);
                load(renamed(weights, name -> "module." + name), filled);
                assertSame(filled, network);
            }
        }
        both.put("fpn.enc2.0.conv.0.weight", Tensor.zeros(2, 3));
        assertThatThrownBy(() -> load(both, zerosLike(whole)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("one weight under two names");
    }

    @Test
    void countsOfBatchesMayBeMissingOrLeftOver() throws IOException {
        SequencedMap<String, Tensor> old = state("bn.weight");
        SequencedMap<String, Tensor> today = new LinkedHashMap<>(old);
        today.put("bn.num_batches_tracked", Tensor.scalar(3));
        load(old, zerosLike(today));
        load(today, zerosLike(old));
    }

    /// `make_position_fixtures.py` says where the figures come from.
    @ParameterizedTest
    @CsvSource({
        "with_token, pos_embed, timm_with_token_4",
        "with_token, pos_embed, timm_with_token_9",
        "without_token, pos_embed, timm_without_token_4",
        "without_token, pos_embed, timm_without_token_9",
        "with_token, encoder.pos_embedding, torchvision_with_token_4",
        "with_token, encoder.pos_embedding, torchvision_with_token_9",
    })
    void positionsOfAnotherGridAreInterpolatedAsTheirLibraryDoes(String from, String name, String to)
            throws IOException {
        try (Checkpoint figures = Checkpoint.open(Fixtures.copy("positions.npz", folder))) {
            Tensor expected = figures.tensor(to);
            SequencedMap<String, Tensor> network = new LinkedHashMap<>(Map.of(name, Tensor.zeros(expected.shape())));
            Fit fit = load(Map.of(name, figures.tensor(from)), network);
            assertThat(fit.resized()).singleElement().asString().startsWith(name + " from 6 x 6");
            assertThat(Objects.requireNonNull(network.get(name))
                            .sub(expected)
                            .abs()
                            .amax(false)
                            .item())
                    .isLessThan(1e-6);
        }
    }

    @Test
    void positionsWithoutAClassTokenGetNoneAndNoneIsLost() throws IOException {
        Tensor grid = Tensor.rand(generator, 1, 16, WIDTH);
        SequencedMap<String, Tensor> network = new LinkedHashMap<>(Map.of("pos_embed", Tensor.ones(1, 1 + 16, WIDTH)));
        load(Map.of("pos_embed", grid), network);
        Tensor filled = Objects.requireNonNull(network.get("pos_embed"));
        assertThat(filled.select(1, 0).abs().amax(false).item()).isZero();
        assertThat(filled.narrow(1, 1, 16).equal(grid)).isTrue();
        assertThatThrownBy(() -> load(network, new LinkedHashMap<>(Map.of("pos_embed", Tensor.ones(1, 9, WIDTH)))))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("pos_embed is [1, 17, 6] instead of [1, 9, 6]");
    }

    @Test
    void tellsAllThatDoesNotFitAndLoadsNothing() throws IOException {
        SequencedMap<String, Tensor> network = state("conv1.weight", "conv1.bias", "layer.0.weight", "fc.weight");
        SequencedMap<String, Tensor> weights = state("conv1.weight", "layer.0.weights", "extra");
        weights.put("conv1.bias", Tensor.zeros(4, 5));
        SequencedMap<String, Tensor> filled = zerosLike(network);
        assertThatThrownBy(() -> load(weights, filled))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        folder.resolve("a.safetensors")
                                + ": does not fit Network: 2 missing: layer.0.weight (near layer.0.weights), fc.weight; "
                                + "2 unknown: layer.0.weights (near layer.0.weight), extra; 1 of another shape: conv1.bias is "
                                + "[4, 5] instead of [2, 3]. 'sekkei models run' and 'sekkei train --init' load what fits with --partial");
        assertSame(filled, zerosLike(network));
        try (Checkpoint opened = written(weights)) {
            Fit fit = WeightLoading.loadPartially(opened, "Network", filled);
            assertThat(fit.loaded()).containsExactly("conv1.weight");
            assertThat(fit.isExact()).isFalse();
        }
        assertThat(Objects.requireNonNull(filled.get("conv1.weight"))
                        .equal(Objects.requireNonNull(weights.get("conv1.weight"))))
                .isTrue();
        try (Checkpoint opened = written(state("nothing"))) {
            assertThatThrownBy(() -> WeightLoading.loadPartially(opened, "Network", filled))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("has nothing that fits Network");
        }
    }

    private SequencedMap<String, Tensor> timmViT() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        state.put("cls_token", Tensor.rand(generator, 1, 1, WIDTH));
        state.put("pos_embed", Tensor.rand(generator, 1, 5, WIDTH));
        state.put("patch_embed.proj.weight", Tensor.rand(generator, WIDTH, 3, 2, 2));
        state.put("patch_embed.proj.bias", Tensor.rand(generator, WIDTH));
        for (int block = 0; block < 11; block += 10) {
            String name = "blocks." + block + ".";
            for (String part : List.of("norm1", "norm2")) {
                state.put(name + part + ".weight", Tensor.rand(generator, WIDTH));
                state.put(name + part + ".bias", Tensor.rand(generator, WIDTH));
            }
            state.put(name + "attn.qkv.weight", Tensor.rand(generator, 3 * WIDTH, WIDTH));
            state.put(name + "attn.qkv.bias", Tensor.rand(generator, 3 * WIDTH));
            for (String part : List.of("attn.proj", "mlp.fc1", "mlp.fc2")) {
                state.put(name + part + ".weight", Tensor.rand(generator, WIDTH, WIDTH));
                state.put(name + part + ".bias", Tensor.rand(generator, WIDTH));
            }
        }
        for (String part : List.of("norm", "head")) {
            state.put(part + ".weight", Tensor.rand(generator, WIDTH));
            state.put(part + ".bias", Tensor.rand(generator, WIDTH));
        }
        return state;
    }

    private static String torchvisionName(String timm) {
        return timm.replaceFirst("^cls_token", "class_token")
                .replaceFirst("^pos_embed", "encoder.pos_embedding")
                .replaceFirst("^patch_embed.proj", "conv_proj")
                .replaceFirst("^blocks.", "encoder.layers.encoder_layer_")
                .replaceFirst("norm([12])", "ln_$1")
                .replaceFirst("attn.qkv.", "self_attention.in_proj_")
                .replaceFirst("attn.proj", "self_attention.out_proj")
                .replaceFirst("mlp.fc1", "mlp.0")
                .replaceFirst("mlp.fc2", "mlp.3")
                .replaceFirst("^norm", "encoder.ln")
                .replaceFirst("^head", "heads.head");
    }

    private SequencedMap<String, Tensor> state(String... names) {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        for (String name : names) {
            state.put(name, Tensor.rand(generator, 2, 3));
        }
        return state;
    }

    private static SequencedMap<String, Tensor> renamed(
            SequencedMap<String, Tensor> state, UnaryOperator<String> name) {
        SequencedMap<String, Tensor> renamed = new LinkedHashMap<>();
        state.forEach((key, value) -> renamed.put(name.apply(key), value));
        return renamed;
    }

    private static SequencedMap<String, Tensor> zerosLike(SequencedMap<String, Tensor> state) {
        SequencedMap<String, Tensor> zeros = new LinkedHashMap<>();
        state.forEach((key, value) -> zeros.put(key, Tensor.zeros(value.shape())));
        return zeros;
    }

    private Checkpoint written(Map<String, Tensor> weights) throws IOException {
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, weights, Map.of());
        return Checkpoint.open(file);
    }

    private Fit load(Map<String, Tensor> weights, SequencedMap<String, Tensor> network) throws IOException {
        try (Checkpoint opened = written(weights)) {
            return WeightLoading.load(opened, "Network", network);
        }
    }

    private static void assertSame(SequencedMap<String, Tensor> actual, SequencedMap<String, Tensor> expected) {
        assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
        expected.forEach((name, value) -> assertThat(
                        Objects.requireNonNull(actual.get(name)).equal(value))
                .as(name)
                .isTrue());
    }
}
