package org.sekkei.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.DType;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class ConversionTest {
    private final Scope scope = Scope.open();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip.pth", "legacy.pth", "training.pth.tar", "arrays.npz", "compressed.npz", "saver.index"})
    void everyFormatBecomesTheSameSafetensors(String fixture) throws IOException {
        Fixtures.copy("saver.data-00000-of-00001", folder);
        Path output = folder.resolve("out.safetensors");
        try (Checkpoint opened = Checkpoint.open(Fixtures.copy(fixture, folder))) {
            Conversion.convert(opened, output);
            try (Checkpoint converted = Checkpoint.open(output)) {
                assertThat(converted.format()).isEqualTo("safetensors");
                assertThat(converted.entries()).isEqualTo(opened.entries());
                assertThat(converted.metadata()).containsEntry("format", "pt").containsAllEntriesOf(opened.metadata());
                Comparison comparison = Comparison.of(opened, converted);
                assertThat(comparison.isSame()).isTrue();
                assertThat(comparison.same()).hasSameSizeAs(opened.entries().keySet());
            }
        }
    }

    @Test
    void whatIsComparedMayHaveTheNamesOfDifferentLibraries() throws IOException {
        SequencedMap<String, Tensor> flax = new LinkedHashMap<>();
        flax.put("Transformer/encoder_norm/scale", Tensor.ones(4));
        flax.put("head/kernel", Tensor.arange(8).reshape(4, 2));
        SequencedMap<String, Tensor> timm = new LinkedHashMap<>();
        timm.put("norm.weight", Tensor.ones(4));
        timm.put("head.weight", Tensor.arange(8).reshape(4, 2).transpose(0, 1).contiguous());
        SequencedMap<String, Tensor> huggingFace = new LinkedHashMap<>();
        huggingFace.put("vit.layernorm.weight", Tensor.ones(4));
        huggingFace.put(
                "classifier.weight",
                Tensor.arange(8).reshape(4, 2).transpose(0, 1).contiguous());
        try (Checkpoint a = Checkpoint.open(written("timm", timm));
                Checkpoint b = Checkpoint.open(written("flax", flax));
                Checkpoint c = Checkpoint.open(written("huggingface", huggingFace))) {
            assertThat(Comparison.of(a, b).secondDialects()).containsExactly("Flax ViT");
            assertThat(Comparison.of(b, a).dialects()).containsExactly("Flax ViT");
            for (Comparison comparison : List.of(Comparison.of(a, b), Comparison.of(b, a), Comparison.of(b, c))) {
                assertThat(comparison.isSame()).isTrue();
                assertThat(comparison.same()).hasSize(2);
            }
        }
    }

    @Test
    void stylesAreBroughtToOneAnother() throws IOException {
        SequencedMap<String, Tensor> flax = new LinkedHashMap<>();
        flax.put("opt/target/Transformer/encoder_norm/scale", Tensor.ones(4));
        flax.put("opt/target/head/kernel", Tensor.arange(8).reshape(4, 2));
        Path input = written("flax", flax);
        Path output = folder.resolve("out.safetensors");
        try (Checkpoint opened = Checkpoint.open(input)) {
            assertThat(Conversion.convert(opened, KeyStyle.TIMM, output))
                    .containsExactly("prefix opt/target/", "Flax ViT");
            assertThat(Safetensors.read(output)).containsOnlyKeys("norm.weight", "head.weight");
            assertThat(Conversion.convert(opened, KeyStyle.TORCHVISION, output))
                    .containsExactly("prefix opt/target/", "Flax ViT", "timm ViT");
            assertThat(Safetensors.read(output)).containsOnlyKeys("encoder.ln.weight", "heads.head.weight");
            try (Checkpoint converted = Checkpoint.open(output)) {
                assertThat(converted.tensor("heads.head.weight").toLongs()).containsExactly(0, 2, 4, 6, 1, 3, 5, 7);
                assertThat(Comparison.of(opened, converted).isSame()).isTrue();
            }
        }
        try (Checkpoint other = Checkpoint.open(written("other", Map.of("conv1.weight", Tensor.ones(1))))) {
            assertThatThrownBy(() -> Conversion.convert(other, KeyStyle.TIMM, output))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("does not hold the weights of a ViT");
        }
    }

    @Test
    void differencesAreToldByTheirKind() throws IOException {
        SequencedMap<String, Tensor> a = new LinkedHashMap<>();
        a.put("same", Tensor.full(Double.NaN, 2));
        a.put("shape", Tensor.ones(2));
        a.put("type", Tensor.ones(2));
        a.put("value", Tensor.of(new float[] {1, 2, 4}));
        a.put("first", Tensor.ones(1));
        SequencedMap<String, Tensor> b = new LinkedHashMap<>(a);
        b.remove("first");
        b.put("second", Tensor.ones(1));
        b.put("shape", Tensor.ones(2, 1));
        b.put("type", Tensor.ones(2).to(DType.FLOAT16));
        b.put("value", Tensor.of(new float[] {1, 2.5f, 4}));
        try (Checkpoint first = Checkpoint.open(written("a", a));
                Checkpoint second = Checkpoint.open(written("b", b))) {
            Comparison comparison = Comparison.of(first, second);
            assertThat(comparison.isSame()).isFalse();
            assertThat(comparison.same()).containsExactly("same");
            assertThat(comparison.onlyInFirst()).containsExactly("first");
            assertThat(comparison.onlyInSecond()).containsExactly("second");
            assertThat(comparison.shapes()).extracting(Comparison.Shapes::name).containsExactly("shape");
            assertThat(comparison.values())
                    .extracting(Comparison.Values::name, Comparison.Values::largestDifference)
                    .containsExactlyInAnyOrder(tuple("type", 0.0), tuple("value", 0.5));
        }
    }

    @Test
    void aDamagedInputLeavesNoOutput() throws IOException {
        byte[] bytes = Fixtures.bytes("saver.data-00000-of-00001");
        bytes[10] ^= 1;
        Files.write(folder.resolve("saver.data-00000-of-00001"), bytes);
        Path output = folder.resolve("out.safetensors");
        try (Checkpoint opened = Checkpoint.open(Fixtures.copy("saver.index", folder))) {
            assertThatThrownBy(() -> Conversion.convert(opened, output))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("does not have its checksum");
        }
        try (var files = Files.list(folder)) {
            assertThat(files.map(Path::getFileName).map(Path::toString))
                    .containsExactlyInAnyOrder("saver.index", "saver.data-00000-of-00001");
        }
    }

    private Path written(String name, Map<String, Tensor> tensors) throws IOException {
        Path file = folder.resolve(name + ".safetensors");
        Safetensors.write(file, tensors, Map.of());
        return file;
    }
}
