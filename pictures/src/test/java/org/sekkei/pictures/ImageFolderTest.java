package org.sekkei.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sekkei.pictures.SourceFiles.classes;
import static org.sekkei.pictures.SourceFiles.entries;
import static org.sekkei.pictures.SourceFiles.names;
import static org.sekkei.pictures.SourceFiles.png;
import static org.sekkei.pictures.SourceFiles.write;
import static org.sekkei.pictures.SourceFiles.writePictures;
import static org.sekkei.pictures.SourceSplit.TEST;
import static org.sekkei.pictures.SourceSplit.TRAIN;
import static org.sekkei.pictures.SourceSplit.VALIDATION;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageFolderTest {
    @TempDir
    private Path root;

    @Test
    void classFoldersAreSortedWhateverOrderTheyWereMadeIn() throws IOException {
        writePictures(root, "zebra/2.png", "ant/9.JPG", "zebra/1.webp", "ant/more/5.png", "ant/10.gif");
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(source.classNames()).containsExactly("ant", "zebra");
            assertThat(names(source))
                    .containsExactly("ant/10.gif", "ant/9.JPG", "ant/more/5.png", "zebra/1.webp", "zebra/2.png");
            assertThat(classes(source)).containsExactly("ant", "ant", "ant", "zebra", "zebra");
            assertThat(entries(source)).allMatch(entry -> entry.split() == null);
        }
    }

    @Test
    void picturesAndTheirBytesBelongToTheirEntries() throws IOException {
        writePictures(root, "b/first.png", "a/second.png");
        try (PictureSource source = PictureSources.open(root)) {
            for (int index = 0; index < 2; index++) {
                byte[] file =
                        Files.readAllBytes(root.resolve(source.entry(index).name()));
                assertThat(source.encoded(index)).isEqualTo(file);
                assertThat(source.entry(index).sourceBytes()).isEqualTo(file.length);
                Picture picture = source.picture(index);
                assertThat(picture.width()).isEqualTo(3);
                assertThat(picture.height()).isEqualTo(2);
                assertThat((int) picture.rgb()[2]).isEqualTo(1 - index);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"train,TRAIN", "Train,TRAIN", "val,VALIDATION", "valid,VALIDATION", "validation,VALIDATION", "test,TEST"
    })
    void aSplitFolderGivesItsSplit(String folder, SourceSplit split) throws IOException {
        writePictures(root, folder + "/cat/1.png", folder + "/dog/2.png");
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(entries(source)).extracting(SourceEntry::split).containsExactly(split, split);
            assertThat(classes(source)).containsExactly("cat", "dog");
        }
    }

    @Test
    void allSplitsShareTheClasses() throws IOException {
        writePictures(root, "train/cat/1.png", "train/dog/1.png", "val/dog/3.png", "test/eel/4.png");
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(source.classNames()).containsExactly("cat", "dog", "eel");
            assertThat(names(source))
                    .containsExactly("test/eel/4.png", "train/cat/1.png", "train/dog/1.png", "val/dog/3.png");
            assertThat(entries(source)).extracting(SourceEntry::split).containsExactly(TEST, TRAIN, TRAIN, VALIDATION);
        }
    }

    @Test
    void aTestFolderMayHaveNoClasses() throws IOException {
        writePictures(root, "train/cat/1.png", "train/loose.png", "test/1.png");
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(names(source)).containsExactly("test/1.png", "train/cat/1.png");
            assertThat(classes(source)).containsExactly("-", "cat");
            assertThat(source.description()).contains("without 1 pictures");
        }
    }

    @Test
    void foldersBesideTrainAndTestAreLeftOut() throws IOException {
        writePictures(root, "train/cat/1.png", "test/cat/2.png", "figures/plot.png", "logo.png");
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(names(source)).containsExactly("test/cat/2.png", "train/cat/1.png");
            assertThat(source.description()).contains("without 2 pictures");
        }
    }

    @Test
    void trainMayBeAClass() throws IOException {
        writePictures(root, "train/1.png", "plane/2.png", "car/3.png");
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(source.classNames()).containsExactly("car", "plane", "train");
        }
    }

    @Test
    void aFlatFolderHasNoClasses() throws IOException {
        writePictures(root, "b.png", "a.tiff", "c.bmp");
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(source.classNames()).isEmpty();
            assertThat(names(source)).containsExactly("a.tiff", "b.png", "c.bmp");
            assertThat(entries(source)).extracting(SourceEntry::label).containsOnly(SourceEntry.NO_LABEL);
        }
    }

    @Test
    void onlyPictureFilesThatAreNotHiddenCount() throws IOException {
        writePictures(
                root, "a/1.png", "a/.2.png", ".git/3.png", "a/notes.txt", "a/png", "a/4.png.part", "a/.png", "b/x.csv");
        Files.createDirectories(root.resolve("a/folder.png"));
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(names(source)).containsExactly("a/1.png");
            assertThat(source.classNames()).containsExactly("a");
        }
    }

    @Test
    void linksThatLoopAreNotFollowedTwice() throws IOException {
        writePictures(root, "a/1.png", "b/2.png");
        Files.createSymbolicLink(root.resolve("a/again"), root);
        Files.createSymbolicLink(root.resolve("a/self"), root.resolve("a"));
        Files.createSymbolicLink(root.resolve("a/to-b"), root.resolve("b"));
        Files.createSymbolicLink(root.resolve("b/to-a"), root.resolve("a"));
        Files.createSymbolicLink(root.resolve("b/circle"), root.resolve("b/circle"));
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            try (PictureSource source = PictureSources.open(root)) {
                assertThat(names(source)).containsExactly("a/1.png", "a/to-b/2.png", "b/2.png", "b/to-a/1.png");
            }
        });
    }

    @Test
    void brokenPicturesAreEntriesThatNameThemselves() throws IOException {
        writePictures(root, "a/good.png");
        write(root.resolve("a/text.jpg"), "no picture".getBytes(StandardCharsets.UTF_8));
        byte[] whole = png(7);
        write(root.resolve("a/cut.png"), Arrays.copyOf(whole, whole.length / 2));
        Files.createSymbolicLink(root.resolve("a/nowhere.png"), root.resolve("missing.png"));
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(names(source)).containsExactly("a/cut.png", "a/good.png", "a/nowhere.png", "a/text.jpg");
            for (int index : new int[] {0, 2, 3}) {
                assertThatThrownBy(() -> source.picture(index))
                        .isInstanceOf(UnreadablePictureException.class)
                        .hasMessageContaining(source.entry(index).name());
            }
            assertThat(source.picture(1).width()).isEqualTo(3);
        }
    }

    @Test
    void aPictureThatWasDeletedSinceIsNamed() throws IOException {
        writePictures(root, "a/1.png", "a/2.png");
        try (PictureSource source = PictureSources.open(root)) {
            Files.delete(root.resolve("a/1.png"));
            assertThatThrownBy(() -> source.encoded(0))
                    .isInstanceOf(UnreadablePictureException.class)
                    .hasMessageContaining("a/1.png")
                    .hasMessageContaining("missing");
        }
    }
}
