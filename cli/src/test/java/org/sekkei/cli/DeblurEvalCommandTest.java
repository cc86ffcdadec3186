package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.PictureWriter;
import tools.jackson.databind.JsonNode;

class DeblurEvalCommandTest {
    private static final Path PHOTOS = Path.of(System.getProperty("sekkei.root", ".."), "samples", "photos");

    @TempDir
    private Path folder;

    @Test
    void theNetworkThatShipsSharpensAndIsFarFromTheTrueKernel() throws Exception {
        Path csv = folder.resolve("rows.csv");
        Invocation done = Invocation.of(
                "deblur",
                "eval",
                PHOTOS.resolve("fishes/fish6.webp"),
                PHOTOS.resolve("monuments/arcDeTriomphe.webp"),
                "--size",
                "160",
                "--shakes",
                "3",
                "--csv",
                csv,
                "--json");
        assertThat(done.code()).as("%s", done.err()).isZero();
        JsonNode means = done.json().get("means");
        assertThat(done.json().get("pairs").asInt()).isEqualTo(6);
        assertThat(means.propertyNames()).containsExactly("blurred", "network", "true_kernel");
        for (String measure : new String[] {"psnr", "ssim", "cwSsim"}) {
            assertThat(means.get("network").get(measure).asDouble())
                    .as(measure)
                    .isGreaterThan(means.get("blurred").get(measure).asDouble());
        }
        assertThat(Files.readAllLines(csv)).hasSize(1 + 6 * 3);
    }

    @Test
    void takesPairsAsInGoprosData() throws Exception {
        Path scene = folder.resolve("test/GOPR1");
        Files.createDirectories(scene.resolve("blur"));
        Files.createDirectories(scene.resolve("sharp"));
        Picture sharp =
                new PictureReader().read(PHOTOS.resolve("fishes/fish6.webp")).fitLongest(64);
        PictureWriter.png(scene.resolve("sharp/1.png"), sharp);
        PictureWriter.png(scene.resolve("blur/1.png"), sharp.resized(32, 32).resized(sharp.width(), sharp.height()));
        Invocation done = Invocation.of("deblur", "eval", folder.resolve("test"), "--json");
        assertThat(done.code()).as("%s", done.err()).isZero();
        assertThat(done.json().get("means").propertyNames()).containsExactly("blurred", "network");
        assertThat(done.json().get("resolution").asString()).isEqualTo(sharp.width() + " x " + sharp.height());
        PictureWriter.png(scene.resolve("blur/1.png"), sharp.resized(32, 32));
        Invocation other = Invocation.of("deblur", "eval", folder.resolve("test"));
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("is of another size than");
    }

    @Test
    void saysInOneSentenceWhatCannotBe() {
        Path photo = PHOTOS.resolve("fishes/fish6.webp");
        assertThat(Invocation.of("deblur", "eval", photo, "--size", "3").err()).contains("--size must be from 32");
        assertThat(Invocation.of("deblur", "eval", photo, "--model", "x").err()).contains("unknown network 'x'");
        Invocation shipped = Invocation.of("deblur", "eval", photo, "--model", "deblurgan");
        assertThat(shipped.code()).isEqualTo(2);
        assertThat(shipped.err()).contains("are not shipped; give its authors' file by --weights");
    }
}
