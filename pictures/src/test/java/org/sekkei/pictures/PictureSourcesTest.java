package org.sekkei.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sekkei.pictures.SourceFiles.writePictures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureSourcesTest {
    @TempDir
    private Path root;

    private static void assertRefused(Path path, String reason) {
        assertThatThrownBy(() -> PictureSources.open(path).close())
                .isInstanceOf(SourceException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(reason);
    }

    @Test
    void aMissingPathIsRefused() {
        assertRefused(root.resolve("nothing"), "does not exist");
    }

    @Test
    void anEmptyFolderIsRefused() {
        assertRefused(root, "is an empty folder");
    }

    @Test
    void aFolderWithoutPicturesIsRefused() throws IOException {
        writePictures(root, "a/notes.txt", "b/table.xml");
        assertRefused(root, "holds no pictures");
    }

    @ParameterizedTest
    @ValueSource(strings = {"set.zip", "set.tar.gz", "labels.txt", "set"})
    void aFileOfAnotherKindIsRefused(String name) throws IOException {
        writePictures(root, name);
        assertRefused(root.resolve(name), "neither a folder nor a .tar or .csv file");
    }

    @Test
    void aSinglePictureIsRefusedWithAdvice() throws IOException {
        writePictures(root, "one.png");
        assertRefused(root.resolve("one.png"), "give the folder that the picture lies in");
    }

    @Test
    void anArchiveBesideItsUnpackedPicturesDoesNotMatter() throws IOException {
        writePictures(root, "cat/1.png");
        Files.writeString(root.resolve("set.tar"), "never opened");
        try (PictureSource source = PictureSources.open(root)) {
            assertThat(SourceFiles.names(source)).containsExactly("cat/1.png");
        }
    }
}
