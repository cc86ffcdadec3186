package org.sekkei.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.Scope;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Every network against its authors' own.
class ParityTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resnet18",
                "vgg19",
                "vit_b_16",
                "deepvit_16b",
                "deblurgan",
                "deblurganv2_mobilenet",
                "trtr_resnet50"
            })
    void agrees(String name) throws IOException {
        Path file = Path.of(System.getProperty("sekkei.root", ".")).resolveSibling("shared/parity/" + name + ".json");
        Assumptions.assumeTrue(Files.exists(file), () -> "no reference outputs at " + file);
        Parity.Result result = Parity.read(file).check();
        assertThat(result.keysOff()).isEmpty();
        assertThat(result.parameters()).isEqualTo(result.parametersExpected());
        assertThat(result.outputs()).isNotEmpty();
        assertThat(result.worst()).isLessThan(Parity.TOLERANCE);
        assertThat(result.agrees()).isTrue();
    }

    // Of DeepLens the depth network alone runs; all keys are compared nonetheless.
    @Test
    void agreesOnTheDepthOfDeepLens() throws IOException {
        Path file = Path.of(System.getProperty("sekkei.root", ".")).resolveSibling("shared/parity/deeplens.json");
        Assumptions.assumeTrue(Files.exists(file), () -> "no reference outputs at " + file);
        ObjectNode reference = (ObjectNode) JsonMapper.shared().readTree(file);
        reference.set("outputs", JsonMapper.shared().createObjectNode().set("depth", reference.at("/outputs/depth")));
        Path depth = Files.writeString(folder.resolve("depth.json"), reference.toString());
        Parity.Result result = Parity.read(depth).check();
        assertThat(result.keysOff()).isEmpty();
        assertThat(result.keys()).isEqualTo(488);
        assertThat(result.worst()).isLessThan(Parity.TOLERANCE);
        assertThat(result.agrees()).isTrue();
    }

    @Test
    void theRuleGivesTheNumbersThatItsDescriptionGives() {
        try (var _ = Scope.open()) {
            assertThat(Parity.weights("conv1.weight", 64, 3, 7, 7)
                            .flatten(0, -1)
                            .narrow(0, 0, 4)
                            .toFloats())
                    .containsExactly(
                            new float[] {0.0182130f, 0.0990603f, -0.1927688f, 0.0954383f}, Offset.offset(1e-7f));
        }
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        Path text = Files.writeString(folder.resolve("a.json"), "no JSON");
        assertThatThrownBy(() -> Parity.read(text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not JSON");
        Path other = Files.writeString(folder.resolve("b.json"), "{\"model\": \"resnet18\"}");
        assertThatThrownBy(() -> Parity.read(other))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'parameters'");
    }
}
