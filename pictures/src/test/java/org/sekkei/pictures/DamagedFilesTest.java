package org.sekkei.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever the bytes are, the reader ends, with a picture or with its own exception.
@Timeout(60)
class DamagedFilesTest {
    private static final PictureReader READER = new PictureReader(new ReadLimits(1_000_000));

    static Stream<Arguments> files() throws IOException {
        Picture picture = SampleFiles.gradient(40, 30);
        Path photos = Path.of(System.getProperty("sekkei.root", ".."), "samples", "photos");
        byte[] jpeg = SampleFiles.encode("jpeg", picture);
        return Stream.of(
                Arguments.of("jpeg", jpeg),
                Arguments.of("progressive", SampleFiles.progressiveJpeg(picture)),
                Arguments.of("cmyk", SampleFiles.cmykJpeg(picture)),
                Arguments.of("turned", SampleFiles.withOrientation(jpeg, 6)),
                Arguments.of("png", SampleFiles.encode("png", picture)),
                Arguments.of("gif", SampleFiles.encode("gif", picture)),
                Arguments.of("bmp", SampleFiles.encode("bmp", picture)),
                Arguments.of("tiff", SampleFiles.encode("tiff", picture)),
                Arguments.of("webp", Files.readAllBytes(photos.resolve("fishes/fish1.webp"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void aFileThatWasCutShortIsNeverReadAsAPicture(String name, byte[] file) {
        int step = Math.max(1, file.length / 150);
        // A GIF's last byte carries nothing of the picture.
        int whole = file.length - (name.equals("gif") ? 1 : 0);
        for (int length = 0; length < whole; length += step) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> READER.read(cut, name))
                    .as("%s cut at %d of %d", name, length, file.length)
                    .isInstanceOf(UnreadablePictureException.class)
                    .hasMessageStartingWith(name + " ");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void changedBytesGiveAPictureOrTheReadersOwnException(String name, byte[] file) {
        Random random = new Random(7);
        for (int round = 0; round < 120; round++) {
            byte[] damaged = file.clone();
            // Headers decide the most, so half of the changes go there.
            int reach = random.nextBoolean() ? Math.min(200, damaged.length) : damaged.length;
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                damaged[random.nextInt(reach)] = (byte) random.nextInt();
            }
            try {
                assertThat(READER.read(damaged, name).rgb()).isNotEmpty();
            } catch (UnreadablePictureException e) {
                assertThat(e).hasMessageStartingWith(name + " ");
                assertThat(e.getMessage()).doesNotContain("\n");
            } catch (RuntimeException e) {
                fail("round " + round, e);
            }
        }
    }
}
