package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.video.FrameSource;
import tools.jackson.databind.JsonNode;

class RefocusCommandTest {
    private static final Path PHOTOS = Path.of(System.getProperty("sekkei.root", ".."), "samples", "photos");

    @TempDir
    private Path folder;

    private Path photo = Path.of("");
    private Path depth = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void picture() throws Exception {
        photo = PHOTOS.resolve("monuments/arcDeTriomphe.webp");
        out = folder.resolve("made/out.png");
        depth = folder.resolve("depth.png");
        Picture picture = new PictureReader().read(photo);
        var map = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                map.getRaster().setSample(x, y, 0, 255 * y / picture.height());
            }
        }
        ImageIO.write(map, "png", depth.toFile());
    }

    @Test
    void makesAPictureWithTheNetworkThatShips() throws Exception {
        Path depthOut = folder.resolve("depth-out.png");
        Invocation made = Invocation.of(
                "refocus",
                photo,
                "--depth",
                depth,
                "--focus",
                "10,20",
                "--aperture",
                "10",
                "-o",
                out,
                "--depth-out",
                depthOut,
                "--json");
        assertThat(made.code()).as("%s", made.err()).isZero();
        JsonNode result = made.json();
        assertThat(result.propertyNames())
                .containsExactly(
                        "picture",
                        "width",
                        "height",
                        "frames",
                        "focusDepth",
                        "aperture",
                        "largestRadius",
                        "depth",
                        "blur",
                        "tileSide",
                        "seconds");
        Picture picture = new PictureReader().read(photo);
        assertThat(result.get("width").asInt()).isEqualTo(picture.width());
        assertThat(result.get("blur").asString()).isEqualTo("built-in");
        assertThat(new PictureReader().read(out)).isNotEqualTo(picture);
        assertThat(ImageIO.read(depthOut.toFile()).getSampleModel().getSampleSize(0))
                .isEqualTo(16);
    }

    @Test
    void sweepsTheFocus() throws Exception {
        Path gif = folder.resolve("sweep.gif");
        Path page = folder.resolve("sweep.html");
        Path video = folder.resolve("sweep.mp4");
        for (Path to : new Path[] {gif, page, video}) {
            Invocation made =
                    Invocation.of("refocus", photo, "--depth", depth, "--sweep", "3", "--size", "63", "-o", to);
            assertThat(made.code()).as("%s", made.err()).isZero();
        }
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(gif.toFile())) {
            reader.setInput(in);
            assertThat(reader.getNumImages(true)).isEqualTo(4);
        }
        assertThat(Files.readString(page)).contains("type=\"range\"").containsOnlyOnce("<img");
        Picture small = new PictureReader().read(photo).fitLongest(63);
        int frames = 0;
        try (FrameSource source = FrameSource.open(video)) {
            for (Picture frame = source.next(); frame != null; frame = source.next()) {
                frames++;
                // The sides of a video are even.
                assertThat(frame.width()).isBetween(small.width(), small.width() + 1);
                for (int channel = 0; channel < 3; channel++) {
                    assertThat(mean(frame, channel)).isCloseTo(mean(small, channel), within(4.0));
                }
            }
        }
        assertThat(frames).isEqualTo(4);
        assertThat(folder.resolve("sweep.mp4.part")).doesNotExist();
    }

    private static double mean(Picture picture, int channel) {
        byte[] rgb = picture.rgb();
        return IntStream.range(0, rgb.length / 3)
                .map(i -> rgb[3 * i + channel] & 0xFF)
                .average()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--focus 10,20 | give the file to write by -o",
                "-o out.png | say what shall be sharp",
                "--focus 10 -o out.png | --focus is a pixel",
                "--focus 10,20 -o out.bmp | pictures are written as .png or .jpg",
                "--focus 10,20 --aperture 11 -o out.png | the aperture must be from 0 to 10",
                "--focus 9000,20 -o out.png | lies outside of",
                "--focus 10,20 --sweep 3 -o out.gif | leave --focus out",
                "--sweep 1 -o out.gif | --sweep must be from 2 to 100",
                "--focus 10,20 --memory 1M -o out.png | takes at least",
                "--focus 10,20 --weights none.pth -o out.png | there is no such file"
            })
    void saysWhatIsWrong(String options, String sentence) {
        Object[] all = ("refocus " + photo + " --depth " + depth + " " + options).split(" ");
        Invocation made = Invocation.of(all);
        assertThat(made.code()).isEqualTo(Main.USAGE);
        assertThat(made.err()).contains(sentence).doesNotContain("Exception");
    }

    @Test
    void asksForTheDepth() {
        Invocation made = Invocation.of("refocus", photo, "--focus", "1,1", "-o", out);
        assertThat(made.code()).isEqualTo(Main.USAGE);
        assertThat(made.err()).contains("give --depth FILE, or DeepLens' checkpoint by --weights model.index");
    }

    @Test
    void namesADepthMapThatIsNone() throws Exception {
        Path none = Files.writeString(folder.resolve("none.png"), "no depth");
        Invocation made = Invocation.of("refocus", photo, "--depth", none, "--focus", "1,1", "-o", out);
        assertThat(made.code()).isEqualTo(Main.FAILED);
        assertThat(made.err()).contains("none.png: is no depth map").doesNotContain("Exception");
    }

    @Test
    void trainsGoesOnAndEvaluates() throws Exception {
        Path run = folder.resolve("run");
        Object[] train = {
            "refocus",
            "train",
            PHOTOS.resolve("fishes"),
            "--photo-size",
            "64",
            "--steps",
            "2",
            "--batch",
            "1",
            "--crop",
            "32",
            "--device",
            "cpu",
            "--out",
            run
        };
        Invocation trained = Invocation.of(train);
        assertThat(trained.code()).as("%s", trained.err()).isZero();
        assertThat(trained.err()).containsPattern("Memory: .* whole batches");
        assertThat(run.resolve("metrics.csv")).content().startsWith("step,loss,psnr,learningRate,seconds\n2,");
        assertThat(Invocation.of(train).err()).contains("holds a training already");
        Invocation evaluated = Invocation.of(
                "refocus",
                "eval",
                PHOTOS.resolve("fishes"),
                "--scenes",
                "1",
                "--width",
                "64",
                "--height",
                "48",
                "--weights",
                run.resolve("lens_blur.safetensors"),
                "--json");
        assertThat(evaluated.code()).as("%s", evaluated.err()).isZero();
        assertThat(evaluated.json().get("psnr").propertyNames())
                .containsExactly("input", "gaussian", "layers", "network");
    }

    @Test
    void aTrainingThatCannotFitIsRefusedWithTheFigures() {
        Invocation refused = Invocation.of(
                "refocus", "train", PHOTOS.resolve("fishes"), "--memory", "300M", "--out", folder.resolve("run"));
        assertThat(refused.code()).isEqualTo(Main.USAGE);
        assertThat(refused.err())
                .contains("takes about")
                .contains("even with 1 of 8 at once")
                .containsPattern("300.0 MB may be used; give it --memory [0-9]+M");
    }
}
