package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.models.Network;
import org.sekkei.plan.Calibration;
import org.sekkei.plan.GpuCatalogue;
import org.sekkei.plan.Workload;
import org.sekkei.plan.Workload.Use;
import org.sekkei.torch.DType;
import tools.jackson.databind.JsonNode;

class PlanCommandTest {
    @TempDir
    private Path folder;

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

    @Test
    void tellsTheTimeOfAMachineThatWasMeasured() throws IOException {
        Map<String, Double> costs = Map.of("convolution", 2e-12, "convolution_backward", 2e-12);
        CalibrationFile.write(folder.resolve("c.json"), new Calibration("here", costs, costs, 0.2));
        Invocation planned = Invocation.of(
                "plan",
                "train",
                "resnet18",
                "--batch",
                8,
                "--size",
                64,
                "--pictures",
                80,
                "--epochs",
                3,
                "--calibration",
                folder.resolve("c.json"),
                "--report",
                folder.resolve("plan.html"),
                "--json");
        assertThat(planned.code()).as("%s", planned.err()).isZero();
        JsonNode here = planned.json().get("here");
        double step = here.get("secondsAStep").asDouble();
        // Nearly all of its products are convolutions with more than one tap.
        assertThat(step)
                .isBetween(
                        0.5 * 2e-12 * planned.json().get("flops").asDouble(),
                        2e-12 * planned.json().get("flops").asDouble());
        assertThat(here.get("low").asDouble()).isCloseTo(0.8 * step, within(1e-9));
        assertThat(here.get("high").asDouble()).isCloseTo(1.2 * step, within(1e-9));
        assertThat(here.get("picturesPerSecond").asDouble()).isCloseTo(8 / step, within(1e-6 / step));
        assertThat(here.get("secondsInAll").asDouble()).isCloseTo(30 * step, within(1e-9));
        assertThat(Reports.text(folder.resolve("plan.html")))
                .contains("Memory against batch")
                .contains("Memory against pixels");
    }

    @Test
    void whatWasMeasuredHereIsPlannedWith() throws IOException {
        List<Workload> jobs = new ArrayList<>();
        for (DType precision : List.of(DType.FLOAT32, DType.BFLOAT16)) {
            jobs.add(new Workload(Network.named("resnet18_cifar"), Use.TRAINING_SGD, 1, 32, precision));
            jobs.add(new Workload(Network.named("vit_ti_32"), Use.INFERENCE, 1, 64, precision));
        }
        List<Integer> told = new ArrayList<>();
        Calibration measured = Calibration.measure("here", jobs, 1, 0, (_, done, _) -> told.add(done));
        assertThat(told).containsExactly(1, 2, 3, 4);
        CalibrationFile.write(folder.resolve("c.json"), measured);
        for (String job : List.of("train", "infer")) {
            Invocation planned = Invocation.of(
                    "plan", job, "resnet18_cifar", "--size", 32, "--calibration", folder.resolve("c.json"));
            assertThat(planned.out())
                    .containsPattern("On this machine's processor a step takes [0-9.]+ ms, [0-9.]+ to [0-9.]+, ");
        }
    }

    @Test
    void theCalibrationIsInTheUsersCaches() {
        assertThat(CalibrationFile.usual(null, "/home/u")).isEqualTo(Path.of("/home/u/.cache/sekkei/calibration.json"));
        assertThat(CalibrationFile.usual("/caches", "/home/u")).isEqualTo(Path.of("/caches/sekkei/calibration.json"));
    }

    @Test
    void aCalibrationOfAnEarlierVersionHasAUsualSpread() throws IOException {
        Files.writeString(
                folder.resolve("c.json"),
                "{\"machine\": \"m\", \"float32\": {\"matrix\": 1e-12}, \"bfloat16\": {\"matrix\": 1e-12}}");
        assertThat(CalibrationFile.read(folder.resolve("c.json")).orElseThrow().spread())
                .isPositive();
    }

