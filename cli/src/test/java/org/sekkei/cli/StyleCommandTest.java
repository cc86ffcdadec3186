package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.pictures.Original;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.PictureWriter;
import tools.jackson.databind.JsonNode;

class StyleCommandTest {
    private static final Path PHOTOS = Path.of(System.getProperty("sekkei.root", ".."), "samples", "photos");
    private static final Path STYLE = PHOTOS.resolve("fishes/fish6.webp");

    @TempDir
    private Path folder;

    private Path content = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void paths() {
        content = PHOTOS.resolve("monuments/arcDeTriomphe.webp");
        out = folder.resolve("made/out.png");
    }

    @Test
    void makesAPictureWithTheNetworkThatShips() throws Exception {
        Invocation made =
                Invocation.of("style", content, STYLE, "-o", out, "--size", "64", "--iterations", "3", "--json");
        assertThat(made.code()).as("%s", made.err()).isZero();
        assertThat(made.err()).contains("No --weights: using the small network that ships, trained on CIFAR-10.");
        JsonNode result = made.json();
        assertThat(result.propertyNames())
                .containsExactly(
                        "picture",
                        "width",
                        "height",
                        "model",
                        "recipe",
                        "iterations",
                        "loss",
                        "seconds",
                        "iterationsPerMinute",
                        "tileSide");
        assertThat(result.get("iterations").asInt()).isEqualTo(3);
        assertThat(result.get("model").asString()).isEqualTo("vgg_small");
        assertThat(new PictureReader().read(out).width()).isEqualTo(64);
        assertThat(filesBeside(out)).containsExactly("out.png");
    }

