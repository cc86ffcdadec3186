package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands as a user meets them: exit status, keys of the JSON, messages.
class CommandsTest {
    private static final List<String> SUMMARY_KEYS = List.of(
            "pictures",
            "skipped",
            "bytes",
            "bytesPerPicture",
            "percentOfUint8",
            "percentOfSource",
            "psnrMean",
            "psnrMin",
            "psnrMax",
            "picturesPerSecond");

    private static final List<String> EPOCH_KEYS = List.of("epoch", "loss", "top1", "picturesPerSecond", "dataSeconds");

    @TempDir
    private Path folder;

    @Test
    void fitBasisAndResume() throws Exception {
        Path source = pictures(6);
        Path basis = folder.resolve("own.safetensors");
        Object[] command = {
            "fit", "basis", source, "-o", basis, "--stride", "8", "--channels", "16", "--steps", "2", "--json"
        };
        Invocation fitted = Invocation.of(command);
        assertThat(fitted.code()).as(fitted.err()).isZero();
        assertThat(fitted.json().propertyNames()).contains("sha256", "bitsPerPixel", "modelBitsPerPixel", "psnr");
        assertThat(fitted.json().get("pictures").intValue()).isEqualTo(6);
        byte[] first = Files.readAllBytes(basis);
        assertThat(Invocation.of(command).code()).isZero();
        assertThat(Files.readAllBytes(basis)).isEqualTo(first);

        Invocation longer = Invocation.of(
                "fit",
                "basis",
                source,
                "-o",
                basis,
                "--stride",
                "8",
                "--channels",
                "16",
                "--steps",
                "3",
                "--resume",
                "--json");
        assertThat(longer.code()).as(longer.err()).isZero();
        assertThat(longer.json().get("steps").intValue()).isEqualTo(3);
        assertThat(Invocation.of("fit", "basis", source, "--time", "soon").code())
                .isEqualTo(2);
        assertThat(Invocation.of("fit", "basis", source, "-o", folder.resolve("no"), "--resume")
                        .err())
                .contains("there is no training to go on with");
    }