    @Test
    void aDamagedCalibrationIsNamed() throws IOException {
        Files.writeString(folder.resolve("c.json"), "{\"machine\": 3");
        Invocation planned = Invocation.of("plan", "infer", "resnet18", "--calibration", folder.resolve("c.json"));
        assertThat(planned.code()).isEqualTo(Main.FAILED);
        assertThat(planned.err()).contains("c.json: is no calibration").contains("--calibrate");
    }

    @Test
    void styleTransferIsPlannedAsItIsDone() {
        JsonNode small = Invocation.of("plan", "style", "vgg_small", "--size", 256, "--memory", "4G", "--json")
                .json()
                .get("lines")
                .get(0);
        assertThat(small.get("tile").isNull()).isTrue();
        JsonNode large = Invocation.of("plan", "style", "vgg_small", "--size", "7680x4320", "--memory", "6G", "--json")
                .json()
                .get("lines")
                .get(0);
        assertThat(large.get("tile").asInt()).isPositive();
        assertThat(large.get("bytes").asLong()).isBetween(small.get("bytes").asLong(), 6_000_000_000L);
        assertThat(Invocation.of("plan", "style", "nin", "--recipe", "gogh", "--size", 64)
                        .out())
                .contains("nothing is left of a picture of 64 x 64");
        assertThat(Invocation.of("plan", "style", "nin", "--size", "large").err())
                .contains("--size is pixels");
    }

    @ParameterizedTest
    @ValueSource(strings = {"refocus", "deblur", "deblur deblurgan", "track", "track resnet50"})
    void applicationsArePlanned(String application) {
        String[] words = application.split(" ");
        Object[] use = command(words, "--size", "400x300", "--memory", "8G", "--json");
        Invocation planned = Invocation.of(use);
        assertThat(planned.code()).as("%s", planned.err()).isZero();
        JsonNode line = planned.json().get("lines").get(0);
        assertThat(line.get("tile").isNull()).isTrue();
        long whole = line.get("bytes").asLong();
        assertThat(whole).isBetween(400_000_000L, 8_000_000_000L);

        JsonNode little = Invocation.of(command(words, "--size", "400x300", "--memory", "100M", "--json"))
                .json()
                .get("lines")
                .get(0);
        assertThat(little.get("obstacle").asString()).contains("MB");
        assertThat(Invocation.of(command(words, "--gpu", "all")).out())
                .containsPattern("H200 SXM .* at once")
                .containsPattern("Radeon 540X \\(mobile\\) .*cannot run: .*AMD");

        Invocation trained = Invocation.of(command(words, "train", "--memory", "8G", "--json"));
        assertThat(trained.code()).as("%s", trained.err()).isZero();
        assertThat(trained.json().get("fits").asBoolean()).isTrue();
        assertThat(trained.json().get("memory").get("optimizerState").asLong())
                .isEqualTo(8 * trained.json().get("parameters").asLong());
        int largest = trained.json().get("largestBatch").asInt();
        assertThat(largest).isPositive();
        assertThat(Invocation.of(command(words, "train", "--memory", "8G", "--batch", "max", "--json"))
                        .json()
                        .get("batch")
                        .asInt())
                .isEqualTo(largest);
    }

    /// `plan` with the application's name, what follows it, and its network last of the words.
    private static Object[] command(String[] words, String... options) {
        List<Object> command = new ArrayList<>(List.of("plan", words[0]));
        boolean trains = options[0].equals("train");
        if (trains) {
            command.add("train");
        }
        command.addAll(List.of(words).subList(1, words.length));
        command.addAll(List.of(options).subList(trains ? 1 : 0, options.length));
        return command.toArray();
    }

