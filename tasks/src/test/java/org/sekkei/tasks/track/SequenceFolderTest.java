package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureWriter;

class SequenceFolderTest {
    @TempDir
    private Path folder;

    private Path sequence(String name, int pictures, String truthName, String truth) throws IOException {
        Path sequence = folder.resolve(name);
        Path img = Files.createDirectories(sequence.resolve("img"));
        for (int i = 1; i <= pictures; i++) {
            PictureWriter.png(img.resolve("%04d.png".formatted(i)), new Picture(1, 1, new byte[] {(byte) i, 0, 0}));
        }
        Files.writeString(sequence.resolve(truthName), truth);
        return sequence;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"5,7,20,30\n6,7,20.5,30\n", "5\t7\t20\t30\r\n6\t7\t20.5\t30", " 5 7 20 30 \n6  7 20.5 30\n\n"})
    void readsBoxesThatCountFromOne(String truth) throws IOException {
        SequenceFolder found = SequenceFolder.open(sequence("A", 2, "groundtruth_rect.txt", truth))
                .getFirst();

        assertThat(found.name()).isEqualTo("A");
        assertThat(found.length()).isEqualTo(2);
        assertThat(found.truth(0)).isEqualTo(new TargetBox(4, 6, 20, 30));
        assertThat(found.truth(1)).isEqualTo(new TargetBox(5, 6, 20.5, 30));
        assertThat(found.frame(1).rgb()[0]).isEqualTo((byte) 2);
    }

    @Test
    void findsSequencesBelowAFolderAndOneForEachObject() throws IOException {
        sequence("B", 1, "groundtruth_rect.txt", "1,1,5,5");
        Path two = sequence("A", 1, "groundtruth_rect.1.txt", "1,1,5,5");
        Files.writeString(two.resolve("groundtruth_rect.2.txt"), "2,2,5,5");

        List<SequenceFolder> found = SequenceFolder.open(folder);

        assertThat(found).extracting(SequenceFolder::name).containsExactly("A.1", "A.2", "B");
        assertThat(found.get(1).truth(0)).isEqualTo(new TargetBox(1, 1, 5, 5));
    }

    @Test
    void knowsWhereTheObjectIsAbsent() throws IOException {
        Path got = folder.resolve("GOT-10k_Train_000001");
        Files.createDirectories(got);
        for (int i = 1; i <= 4; i++) {
            PictureWriter.png(got.resolve("%08d.png".formatted(i)), new Picture(1, 1, new byte[3]));
        }
        Files.writeString(got.resolve("groundtruth.txt"), "1,1,5,5\n1,1,5,5\nNaN,NaN,NaN,NaN\n1,1,0,0\n");
        Files.writeString(got.resolve("absence.label"), "0\n1\n0\n0\n");

        SequenceFolder found = SequenceFolder.open(got).getFirst();

        assertThat(found.length()).isEqualTo(4);
        assertThat(found.truth(0)).isNotNull();
        assertThat(found.truth(1)).isNull();
        assertThat(found.truth(2)).isNull();
        assertThat(found.truth(3)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "NaN,NaN,NaN,NaN\n1,1,5,5", "1,1,5", "1,1,five,5"})
    void saysWhatIsWrongWithTheBoxes(String truth) throws IOException {
        Path wrong = sequence("A", 2, "groundtruth_rect.txt", truth);

        assertThatThrownBy(() -> SequenceFolder.open(wrong))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(wrong.resolve("groundtruth_rect.txt").toString());
    }

    @Test
    void mayEndBeforeItsTruthDoes() throws IOException {
        SequenceFolder found = SequenceFolder.open(
                        sequence("A", 2, "groundtruth_rect.txt", "1,1,5,5\n1,1,5,5\n1,1,5,5"))
                .getFirst();

        assertThat(found.length()).isEqualTo(2);
        assertThat(found.truths()).isEqualTo(3);
    }

    @Test
    void saysThatThereIsNoSequence() {
        assertThatThrownBy(() -> SequenceFolder.open(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("groundtruth_rect.txt");
    }

    @Test
    void readsWhatTheWriterWrote() throws IOException {
        var square = new MovingSquare(3, 24);

        SequenceFolder.write(folder, square);

        SequenceFolder found = SequenceFolder.open(folder).getFirst();
        assertThat(found.name()).isEqualTo("square");
        for (int i = 0; i < 3; i++) {
            assertThat(found.truth(i)).isEqualTo(square.truth(i));
            assertThat(found.frame(i).rgb()).isEqualTo(square.frame(i).rgb());
        }
        assertThatThrownBy(() -> SequenceFolder.write(folder, square)).isInstanceOf(IOException.class);
    }
}
