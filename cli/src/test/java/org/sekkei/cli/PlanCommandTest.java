package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class PlanCommandTest {
    @Test
    void splitsTheMemoryAndFindsTheLargestBatch() {
        Invocation planned =
                Invocation.of("plan", "train", "resnet18", "--batch", 8, "--size", 64, "--memory", "2G", "--json");
        assertThat(planned.code()).as("%s", planned.err()).isZero();
        JsonNode json = planned.json();
        assertThat(json.get("parameters").asLong()).isEqualTo(11_689_512);
        assertThat(json.get("memory").get("optimizerState").asLong()).isEqualTo(4 * 11_689_512);
        assertThat(json.get("fits").asBoolean()).isTrue();
        int largest = json.get("largestBatch").asInt();
        assertThat(largest).isGreaterThan(8);

        Invocation most =
                Invocation.of("plan", "train", "resnet18", "--batch", "max", "--size", 64, "--memory", "2G", "--json");
        assertThat(most.json().get("batch").asInt()).isEqualTo(largest);
        assertThat(most.json().get("fits").asBoolean()).isTrue();
    }

    @Test
    void goesThroughAllCards() {
        Invocation planned =
                Invocation.of("plan", "train", "resnet50", "--batch", 256, "--optimizer", "adamw", "--gpu", "all");
        assertThat(planned.code()).as("%s", planned.err()).isZero();
        assertThat(planned.out())
                .containsPattern("GeForce RTX 3090 +fits when cut")
                .containsPattern("H200 SXM +fits ")
                .containsPattern("Radeon 540X \\(mobile\\) +cannot run .*AMD")
                .contains("normalises by its batch");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plan infer resnet19|unknown network 'resnet19'",
                "plan infer resnet18 --batch many|--batch is a number of pictures or max",
                "plan infer resnet18 --batch 0|a batch has 1 to",
                "plan infer resnet18 --optimizer sgd|there is none in 'plan infer'",
                "plan train resnet18 --gpu Voodoo|there is no card 'Voodoo'",
                "plan train vgg16 --batch max --memory 100M|not even one picture fits into 100.0 MB",
                "plan train resnet18 --precision int8|bfloat16"
            })
    void saysWhatCannotBeRight(String line, String said) {
        Invocation planned = Invocation.of((Object[]) line.split(" "));
        assertThat(planned.code()).isEqualTo(Main.USAGE);
        assertThat(planned.err()).contains(said).doesNotContain("\tat ");
    }
}