    @Test
    void aPictureTooLargeIsPlannedInTiles() throws IOException {
        Map<String, Double> costs = Map.of("convolution", 2e-12);
        CalibrationFile.write(folder.resolve("c.json"), new Calibration("here", costs, costs, 0.2));
        Invocation planned = Invocation.of(
                "plan",
                "deblur",
                "--size",
                "2000x1500",
                "--memory",
                "1G",
                "--calibration",
                folder.resolve("c.json"),
                "--report",
                folder.resolve("plan.html"),
                "--json");
        assertThat(planned.code()).as("%s", planned.err()).isZero();
        JsonNode line = planned.json().get("lines").get(0);
        assertThat(line.get("tile").asInt()).isPositive();
        assertThat(line.get("bytes").asLong()).isLessThanOrEqualTo(1_000_000_000);
        assertThat(line.get("seconds").asDouble()).isPositive();
        assertThat(line.get("largestSide").asInt()).isLessThan(2000);
        assertThat(Reports.text(folder.resolve("plan.html"))).contains("in tiles of");
    }

    @Test
    void devicesShareABatch() {
        Invocation planned = Invocation.of(
                "plan", "train", "resnet18", "--batch", 64, "--gpu", "RTX 3090", "--devices", 4, "--json");
        assertThat(planned.code()).as("%s", planned.err()).isZero();
        assertThat(planned.json().get("memory").get("batch").asLong()).isEqualTo(16L * 3 * 224 * 224 * 4);
        assertThat(planned.json()
                        .get("cards")
                        .get(0)
                        .get("time")
                        .get("picturesPerSecond")
                        .asDouble())
                .isPositive();
    }

    @Test
    void theLargestPictureFits() {
        JsonNode json = Invocation.of("plan", "infer", "deblurgan", "--memory", "4G", "--json")
                .json();
        int largest = json.get("largestSide").asInt();
        assertThat(largest).isGreaterThan(224);
        Invocation at = Invocation.of("plan", "infer", "deblurgan", "--memory", "4G", "--size", largest, "--json");
        assertThat(at.json().get("fits").asBoolean()).isTrue();
        Invocation above =
                Invocation.of("plan", "infer", "deblurgan", "--memory", "4G", "--size", largest + 32, "--json");
        assertThat(above.json().get("fits").asBoolean()).isFalse();
    }

    @Test
    void theExamplesNameCardsThatThereAre() {
        String help = Invocation.of("plan", "--help").out().replaceAll("\\s+", " ");
        assertThat(Pattern.compile("--gpu \"([^\"]+)\"").matcher(help).results())
                .isNotEmpty()
                .allSatisfy(card ->
                        assertThat(GpuCatalogue.bundled().named(card.group(1))).isNotNull());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plan|say what to plan",
                "plan train resnet18 --devices 0|are 1 or more",
                "plan train resnet18 --data nowhere|nowhere",
                "plan infer resnet19|unknown network 'resnet19'; perhaps resnet18; there are",
                "plan infer resnet18 --batch many|--batch is a number of pictures or max",
                "plan infer resnet18 --batch 0|a batch has 1 to",
                "plan infer resnet18 --optimizer sgd|there is none in 'plan infer'",
                "plan train resnet18 --gpu Voodoo|there is no card 'Voodoo'",
                "plan train vgg16 --batch max --memory 100M|not even one picture fits into 100.0 MB",
                "plan train resnet18 --precision int8|bfloat16",
                "plan sharpen|say what to plan",
                "plan deblur resnet18|unknown network 'resnet18'; there are ours, deblurgan",
                "plan deblur deblurgn|perhaps deblurgan; there are ours",
                "plan deblur train resnet18|unknown network 'resnet18'",
                "plan track train light heavy|is one word too many",
                "plan refocus --batch 3|--batch: pictures are made one after the other",
                "plan refocus train --optimizer sgd|has its own optimizer",
                "plan refocus --size large|--size is pixels",
                "plan refocus train --size 4K|--size is a number of pixels"
            })
    void saysWhatCannotBeRight(String line, String said) {
        Invocation planned = Invocation.of((Object[]) line.split(" "));
        assertThat(planned.code()).isEqualTo(Main.USAGE);
        assertThat(planned.err()).contains(said).doesNotContain("\tat ");
    }
}
