package org.sekkei.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sekkei.pictures.SourceFiles.classes;
import static org.sekkei.pictures.SourceFiles.entries;
import static org.sekkei.pictures.SourceFiles.names;
import static org.sekkei.pictures.SourceFiles.png;
import static org.sekkei.pictures.SourceFiles.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebDatasetTest {
    @TempDir
    private Path root;

    private PictureSource open(byte[] archive) throws IOException {
        Path file = root.resolve("set.tar");
        write(file, archive);
        return PictureSources.open(file);
    }

    private void assertRefused(byte[] archive, String reason) {
        assertThatThrownBy(() -> open(archive).close())
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("set.tar")
                .hasMessageContaining(reason);
    }

    @Test
    void samplesArePicturesWithTheirClasses() throws IOException {
        byte[] archive = new TarBuilder()
                .add("a/0001.cls", "7\n")
                .add("a/0001.png", png(1))
                .add("a/0001.json", "{}")
                .add("a/0002.PNG", png(2))
                .add("a/0002.cls", "2")
                .add("a/0003.txt", "no picture")
                .add("a/.0004.png", png(4))
                .add("./b/0005.webp", png(5))
                .add("b/0005.seg.png", png(6))
                .close();
        try (PictureSource source = open(archive)) {
            assertThat(names(source)).containsExactly("a/0001.png", "a/0002.PNG", "b/0005.webp");
            assertThat(entries(source)).extracting(SourceEntry::label).containsExactly(7, 2, SourceEntry.NO_LABEL);
            assertThat(source.classNames()).hasSize(8);
            assertThat(entries(source)).allMatch(entry -> entry.split() == null);
            assertThat(source.entry(0).sourceBytes()).isEqualTo(png(1).length);
            assertThat(source.encoded(1)).isEqualTo(png(2));
            assertThat((int) source.picture(2).rgb()[2]).isEqualTo(5);
        }
    }

    @Test
    void shardsGiveSplitsAndNames() throws IOException {
        write(
                root.resolve("val-0.tar"),
                new TarBuilder().add("0.png", png(3)).add("0.cls", "dog").close());
        write(
                root.resolve("train-1.tar"),
                new TarBuilder().add("0.jpg", png(2)).add("0.cls", "dog").close());
        write(
                root.resolve("train-0.tar"),
                new TarBuilder().add("0.png", png(1)).add("0.cls", "cat").close());
        write(root.resolve("test.tar"), new TarBuilder().add("0.png", png(0)).close());
        write(root.resolve("README"), new byte[3]);
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(names(source)).containsExactly("test/0.png", "train-0/0.png", "train-1/0.jpg", "val-0/0.png");
            assertThat(classes(source)).containsExactly("-", "cat", "dog", "dog");
            assertThat(entries(source))
                    .extracting(SourceEntry::split)
                    .containsExactly(SourceSplit.TEST, SourceSplit.TRAIN, SourceSplit.TRAIN, SourceSplit.VALIDATION);
            for (int index = 0; index < 4; index++) {
                assertThat((int) source.picture(index).rgb()[2]).isEqualTo(index);
            }
        }
    }

    @Test
    void longNamesOfEveryKindAreRead() throws IOException {
        String folder = "f".repeat(90);
        String name = folder + "/" + "n".repeat(120);
        byte[] archive = new TarBuilder()
                .add(
                        "1.png",
                        folder,
                        '0',
                        "%011o\0".formatted(png(1).length).getBytes(StandardCharsets.US_ASCII),
                        png(1))
                .add("././@LongLink", 'L', (name + "2.png\0").getBytes(StandardCharsets.UTF_8))
                .add(name.substring(0, 100), png(2))
                .pax('g', "comment=for all")
                .pax('x', "mtime=1.5", "path=" + name + "\u00e93.png")
                .add("short", png(3))
                .add("folder/", '5', new byte[0])
                .add("link.png", '2', new byte[0])
                .add("4.png", png(4))
                .close();
        try (PictureSource source = open(archive)) {
            assertThat(names(source)).containsExactly(folder + "/1.png", name + "2.png", name + "\u00e93.png", "4.png");
            for (int index = 0; index < 4; index++) {
                assertThat((int) source.picture(index).rgb()[2]).isEqualTo(index + 1);
            }
        }
    }

    @Test
    void lengthsMayBeBinaryOrInPax() throws IOException {
        byte[] binary = ByteBuffer.allocate(12)
                .put((byte) 0x80)
                .putInt(8, png(1).length)
                .array();
        byte[] zero = "00000000000\0".getBytes(StandardCharsets.US_ASCII);
        byte[] archive = new TarBuilder()
                .add("1.png", "", '0', binary, png(1))
                .pax('x', "size=" + png(2).length)
                .add("2.png", "", '0', zero, png(2))
                .add("3.png", png(3))
                .close();
        try (PictureSource source = open(archive)) {
            assertThat(names(source)).containsExactly("1.png", "2.png", "3.png");
            assertThat((int) source.picture(1).rgb()[2]).isEqualTo(2);
        }
    }

    @Test
    void aLaterMemberReplacesAnEarlierOne() throws IOException {
        byte[] archive =
                new TarBuilder().add("1.png", png(1)).add("1.png", png(2)).close();
        try (PictureSource source = open(archive)) {
            assertThat(names(source)).containsExactly("1.png");
            assertThat((int) source.picture(0).rgb()[2]).isEqualTo(2);
        }
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] archive = new TarBuilder()
                .add("1.png", png(1))
                .pax('x', "path=2.png")
                .add("2", png(2))
                .open();
        for (int length = 0; length <= archive.length; length += length % 256 == 0 ? 1 : 85) {
            assertRefused(Arrays.copyOf(archive, length), "is truncated");
        }
    }

    @Test
    void damageIsRefusedOrHarmless() throws IOException {
        byte[] archive = new TarBuilder()
                .pax('x', "path=2.png", "size=" + png(2).length)
                .add("2", png(2))
                .add("././@LongLink", 'L', "3.png\0".getBytes(StandardCharsets.UTF_8))
                .add("3", png(3))
                .close();
        Random random = new Random(5);
        for (int turn = 0; turn < 500; turn++) {
            byte[] damaged = archive.clone();
            for (int flips = random.nextInt(3); flips >= 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try (PictureSource source = open(damaged)) {
                for (int index = 0; index < source.size(); index++) {
                    assertThat(source.encoded(index))
                            .hasSize((int) source.entry(index).sourceBytes());
                }
            } catch (SourceException e) {
                assertThat(e).hasMessageContaining("set.tar");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "5 ", "999999999 path=a\n", "12 path=a.png\n", "5 abc", "6 abc\n", "-3 a=b\n", "4 =\n\n"})
    void damagedPaxHeadersAreRefused(String records) {
        byte[] archive = new TarBuilder()
                .add("pax", 'x', records.getBytes(StandardCharsets.UTF_8))
                .add("1.png", png(1))
                .close();
        assertRefused(archive, "a damaged extended header");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "9223372036854775807", "many", ""})
    void impossibleLengthsInPaxAreRefused(String length) {
        byte[] archive =
                new TarBuilder().pax('x', "size=" + length).add("1.png", png(1)).close();
        assertRefused(archive, "is damaged");
    }

    @Test
    void hugeLengthsTakeNoMemory() {
        byte[] huge = new byte[12];
        Arrays.fill(huge, (byte) 0xff);
        assertRefused(new TarBuilder().add("1.png", "", '0', huge, png(1)).close(), "is damaged");
        byte[] octal = "77777777777\0".getBytes(StandardCharsets.US_ASCII);
        assertRefused(new TarBuilder().add("1.png", "", '0', octal, png(1)).close(), "is truncated");
        assertRefused(new TarBuilder().add("1.png", "", 'L', octal, png(1)).close(), "is truncated");
    }

    @Test
    void whatIsNoTarIsRefused() throws IOException {
        byte[] noise = new byte[4096];
        new Random(1).nextBytes(noise);
        assertRefused(noise, "is no tar archive");
        assertRefused(Arrays.copyOf(Files.readAllBytes(textFile()), 2048), "is no tar archive");
    }

    private Path textFile() throws IOException {
        return Files.writeString(root.resolve("text"), "a line of text\n".repeat(200));
    }

    @Test
    void sparseMembersAreRefused() {
        byte[] archive = new TarBuilder().add("1.png", 'S', png(1)).close();
        assertRefused(archive, "sparse");
    }

    @Test
    void anArchiveWithoutPicturesIsRefused() {
        assertRefused(new TarBuilder().add("1.cls", "3").close(), "holds no pictures");
        assertRefused(new TarBuilder().close(), "holds no pictures");
    }

    @Test
    void aLongClassIsRefused() {
        byte[] archive = new TarBuilder()
                .add("1.png", png(1))
                .add("1.cls", "x".repeat(2000))
                .close();
        assertRefused(archive, "1.cls");
    }

    @Test
    void brokenPicturesNameThemselves() throws IOException {
        byte[] archive = new TarBuilder().add("a/1.png", "text").close();
        try (PictureSource source = open(archive)) {
            assertThatThrownBy(() -> source.picture(0))
                    .isInstanceOf(UnreadablePictureException.class)
                    .hasMessageContaining("a/1.png");
        }
    }
}