    @Test
    void writesSixteenBits() throws Exception {
        Path tiff = folder.resolve("out.tif");
        assertThat(Invocation.of("style", content, STYLE, "-o", tiff, "--size", "48", "--iterations", "1")
                        .code())
                .isZero();
        BufferedImage image = ImageIO.read(tiff.toFile());
        assertThat(image.getColorModel().getComponentSize(0)).isEqualTo(16);
        assertThat(image.getWidth()).isEqualTo(48);
    }

    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_4BYTE_ABGR})
    void takesGreyAndTransparentPictures(int type) throws Exception {
        Path odd = folder.resolve("odd.png");
        var image = new BufferedImage(60, 40, type);
        image.createGraphics().drawLine(3, 4, 50, 30);
        ImageIO.write(image, "png", odd.toFile());
        assertThat(Invocation.of("style", odd, odd, "-o", out, "--iterations", "1")
                        .code())
                .isZero();
        assertThat(new PictureReader().read(out).width()).isEqualTo(60);
    }

    @ParameterizedTest
    @ValueSource(strings = {"out.png", "out.tif"})
    void keepsSizeProfileAndTransparency(String name) throws Exception {
        Path odd = folder.resolve("odd.tif");
        var image = new BufferedImage(60, 40, BufferedImage.TYPE_4BYTE_ABGR);
        for (int x = 0; x < 60; x++) {
            for (int y = 0; y < 40; y++) {
                image.setRGB(x, y, (x < 30 ? 0 : 0xff000000) | x << 18 | y << 9 | 60);
            }
        }
        ICC_Profile profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB);
        Picture picture = Picture.fromBufferedImage(image);
        byte[] alpha = new byte[picture.rgb().length];
        for (int i = 0; i < alpha.length; i++) {
            alpha[i] = (byte) (i / 3 % 60 < 30 ? 0 : 255);
        }
        short[] levels = new short[alpha.length];
        Arrays.fill(levels, (short) 20_000);
        PictureWriter.tiff16(odd, 60, 40, levels, new Picture(60, 40, alpha), profile);
        Path made = folder.resolve(name);
        Invocation done = Invocation.of("style", odd, STYLE, "-o", made, "--iterations", "1");
        assertThat(done.code()).as("%s", done.err()).isZero();
        Original result = new PictureReader().readOriginal(made);
        assertThat(result.picture().width()).isEqualTo(60);
        assertThat(Objects.requireNonNull(result.alpha()).rgb()).isEqualTo(alpha);
        assertThat(Objects.requireNonNull(result.profile()).getData()).isEqualTo(profile.getData());
    }

    @Test
    void theResultIsSmallerThanTheContentWhereTheMemoryIsTooLittle() throws Exception {
        Path large = folder.resolve("large.png");
        PictureWriter.png(large, new PictureReader().read(content).resized(1200, 900));
        long own = leastMegabytes(large, 1200);
        long small = leastMegabytes(large, 300);
        assertThat(own).isGreaterThan(small);
        Invocation made = Invocation.of(
                "style",
                large,
                STYLE,
                "-o",
                out,
                "--iterations",
                "1",
                "--optimizer",
                "adam",
                "--memory",
                (own + small) / 2 + "M");
        assertThat(made.code()).as("%s", made.err()).isZero();
        assertThat(made.err()).contains("pixels long, not 1200: a picture of 1200 x 900 pixels takes at least");
        assertThat(new PictureReader().read(out).width()).isBetween(300, 1199);
    }

    /// What the refusal of a size says.
    private long leastMegabytes(Path picture, int side) throws Exception {
        Invocation refused = Invocation.of(
                "style", picture, STYLE, "-o", out, "--size", side, "--optimizer", "adam", "--memory", "10M");
        assertThat(refused.code()).isEqualTo(2);
        Matcher least = Pattern.compile("give it --memory ([0-9]+)M").matcher(refused.err());
        assertThat(least.find()).as("%s", refused.err()).isTrue();
        return Long.parseLong(least.group(1));
    }

    @Test
    void makesSeveralPairs() throws Exception {
        Path list = Files.writeString(
                folder.resolve("pairs.csv"),
                "# content, style\n" + content.toAbsolutePath() + ", " + STYLE.toAbsolutePath() + ", second.tif\n");
        Path results = folder.resolve("results");
        Object[] all = {
            "style", content, STYLE, "--pairs", list, "-o", results, "--size", "48", "--iterations", "1", "--json"
        };
        Invocation made = Invocation.of(all);
        assertThat(made.code()).as("%s", made.err()).isZero();
        assertThat(made.json().size()).isEqualTo(2);
        assertThat(filesBeside(results.resolve("x")))
                .containsExactlyInAnyOrder("arcDeTriomphe-fish6.png", "second.tif");
        Files.delete(results.resolve("second.tif"));
        all[all.length - 1] = "--resume";
        Invocation again = Invocation.of(all);
        assertThat(again.code()).isZero();
        assertThat(again.out()).contains("second.tif").doesNotContain("arcDeTriomphe-fish6.png");
    }

    @Test
    void saysInOneSentenceWhatCannotBe() throws IOException {
        assertFailure(2, "there is no such file or folder.", folder.resolve("none.png"), STYLE, "-o", out);
        assertFailure(2, "pictures are written as .png, or as .tif with 16 bits", content, STYLE, "-o", "out.jpg");
        assertFailure(2, "unknown recipe 'x'; there are gatys,", content, STYLE, "-o", out, "--recipe", "x");
        assertFailure(2, "--model vgg19 needs its weights", content, STYLE, "-o", out, "--model", "vgg19");
        assertFailure(2, "unknown network 'x' for a style", content, STYLE, "-o", out, "--model", "x");
        assertFailure(2, "there is no such file.", content, STYLE, "-o", out, "--weights", folder.resolve("w.pth"));
        assertFailure(2, "a size is the longest side in pixels", content, STYLE, "-o", out, "--size", "0");
        assertFailure(2, "memory is a number and M or G", content, STYLE, "-o", out, "--memory", "lots");
        assertFailure(2, "give it --memory ", content, STYLE, "-o", out, "--memory", "10M");
        assertFailure(2, "iterations must be at least 1, not 0", content, STYLE, "-o", out, "--iterations", "0");
        assertFailure(2, "nothing is left of a picture of 12 x 9 pixels", content, STYLE, "-o", out, "--size", "12");
        assertFailure(2, "a style is missing;", content, "-o", out);
        assertFailure(2, "give CONTENT and STYLE, or --pairs FILE", "-o", out);
        assertFailure(2, "would be made of two pairs", content, STYLE, content, STYLE, "-o", folder);
        Path list = Files.writeString(folder.resolve("pairs.csv"), "a\n");
        assertFailure(1, "line 1 is not CONTENT,STYLE", "--pairs", list, "-o", folder);
        assertFailure(2, "there is nothing to go on from", content, STYLE, "-o", out, "--resume");
        Files.createDirectories(folder.resolve("made"));
        Path state = Files.writeString(folder.resolve("made/out.png.state"), "x");
        assertFailure(2, "is what an interruption left; go on with --resume", content, STYLE, "-o", out);
        assertFailure(1, "is not a checkpoint", content, STYLE, "-o", out, "--resume", "--size", "64");
        Path text = Files.writeString(folder.resolve("text.png"), "no picture");
        Files.delete(state);
        assertFailure(1, "is not a picture of a known format", text, STYLE, "-o", out);
        assertFailure(1, "is not a picture of a known format", content, text, "-o", out);
    }

    @Test
    void theBenchExplainsWhereNinHasNothingLeft() throws Exception {
        Invocation measured = Invocation.of(
                "bench",
                "style",
                "--sizes",
                "64",
                "--iterations",
                "2",
                "--out",
                folder,
                "--precision",
                "float32",
                "--json");
        assertThat(measured.code()).as("%s", measured.err()).isZero();
        assertThat(measured.json().get("rows")).hasSize(4);
        String markdown = Files.readString(folder.resolve("style.md"));
        assertThat(markdown)
                .contains("| nin | cpu | 64 | float32 |  |  |  |  | nothing is left of a picture of 64 x 64 pixels at"
                        + " conv4;")
                .contains("| vgg16 | cpu | 128 | float32 |");
        assertThat(Files.readString(folder.resolve("style.csv"))).startsWith("network,device,side,precision,");
        assertThat(folder.resolve("style.html")).exists();
    }

    private static void assertFailure(int code, String sentence, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = "style";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        Invocation failed = Invocation.of(all);
        assertThat(failed.code()).as("%s", failed.err()).isEqualTo(code);
        assertThat(failed.err()).contains(sentence).doesNotContain("\tat ");
    }

    private static List<String> filesBeside(Path file) throws IOException {
        try (var files = Files.list(file.toAbsolutePath().getParent())) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }
}
