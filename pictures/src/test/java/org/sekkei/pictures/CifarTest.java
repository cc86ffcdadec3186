package org.sekkei.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sekkei.pictures.SourceFiles.classes;
import static org.sekkei.pictures.SourceFiles.entries;
import static org.sekkei.pictures.SourceFiles.names;
import static org.sekkei.pictures.SourceFiles.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CifarTest {
    @TempDir
    private Path root;

    /// A record whose red, green and blue planes hold `seed` plus the pixel's place times 1, 2 and 3.
    private static byte[] cifarRecord(int seed, int... labels) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int label : labels) {
            out.write(label);
        }
        for (int channel = 1; channel <= 3; channel++) {
            for (int pixel = 0; pixel < 1024; pixel++) {
                out.write(seed + pixel * channel);
            }
        }
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> PictureSources.open(root).close())
                .isInstanceOf(SourceException.class)
                .hasMessageContaining(root.toString())
                .hasMessageContaining(reason);
    }

    @BeforeEach
    void writeCifar10() throws IOException {
        Files.writeString(root.resolve("batches.meta.txt"), "airplane\nautomobile\nbird\n\n");
        write(root.resolve("data_batch_1.bin"), join(cifarRecord(5, 2), cifarRecord(6, 0)));
        write(root.resolve("data_batch_2.bin"), cifarRecord(7, 1));
        write(root.resolve("test_batch.bin"), cifarRecord(8, 1));
    }

    private static void assertPixels(Picture picture, int seed) {
        assertThat(picture.width()).isEqualTo(32);
        assertThat(picture.height()).isEqualTo(32);
        for (int at = 0; at < picture.rgb().length; at++) {
            assertThat(picture.rgb()[at]).isEqualTo((byte) (seed + at / 3 * (at % 3 + 1)));
        }
    }

    @Test
    void cifar10() throws IOException {
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(names(source))
                    .containsExactly(
                            "data_batch_1/00000", "data_batch_1/00001", "data_batch_2/00000", "test_batch/00000");
            assertThat(classes(source)).containsExactly("bird", "airplane", "automobile", "automobile");
            assertThat(entries(source))
                    .extracting(SourceEntry::split)
                    .containsExactly(SourceSplit.TRAIN, SourceSplit.TRAIN, SourceSplit.TRAIN, SourceSplit.TEST);
            assertThat(source.entry(0).sourceBytes()).isEqualTo(3073);
            for (int index = 0; index < 4; index++) {
                assertPixels(source.picture(index), 5 + index);
                assertThat(source.encoded(index))
                        .isEqualTo(source.picture(index).rgb());
            }
            assertThat(source.description()).contains("CIFAR-10 ", "without data_batch_3.bin");
        }
    }

    @Test
    void cifar100TakesTheFineLabelsInTheArchivesFolder() throws IOException {
        Path parent = root.resolve("parent");
        Path folder = parent.resolve("cifar-100-binary");
        write(folder.resolve("train.bin"), join(cifarRecord(1, 9, 0), cifarRecord(2, 9, 2)));
        write(folder.resolve("test.bin"), cifarRecord(3, 9, 1));
        Files.writeString(folder.resolve("fine_label_names.txt"), "apple\r\nbaby\r\nbear\r\n");
        try (PictureSource source = PictureSources.open(parent)) {
            assertThat(names(source)).containsExactly("train/00000", "train/00001", "test/00000");
            assertThat(classes(source)).containsExactly("apple", "bear", "baby");
            assertThat(source.entry(2).split()).isEqualTo(SourceSplit.TEST);
            assertPixels(source.picture(1), 2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3072, 3074, 6145})
    void aFileOfAnotherLengthIsRefused(int length) throws IOException {
        Path file = root.resolve("data_batch_1.bin");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));
        assertRefused("data_batch_1.bin has " + length + " bytes");
    }

    @Test
    void aLabelBeyondTheClassesIsRefused() throws IOException {
        write(root.resolve("data_batch_2.bin"), join(cifarRecord(0, 0), cifarRecord(0, 3)));
        assertRefused("has the label 3 in record 1");
    }

    @Test
    void missingClassNamesAreRefused() throws IOException {
        Files.delete(root.resolve("batches.meta.txt"));
        assertRefused("batches.meta.txt");
    }

    @Test
    void classNamesThatAreNoTextAreRefused() throws IOException {
        write(root.resolve("batches.meta.txt"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertRefused("is not UTF-8 text");
    }

    @Test
    void emptyFilesAreRefused() throws IOException {
        for (String name : new String[] {"data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"}) {
            write(root.resolve(name), new byte[0]);
        }
        assertRefused("without a single record");
    }
}
