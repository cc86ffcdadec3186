package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A small transformer from its training to the report of what it says.
class ClassifyTest {
    @TempDir
    private Path folder;

    private Path source = Path.of("");
    private Path dataset = Path.of("");

    @BeforeEach
    void packPictures() throws IOException {
        source = folder.resolve("source");
        for (int i = 0; i < 16; i++) {
            boolean day = i % 2 == 0;
            Path file = source.resolve(day ? "day" : "night").resolve(i + ".png");
            Files.createDirectories(file.getParent());
            var image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
            for (int at = 0; at < 256; at++) {
                image.setRGB(at % 16, at / 16, day ? 0xE0E0FF - 3 * i : 0x101020 + 3 * i + at % 16);
            }
            ImageIO.write(image, "png", file.toFile());
        }
        dataset = folder.resolve("d.inr");
        Invocation packed = Invocation.of("pack", source, dataset, "--val", "0.25", "--quality", "25");
        assertThat(packed.code()).as(packed.err()).isZero();
    }

    private Invocation train(Path run, Object... more) {
        return Invocation.of(Stream.concat(
                        Stream.of("train", dataset, "--threads", 1, "--batch", 4, "--out", run, "--json"),
                        Stream.of(more))
                .toArray());
    }

    private Path transformer(String name) {
        Path run = folder.resolve(name);
        Invocation trained = train(
                run,
                "--model",
                name,
                "--depth",
                2,
                "--width",
                12,
                "--heads",
                2,
                "--patch",
                4,
                "--size",
                16,
                "--epochs",
                2);
        assertThat(trained.code()).as(trained.err()).isZero();
        return run;
    }

    @Test
    void aTransformerOfOnesOwnMeasuresTellsWhatItSees() throws IOException {
        Path run = transformer("vit");
        Path report = folder.resolve("report.html");
        Invocation said = Invocation.of(
                "classify", "--weights", run, dataset, "--split", "validation", "--report", report, "--json");
        assertThat(said.code()).as(said.err()).isZero();
        JsonNode json = said.json();
        assertThat(json.get("model").stringValue()).isEqualTo("vit_d2_w12_h2_p4_s16");
        assertThat(json.get("pictures").size()).isEqualTo(4);
        JsonNode first = json.get("pictures").get(0);
        assertThat(first.get("label").stringValue()).isIn("day", "night");
        double sum = 0;
        for (JsonNode prediction : first.get("predictions")) {
            sum += prediction.get("probability").doubleValue();
        }
        assertThat(sum).isCloseTo(1, within(1e-5));
        Invocation evaluated = Invocation.of("eval", dataset, "--run", run, "--precision", "float32", "--json");
        assertThat(json.get("top1")).isEqualTo(evaluated.json().get("top1"));
        assertThat(json.get("confusion")).isEqualTo(evaluated.json().get("confusion"));
        assertThat(report)
                .content()
                .contains("Where the network looked", "Block by block", "Right and wrong", "data:image/png");
        assertThat(Reports.text(report)).doesNotContain("NaN");
    }

    @Test
    void foldersAndFilesAreClassifiedAndWhatIsBrokenIsNamed() throws IOException {
        Path run = transformer("deepvit");
        Invocation said = Invocation.of("classify", "--weights", run, "--top", 1, source, source.resolve("day/0.png"));
        assertThat(said.code()).as(said.err()).isZero();
        assertThat(said.out().lines().filter(line -> line.contains(".png")))
                .hasSize(17)
                .allMatch(line -> line.contains(" %"));
        assertThat(said.out()).contains("of 16 pictures whose class is known");
        Path broken = Files.writeString(folder.resolve("broken.png"), "no picture");
        Invocation half = Invocation.of("classify", "--weights", run, broken, source.resolve("day/0.png"));
        assertThat(half.code()).isEqualTo(1);
        assertThat(half.err()).contains("broken.png");
        assertThat(half.out()).contains("0.png");
    }

    @Test
    void aTrainingStartsFromAnother() throws IOException {
        Path first = transformer("vit");
        Path second = folder.resolve("second");
        Object[] shape = {"--model", "vit", "--depth", 2, "--width", 12, "--heads", 2, "--patch", 4, "--size", 16};
        Invocation tuned = train(
                second,
                Stream.concat(Stream.of(shape), Stream.of("--epochs", 1, "--init", first, "--freeze", "blocks.0"))
                        .toArray());
        assertThat(tuned.code()).as(tuned.err()).isZero();
        assertThat(tuned.err()).contains("Starting from").doesNotContain("new last layer");
        Invocation other = train(
                folder.resolve("third"),
                "--model",
                "vit",
                "--depth",
                3,
                "--width",
                12,
                "--heads",
                2,
                "--size",
                16,
                "--patch",
                4,
                "--epochs",
                1,
                "--init",
                first);
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("does not fit vit_d3_w12_h2_p4_s16", "blocks.2.attn.qkv.weight", "--partial");
        assertThat(train(folder.resolve("fourth"), "--init", folder.resolve("nowhere"))
                        .err())
                .contains("nowhere: there is no such file");
    }

    @Test
    void whatDoesNotFitTogetherIsAFaultOfTheCommandLine() {
        assertUsage(train(folder.resolve("r"), "--depth", 3), "--depth");
        assertUsage(train(folder.resolve("r"), "--model", "vit", "--width", 10, "--heads", 3), "no multiple");
        assertUsage(train(folder.resolve("r"), "--mixup", 9), "mixup");
        assertUsage(train(folder.resolve("r"), "--optimizer", "adamw", "--momentum", "0.9"), "--momentum");
        assertUsage(train(folder.resolve("r"), "--freeze", "layer9"), "no part 'layer9' to freeze");
        assertUsage(train(folder.resolve("r"), "--model", "vgg16", "--drop-path", 0.1), "no residual branches");
        assertUsage(train(folder.resolve("r"), "--model", "resnet19"), "unknown model 'resnet19'");
        assertUsage(train(folder.resolve("r"), "--partial"), "--partial is for --init");
        assertUsage(Invocation.of("classify", "--weights", folder.resolve("nowhere"), source), "no such file");
    }

    private static void assertUsage(Invocation result, String about) {
        assertThat(result.code()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).contains(about).doesNotContain("Exception");
    }
}
