package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// `sekkei models convert` and `diff` as a user meets them.
class ModelsFilesTest {
    @TempDir
    private Path folder;

    @Test
    void convertsAndFindsNoDifference() throws IOException {
        Path input = written("in.pth", 1);
        Path output = folder.resolve("out.safetensors");
        Invocation converted = Invocation.of("models", "convert", input, output, "--json");
        assertThat(converted.code()).as(converted.err()).isZero();
        assertThat(converted.json().propertyNames())
                .containsExactly("input", "format", "output", "tensors", "bytes", "keyTables");
        assertThat(converted.json().get("tensors").asInt()).isEqualTo(2);
        assertThat(Invocation.of("models", "convert", input, output).out()).contains("2 tensors", "from safetensors");
        Invocation same = Invocation.of("models", "diff", input, output, "--json");
        assertThat(same.code()).isZero();
        assertThat(same.json().get("same").asBoolean()).isTrue();
        Invocation differing = Invocation.of("models", "diff", written("other.pth", 2), output);
        assertThat(differing.code()).isEqualTo(Main.FAILED);
        assertThat(differing.out())
                .contains("values       head.weight: up to 1.00 apart", "1 of 2 tensors in both are the same");
    }

    @Test
    void convertsAVisionTransformersKeys() throws IOException {
        Path output = folder.resolve("out.safetensors");
        Invocation converted =
                Invocation.of("models", "convert", written("in.pth", 1), output, "--keys", "torchvision", "--json");
        assertThat(converted.code()).as(converted.err()).isZero();
        assertThat(converted.json().get("keyTables").get(0).asString()).isEqualTo("timm ViT");
        assertThat(Safetensors.read(output)).containsOnlyKeys("heads.head.weight", "other");
        assertThat(Invocation.of("models", "diff", output, folder.resolve("in.pth"))
                        .code())
                .isZero();
    }

    @Test
    void saysInOneSentenceWhatIsWrong() throws IOException {
        Path none = folder.resolve("none.pth");
        Invocation missing = Invocation.of("models", "convert", none, folder.resolve("a"));
        assertThat(missing.code()).isEqualTo(Main.USAGE);
        assertThat(missing.err()).contains(none + ": there is no such file.");
        Path text = Files.writeString(folder.resolve("a.txt"), "This is a text and no checkpoint.");
        Invocation unknown = Invocation.of("models", "diff", text, text);
        assertThat(unknown.code()).isEqualTo(Main.FAILED);
        assertThat(unknown.err())
                .startsWith("sekkei: " + text + ": is not a checkpoint in a format that is known")
                .hasLineCount(1);
    }

    private Path written(String name, double value) throws IOException {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        try (var _ = Scope.open()) {
            tensors.put("head.weight", Tensor.full(value, 2, 3));
            tensors.put("other", Tensor.ones(1));
            Path file = folder.resolve(name);
            Safetensors.write(file, tensors, Map.of());
            return file;
        }
    }
}
