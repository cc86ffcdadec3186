package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.PictureWriter;
import tools.jackson.databind.JsonNode;

class DeblurCommandTest {
    private static final Path PHOTOS = Path.of(System.getProperty("sekkei.root", ".."), "samples", "photos");

    @TempDir
    private Path folder;

    private Path photo = Path.of("");

    @BeforeEach
    void picture() throws Exception {
        photo = folder.resolve("in/photo.png");
        Files.createDirectories(folder.resolve("in"));
        Picture picture = new PictureReader().read(PHOTOS.resolve("monuments/arcDeTriomphe.webp"));
        PictureWriter.png(photo, picture.fitLongest(160));
    }

    @Test
    void writesAPictureAndAPageByTheNetworkThatShips() throws Exception {
        Path out = folder.resolve("made/out.png");
        Path page = folder.resolve("report.html");
        Invocation made = Invocation.of("deblur", photo, "-o", out, "--report", page, "--json");
        assertThat(made.code()).as("%s", made.err()).isZero();
        JsonNode result = made.json();
        assertThat(result.propertyNames()).containsExactly("model", "weights", "pictures", "skipped");
        JsonNode line = result.get("pictures").get(0);
        assertThat(line.propertyNames())
                .containsExactly(
                        "picture",
                        "out",
                        "width",
                        "height",
                        "tileSide",
                        "plannedBytes",
                        "passes",
                        "statisticsError",
                        "seconds");
        assertThat(line.get("width").asInt()).isEqualTo(160);
        Picture before = new PictureReader().read(photo);
        Picture after = new PictureReader().read(out);
        assertThat(after.width()).isEqualTo(before.width());
        assertThat(after).isNotEqualTo(before);
        assertThat(Files.readString(page)).contains("before", "photo.png", "data:image/png;base64,");
    }

    @Test
    void goesThroughFoldersAndTellsWhatItSkips() throws Exception {
        Files.createDirectories(folder.resolve("in/deep"));
        Files.copy(photo, folder.resolve("in/deep/other.png"));
        Files.writeString(folder.resolve("in/broken.jpg"), "no picture");
        Path out = folder.resolve("made");
        Invocation made = Invocation.of("deblur", folder.resolve("in"), "-o", out, "--json");
        assertThat(made.code()).as("%s", made.err()).isZero();
        assertThat(made.json().get("pictures").size()).isEqualTo(2);
        assertThat(made.json().get("skipped").get(0).asString()).endsWith("broken.jpg");
        assertThat(made.err()).contains("skipped").contains("broken.jpg");
        assertThat(out.resolve("deep/other.png")).exists();
        assertThat(Files.readAllBytes(out.resolve("deep/other.png")))
                .isEqualTo(Files.readAllBytes(out.resolve("photo.png")));
    }

    @Test
    void goesThroughTheFramesOfAVideo() throws Exception {
        Files.copy(photo, folder.resolve("in/photo2.png"));
        Files.writeString(folder.resolve("in/photo3.png"), "no picture");
        Path out = folder.resolve("made.mp4");
        Invocation made = Invocation.of("deblur", folder.resolve("in"), "-o", out, "--json");
        assertThat(made.code()).as("%s", made.err()).isZero();
        assertThat(made.json().get("frames").asInt()).isEqualTo(2);
        assertThat(made.json().get("unreadable").asInt()).isEqualTo(1);
        assertThat(out).isNotEmptyFile();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-o out.bmp | pictures are written as .png or .jpg",
                "--json | say where to write",
                "-o out.png --model sharp | unknown network 'sharp'",
                "-o out.png --model deblurgan | the weights of deblurgan are not shipped",
                "-o out.png --weights none.h5 | there is no such file",
                "-o out.png --dropout | --dropout is for deblurgan",
                "-o out.png --report page.txt | reports are written as .html",
                "-o out.png --memory 1M | takes at least"
            })
    void saysWhatIsWrong(String options, String sentence) {
        Object[] all = ("deblur " + photo + " " + options).split(" ");
        Invocation made = Invocation.of(all);
        assertThat(made.code()).isEqualTo(Main.USAGE);
        assertThat(made.err()).contains(sentence);
        assertThat(Path.of("out.png")).doesNotExist();
    }

    @Test
    void doesNotWriteOverWhatItReads() {
        Invocation made = Invocation.of("deblur", folder.resolve("in"), "-o", folder.resolve("in"));
        assertThat(made.code()).isEqualTo(Main.USAGE);
        assertThat(made.err()).contains("would be written over itself");
    }
}
