package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class GpusCommandTest {
    @Test
    void listsCardsAndThisMachine() {
        Invocation listed = Invocation.of("gpus");
        assertThat(listed.code()).isZero();
        assertThat(listed.out())
                .contains("GeForce RTX 3090", "Radeon 540X (mobile)", "not with this build", "This machine: ");
    }

    @Test
    void writesFigureSevenAndJson(@TempDir Path folder) throws Exception {
        Path page = folder.resolve("gpus.html");
        Invocation listed = Invocation.of("gpus", "--json", "--report", page);
        assertThat(listed.code()).as("%s", listed.err()).isZero();
        JsonNode json = listed.json();
        assertThat(json.get("machine").get("cores").asInt()).isPositive();
        assertThat(json.get("machine").get("memoryBytes").asLong()).isGreaterThan(100_000_000L);
        assertThat(json.get("cards").size()).isGreaterThanOrEqualTo(17);
        assertThat(json.get("cards").get(0).get("cannotRunBecause").asString()).contains("6.1");
        assertThat(Files.readString(page)).contains("<svg", ">GeForce RTX 3090</text>", "memory, GB");
    }
}