    @Test
    void packInspectVerifyExport() throws Exception {
        Path source = pictures(6);
        Path dataset = folder.resolve("d.inr");

        Invocation packed = pack(source, dataset, "--val", "0.34", "--report", folder.resolve("report.html"));
        assertThat(packed.code()).as(packed.err()).isZero();
        assertThat(packed.json().propertyNames()).containsAll(SUMMARY_KEYS);
        assertThat(packed.json().get("pictures").intValue()).isEqualTo(6);
        assertThat(packed.json().get("psnrMean").doubleValue()).isGreaterThan(10);
        assertThat(folder.resolve("report.html")).content().contains("PSNR", "data:image/png", "<svg");

        Path grid = folder.resolve("grid.png");
        Path third = folder.resolve("third.png");
        Invocation inspected = Invocation.of("inspect", dataset, "--json", "--grid", grid, "--image", "2", third);
        assertThat(inspected.code()).as(inspected.err()).isZero();
        assertThat(inspected.json().propertyNames()).containsAll(SUMMARY_KEYS);
        assertThat(inspected.json().get("bytes")).isEqualTo(packed.json().get("bytes"));
        assertThat(inspected.err()).contains("originals above");
        assertThat(ImageIO.read(third.toFile()).getWidth()).isEqualTo(16);
        assertThat(ImageIO.read(grid.toFile())).isNotNull();
        assertThat(Invocation.of("inspect", dataset).out()).contains("PSNR, dB", "█", "Classes", "cat: 3");

        Path table = folder.resolve("pictures.csv");
        assertThat(Invocation.of("inspect", dataset, "--csv", table).code()).isZero();
        List<String> rows = Files.readAllLines(table);
        assertThat(rows).hasSize(7);
        assertThat(rows.getFirst()).isEqualTo("name,class,split,width,height,sourceBytes,bytes,psnr");
        assertThat(rows.subList(1, 7)).allMatch(row -> row.matches("(cat/.*,cat|dog/.*,dog),(train|validation),16,.*"));

        assertThat(Invocation.of("verify", dataset, "--json")
                        .json()
                        .get("intact")
                        .booleanValue())
                .isTrue();

        Path exported = folder.resolve("png");
        Invocation export = Invocation.of("export", dataset, exported, "--json");
        assertThat(export.code()).as(export.err()).isZero();
        try (Stream<Path> files = Files.walk(exported)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> exported.relativize(file).toString()))
                    .hasSize(6)
                    .anyMatch(name -> name.startsWith("val/cat/"))
                    .anyMatch(name -> name.startsWith("train/dog/"));
        }
        Invocation again = Invocation.of("export", dataset, exported);
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("not empty").contains("--overwrite");
    }

    @Test
    void trainEvalCompare() throws Exception {
        Path source = pictures(8);
        Path dataset = folder.resolve("d.inr");
        assertThat(pack(source, dataset, "--val", "0.25").code()).isZero();

        Path run = folder.resolve("run");
        Invocation trained =
                Invocation.of("train", dataset, "--epochs", 1, "--batch", 4, "--threads", 1, "--out", run, "--json");
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.json().propertyNames()).contains("epochs", "top1");
        assertThat(trained.json().get("epochs").get(0).propertyNames()).containsAll(EPOCH_KEYS);

        Invocation again = Invocation.of("train", dataset, "--epochs", 1, "--batch", 4, "--out", run);
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("--resume");

        Invocation evaluated = Invocation.of("eval", dataset, "--run", run, "--json");
        assertThat(evaluated.code()).as(evaluated.err()).isZero();
        assertThat(evaluated.json().propertyNames()).contains("epochs", "top1");
        assertThat(evaluated.json().get("epochs").get(0).propertyNames()).containsAll(EPOCH_KEYS);
        assertThat(evaluated.json().get("top1")).isEqualTo(trained.json().get("top1"));

        Path report = folder.resolve("compare.html");
        Invocation compared = Invocation.of(
                "compare",
                source,
                dataset,
                "--epochs",
                1,
                "--batch",
                4,
                "--threads",
                1,
                "--rounds",
                1,
                "--round-seconds",
                0.1,
                "--out",
                folder.resolve("runs"),
                "--report",
                report,
                "--json");
        assertThat(compared.code()).as(compared.err()).isZero();
        assertThat(compared.json().propertyNames()).contains("files", "inrs", "report");
        assertThat(compared.json().get("files").get("epochs").get(0).propertyNames())
                .containsAll(EPOCH_KEYS);
        assertThat(report).content().contains("Where the files win", "Accuracy by epoch", "data:image/png");
        assertThat(Reports.text(report)).doesNotContain("NaN");
    }

    @Test
    void packGoesOnWhereItStoppedAndRefusesAnotherJob() throws Exception {
        Path source = pictures(4);
        Path dataset = folder.resolve("d.inr");
        assertThat(pack(source, dataset).code()).isZero();
        Invocation again = pack(source, dataset);
        assertThat(again.code()).isZero();
        assertThat(again.json().get("pictures").intValue()).isEqualTo(4);
        Invocation other = pack(source, dataset, "--seed", "7");
        assertThat(other.code()).isEqualTo(1);
        assertOneSentence(other);
    }

    @Test
    void damageIsFoundAndNamed() throws Exception {
        Path dataset = folder.resolve("d.inr");
        assertThat(pack(pictures(4), dataset).code()).isZero();
        Path shard;
        try (Stream<Path> files = Files.walk(dataset)) {
            shard = files.filter(Files::isRegularFile)
                    .max((a, b) -> Long.compare(size(a), size(b)))
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(shard);
        bytes[bytes.length / 2] ^= 1;
        Files.write(shard, bytes);
        Invocation verified = Invocation.of("verify", dataset);
        assertThat(verified.code()).isEqualTo(1);
        assertThat(verified.out()).contains(shard.getFileName().toString());
        Invocation json = Invocation.of("verify", dataset, "--json");
        assertThat(json.code()).isEqualTo(1);
        assertThat(json.json().get("intact").booleanValue()).isFalse();
        assertThat(json.json().get("damages").get(0).propertyNames()).contains("file", "record", "problem");
    }

    @Test
    void whatCannotBeReadIsSkippedAndListed() throws Exception {
        Path source = pictures(4);
        Files.writeString(source.resolve("cat/text.jpg"), "this is not a picture");
        byte[] jpeg = jpeg(40, 30);
        Files.write(source.resolve("dog/cut.jpg"), Arrays.copyOf(jpeg, jpeg.length / 3));
        Invocation packed = pack(source, folder.resolve("d.inr"));
        assertThat(packed.code()).as(packed.err()).isZero();
        assertThat(packed.json().get("skipped").intValue()).isEqualTo(2);
        assertThat(packed.json().get("skippedPictures").toString()).contains("text.jpg", "cut.jpg");

        Invocation strict = pack(source, folder.resolve("strict.inr"), "--strict");
        assertThat(strict.code()).isEqualTo(1);
        assertThat(strict.out()).isEmpty();
        assertThat(strict.err()).containsAnyOf("text.jpg", "cut.jpg").doesNotContain("at org.sekkei");
    }

    @Test
    void trainLeavesNothingBehindWhereThereIsNoDataset() {
        Path run = folder.resolve("run");
        Invocation result = Invocation.of("train", folder.resolve("nowhere"), "--out", run);
        assertThat(result.code()).isEqualTo(2);
        assertThat(run).doesNotExist();
    }

    @Test
    void extremeShapesArePacked() throws Exception {
        Path source = folder.resolve("shapes");
        Path only = Files.createDirectories(source.resolve("only"));
        png(only.resolve("dot.png"), 1, 1);
        png(only.resolve("line.png"), 30_000, 1);
        Invocation packed = pack(source, folder.resolve("d.inr"));
        assertThat(packed.code()).as(packed.err()).isZero();
        assertThat(packed.json().get("pictures").intValue()
                        + packed.json().get("skipped").intValue())
                .isEqualTo(2);
        assertThat(Invocation.of("export", folder.resolve("d.inr"), folder.resolve("png"))
                        .code())
                .isZero();
    }

    @Test
    void listWithAMissingFileSkipsIt() throws Exception {
        Path source = pictures(2);
        Path list = folder.resolve("labels.csv");
        Files.writeString(list, "path,label\nsource/cat/0.png,cat\nsource/dog/none.png,dog\nsource/dog/1.png,dog\n");
        assertThat(source).isDirectory();
        Invocation packed = pack(list, folder.resolve("d.inr"));
        assertThat(packed.code()).as(packed.err()).isZero();
        assertThat(packed.json().get("pictures").intValue()).isEqualTo(2);
        assertThat(packed.json().get("skippedPictures").toString()).contains("none.png");
    }

    @Test
    void emptyFolder() throws Exception {
        Path source = Files.createDirectories(folder.resolve("empty"));
        Invocation packed = pack(source, folder.resolve("d.inr"));
        assertThat(packed.code()).isEqualTo(1);
        assertThat(packed.err()).contains("empty");
        assertOneSentence(packed);
        assertThat(folder.resolve("d.inr")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pack", "inspect", "verify", "export", "train", "eval", "compare"})
    void missingPath(String command) {
        Path nowhere = folder.resolve("nowhere");
        Invocation result = Set.of("pack", "export", "compare").contains(command)
                ? Invocation.of(command, nowhere, folder.resolve("out"))
                : Invocation.of(command, nowhere);
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("nowhere").contains("no such file or folder");
        assertThat(result.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"inspect", "verify", "train", "eval"})
    void folderThatIsNoDataset(String command) {
        Invocation result = Invocation.of(command, folder);
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("is no data set");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--size 12x",
                "--size big",
                "--network 28",
                "--quality good",
                "--val 1.5",
                "--bytes 20 --quality 30",
                "--codec jpeg",
                "--steps 5",
                "--codec siren --background 0.5",
                "--background 0",
                "--basis missing.safetensors",
                "--threads 0"
            })
    void optionOutOfRange(String options) throws Exception {
        Path source = pictures(2);
        Object[] arguments = Stream.concat(
                        Stream.of("pack", source, folder.resolve("d.inr")), Arrays.stream(options.split(" ")))
                .toArray();
        Invocation result = Invocation.of(arguments);
        assertThat(result.code()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).doesNotContain("Exception").contains("pack --help");
        assertThat(folder.resolve("d.inr")).doesNotExist();
    }

    private Invocation pack(Path source, Path dataset, Object... more) {
        return Invocation.of(Stream.concat(
                        Stream.of(
                                "pack",
                                source,
                                dataset,
                                "--json",
                                "--codec",
                                "siren",
                                "--network",
                                "2x8",
                                "--steps",
                                "20",
                                "--quality",
                                "best",
                                "--threads",
                                "2"),
                        Arrays.stream(more))
                .toArray());
    }

    private static void assertOneSentence(Invocation result) {
        assertThat(result.err().lines().filter(line -> line.startsWith("sekkei: ")))
                .hasSize(1);
        assertThat(result.err()).doesNotContain("Exception").doesNotContain("at org.sekkei");
    }

    /// `count` pictures of 16 x 12 pixels in the classes cat and dog.
    private Path pictures(int count) throws IOException {
        Path source = folder.resolve("source");
        for (int i = 0; i < count; i++) {
            Path file = source.resolve(i % 2 == 0 ? "cat" : "dog").resolve(i + ".png");
            Files.createDirectories(file.getParent());
            png(file, 16, 12);
        }
        return source;
    }

    private static void png(Path file, int width, int height) throws IOException {
        ImageIO.write(picture(width, height, file.getFileName().toString().hashCode()), "png", file.toFile());
    }

    private static byte[] jpeg(int width, int height) throws IOException {
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(picture(width, height, 1), "jpg", bytes);
        return bytes.toByteArray();
    }

    private static BufferedImage picture(int width, int height, int seed) {
        var random = new Random(seed);
        int colour = random.nextInt(1 << 24);
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, colour ^ (x * 255 / width) ^ ((y * 255 / height) << 8));
            }
        }
        return image;
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
