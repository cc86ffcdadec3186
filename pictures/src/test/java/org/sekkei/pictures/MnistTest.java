package org.sekkei.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sekkei.pictures.SourceFiles.classes;
import static org.sekkei.pictures.SourceFiles.entries;
import static org.sekkei.pictures.SourceFiles.names;
import static org.sekkei.pictures.SourceFiles.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MnistTest {
    @TempDir
    private Path root;

    /// An idx file with the elements 0, 1, 2 ...
    private static byte[] idx(int elements, int... dimensions) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * dimensions.length + elements);
        bytes.putInt(0x800 + dimensions.length);
        for (int dimension : dimensions) {
            bytes.putInt(dimension);
        }
        for (int element = 0; element < elements; element++) {
            bytes.put((byte) element);
        }
        return bytes.array();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> PictureSources.open(root).close())
                .isInstanceOf(SourceException.class)
                .hasMessageContaining(root.toString())
                .hasMessageContaining(reason);
    }

    /// Two pictures of 4 x 5 for training, one of 2 x 3 for the test, packed by gzip.
    @BeforeEach
    void writeMnist() throws IOException {
        write(root.resolve("train-images-idx3-ubyte"), idx(40, 2, 5, 4));
        write(root.resolve("train-labels-idx1-ubyte"), idx(2, 2));
        write(root.resolve("t10k-images-idx3-ubyte.gz"), gzip(idx(6, 1, 3, 2)));
        write(root.resolve("t10k-labels-idx1-ubyte.gz"), gzip(idx(1, 1)));
    }

    @Test
    void greyBecomesRgb() throws IOException {
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(names(source)).containsExactly("train/00000", "train/00001", "test/00000");
            assertThat(classes(source)).containsExactly("0", "1", "0");
            assertThat(entries(source))
                    .extracting(SourceEntry::split)
                    .containsExactly(SourceSplit.TRAIN, SourceSplit.TRAIN, SourceSplit.TEST);
            Picture picture = source.picture(1);
            assertThat(picture.width()).isEqualTo(4);
            assertThat(picture.height()).isEqualTo(5);
            for (int at = 0; at < 60; at++) {
                assertThat((int) picture.rgb()[at]).isEqualTo(20 + at / 3);
            }
            assertThat(source.encoded(1)).isEqualTo(picture.rgb());
            assertThat(source.picture(2).rgb()).startsWith(0, 0, 0, 1, 1, 1).hasSize(18);
        }
    }

    @Test
    void namesWithADotAreKnownToo() throws IOException {
        Path other = root.resolve("other");
        write(other.resolve("t10k-images.idx3-ubyte"), idx(6, 1, 3, 2));
        write(other.resolve("t10k-labels.idx1-ubyte"), idx(1, 1));
        try (PictureSource source = PictureSources.open(other)) {
            assertThat(names(source)).containsExactly("test/00000");
        }
    }

    @ParameterizedTest
    @CsvSource({"0,begin as an idx file", "15,begin as an idx file", "16,only 0", "55,only 39", "57,more"})
    void picturesOfAnotherLengthAreRefused(int length, String reason) throws IOException {
        Path file = root.resolve("train-images-idx3-ubyte");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));
        assertRefused(reason);
    }

    @ParameterizedTest
    @CsvSource({"2147483647,1,1", "2147483647,8192,8192", "-1,5,4", "2,0,4", "2,5,-4", "2,65536,65536"})
    void impossibleSizesAreRefusedWithoutTakingMemory(int count, int height, int width) throws IOException {
        write(root.resolve("train-images-idx3-ubyte"), idx(40, count, height, width));
        assertRefused("damaged");
    }

    @Test
    void labelsOfAnotherSetAreRefused() throws IOException {
        write(root.resolve("train-labels-idx1-ubyte"), idx(3, 3));
        assertRefused("3 labels for 2 pictures");
    }

    @Test
    void labelsInPlaceOfPicturesAreRefused() throws IOException {
        write(root.resolve("train-images-idx3-ubyte"), idx(2, 2));
        assertRefused("does not begin as an idx file of pictures");
    }

    @Test
    void picturesWithoutLabelsAreRefused() throws IOException {
        Files.delete(root.resolve("train-labels-idx1-ubyte"));
        assertRefused("train-images-idx3-ubyte lies alone");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 15, 25})
    void aCutGzipFileIsRefused(int length) throws IOException {
        Path file = root.resolve("t10k-images-idx3-ubyte.gz");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));
        assertRefused("is no complete gzip file");
    }
}
