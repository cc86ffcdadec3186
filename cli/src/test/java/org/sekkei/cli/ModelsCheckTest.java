package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `sekkei models check` as a user meets it.
class ModelsCheckTest {
    @TempDir
    private Path folder;

    @Test
    void everyFileIsToldOf() throws IOException {
        write("a.json", reference("resnet18"));
        write("b.json", "no JSON");
        write("c.json", reference("resnet19"));
        Invocation checked = Invocation.of("models", "check", folder, "--json");
        assertThat(checked.code()).isEqualTo(Main.FAILED);
        assertThat(checked.json().get("networks")).hasSize(1);
        assertThat(checked.json().at("/networks/0/agrees").asBoolean()).isFalse();
        assertThat(checked.json().at("/networks/0/result/parameters").asLong()).isEqualTo(11_689_512);
        assertThat(checked.err())
                .contains(folder.resolve("b.json") + ": is not JSON")
                .contains(folder.resolve("c.json") + ": ", "resnet19");
        assertThat(checked.json().get("failures")).hasSize(2);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static String reference(String model) {
        return """
                {"model": "%s", "parameters": 1, "state": [],
                 "inputs": {"input": {"shape": [1, 3, 32, 32], "low": -1.0, "high": 1.0}},
                 "outputs": {"logits": {"shape": [1, 10], "mean": 0.0, "std": 1.0, "absmax": 1.0, "samples": [[0, 0.0]]}}}
                """.formatted(model);
    }
}
