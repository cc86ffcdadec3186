package org.sekkei.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Fit;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.models.weights.WeightLoading;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Module;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Networks take weights in others' names.
class NetworkWeightsTest {
    private final Scope scope = Scope.open();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void aWrappedStateDictFits() throws IOException {
        Module network = Model.named("resnet18_cifar").create(10, new Generator(1));
        assertThat(reload(network, Model.named("resnet18_cifar").create(10, new Generator(2)), _ -> true)
                        .dialects())
                .containsExactly("prefix module.");
    }

    @Test
    void timmsWeightsFitAVisionTransformerOfTorchvisionsNames() throws IOException {
        var torchvision = new VisionTransformer.Variant("a", 12, 2, 3, 32, 224, VisionTransformer.Names.TORCHVISION);
        var timm = new VisionTransformer.Variant("b", 12, 2, 3, 32, 224, VisionTransformer.Names.TIMM);
        Module from = new VisionTransformer(timm, 5, new Generator(1));
        VisionTransformer to = new VisionTransformer(torchvision, 5, new Generator(2));
        assertThat(reload(from, to, _ -> true).dialects()).containsExactly("prefix module.", "timm ViT");
    }

    @Test
    void eitherNameOfAFeatureIsEnoughForDeblurGanV2() throws IOException {
        for (DeblurGanV2.Backbone backbone : DeblurGanV2.Backbone.values()) {
            Module network = new DeblurGanV2(backbone, new Generator(1));
            Predicate<String> stages = name -> name.startsWith("fpn.enc");
            DeblurGanV2 other = new DeblurGanV2(backbone, new Generator(2));
            assertThat(reload(network, other, stages.negate()).isExact()).isTrue();
            assertSame(network, other);
            DeblurGanV2 again = new DeblurGanV2(backbone, new Generator(3));
            assertThat(reload(network, again, _ -> true).isExact()).isTrue();
            assertSame(network, again);
        }
    }

    /// Saves the names wanted under the prefix of a parallel training and loads them.
    private Fit reload(Module from, Module to, Predicate<String> wanted) throws IOException {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        from.stateDict().forEach((name, value) -> {
            if (wanted.test(name)) {
                state.put("module." + name, value);
            }
        });
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, state, Map.of());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            return WeightLoading.load(checkpoint, to);
        }
    }

    private static void assertSame(Module one, Module other) {
        Map<String, Tensor> expected = one.stateDict();
        other.stateDict()
                .forEach((name, value) -> assertThat(value.equal(Objects.requireNonNull(expected.get(name))))
                        .as(name)
                        .isTrue());
    }
}
