package org.sekkei.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sekkei.pictures.SourceFiles.classes;
import static org.sekkei.pictures.SourceFiles.entries;
import static org.sekkei.pictures.SourceFiles.names;
import static org.sekkei.pictures.SourceFiles.write;
import static org.sekkei.pictures.SourceFiles.writePictures;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureListTest {
    @TempDir
    private Path root;

    private PictureSource list(String csv) throws IOException {
        Path file = root.resolve("labels.csv");
        Files.writeString(file, csv);
        return PictureSources.open(file);
    }

    private void assertRefused(String csv, String reason) {
        assertThatThrownBy(() -> list(csv).close())
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("labels.csv")
                .hasMessageContaining(reason);
    }

    @BeforeEach
    void writeFiles() throws IOException {
        writePictures(root, "a.png", "sub/b.png", "with, comma and \"quotes\".png");
    }

    @Test
    void pathsAndLabels() throws IOException {
        try (PictureSource source = list("sub/b.png,dog\na.png,cat\n")) {
            assertThat(names(source)).containsExactly("sub/b.png", "a.png");
            assertThat(source.classNames()).containsExactly("cat", "dog");
            assertThat(classes(source)).containsExactly("dog", "cat");
            assertThat(entries(source))
                    .allMatch(entry -> entry.split() == null && entry.boxes().isEmpty());
            assertThat((int) source.picture(0).rgb()[2]).isEqualTo(1);
            assertThat(source.encoded(1)).isEqualTo(Files.readAllBytes(root.resolve("a.png")));
        }
    }

    @Test
    void headerQuotesMarkAndLineEnds() throws IOException {
        String csv =
                "\uFEFFpath,label\r\n\"with, comma and \"\"quotes\"\".png\",\" two words \"\r\n\r\n./sub/../a.png,\"x\"";
        try (PictureSource source = list(csv)) {
            assertThat(names(source)).containsExactly("with, comma and \"quotes\".png", "a.png");
            assertThat(source.classNames()).containsExactly("two words", "x");
            assertThat((int) source.picture(0).rgb()[2]).isEqualTo(2);
        }
    }

    @Test
    void integersAreIndices() throws IOException {
        try (PictureSource source = list("a.png,3\nsub/b.png,10\n")) {
            assertThat(entries(source)).extracting(SourceEntry::label).containsExactly(3, 10);
            assertThat(source.classNames()).hasSize(11).endsWith("9", "10");
        }
    }

    @Test
    void oneNameMakesAllLabelsNames() throws IOException {
        try (PictureSource source = list("a.png,3\nsub/b.png,three\n")) {
            assertThat(source.classNames()).containsExactly("3", "three");
        }
    }

    @Test
    void hugeIntegersAreNames() throws IOException {
        try (PictureSource source = list("a.png,2147483647\nsub/b.png,99999999999999999999\n")) {
            assertThat(source.classNames()).containsExactly("2147483647", "99999999999999999999");
        }
    }

    @Test
    void anEmptyLabelIsNone() throws IOException {
        try (PictureSource source = list("a.png,\nsub/b.png,-1\n")) {
            assertThat(entries(source)).extracting(SourceEntry::label).containsOnly(SourceEntry.NO_LABEL);
            assertThat(source.classNames()).isEmpty();
        }
    }

    @Test
    void severalLinesAreSeveralBoxes() throws IOException {
        String csv = "path,label,x,y,w,h\na.png,cat,1,2.5,3,4\nsub/b.png,dog,,,,\na.png,cat, -5 ,0,1e2,7\n";
        try (PictureSource source = list(csv)) {
            assertThat(names(source)).containsExactly("a.png", "sub/b.png");
            assertThat(source.entry(0).boxes())
                    .containsExactly(new SourceBox(1, 2.5f, 3, 4), new SourceBox(-5, 0, 100, 7));
            assertThat(source.entry(1).boxes()).isEmpty();
        }
    }

    @Test
    void aMissingFileFailsOnlyWhenItIsRead() throws IOException {
        Files.createDirectories(root.resolve("folder.png"));
        try (PictureSource source = list("a.png,cat\nlost.png,cat\nfolder.png,cat\n")) {
            assertThat(source.size()).isEqualTo(3);
            assertThat(source.entry(1).sourceBytes()).isZero();
            assertThat(source.picture(0).width()).isEqualTo(3);
            assertThatThrownBy(() -> source.picture(1))
                    .isInstanceOf(UnreadablePictureException.class)
                    .hasMessageContaining("lost.png is missing");
            assertThatThrownBy(() -> source.picture(2))
                    .isInstanceOf(UnreadablePictureException.class)
                    .hasMessageContaining("folder.png is not a file");
        }
    }

    @Test
    void aListOfNothingButMissingFilesIsRefused() {
        assertRefused("x/a.png,1\nx/b.png,2\n", "none of the 2 files");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "path,label\n"})
    void aListWithoutPicturesIsRefused(String csv) {
        assertRefused(csv, "lists no pictures");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a.png|1 field;",
                "a.png,cat,1|3 fields",
                "a.png,cat,1,2,3,4,5|7 fields",
                "a.png,cat,1,2,3|5 fields",
                "a.png,cat,1,2,three,4|\"three\" is no number",
                "a.png,cat,1,2,,4|\"\" is no number",
                "a.png,cat,NaN,2,3,4|\"NaN\" is no finite number",
                "a.png,cat,1,2,1e99,4|\"1e99\" is no finite number",
                "a.png,cat,1,2,0,4|wider and higher",
                "\"a.png,cat|a quote is not closed",
                "\"a\"b.png,cat|a quote is not closed or stands inside",
                ",cat|\"\" is no path",
                "a\0.png,cat|is no path",
            })
    void aWrongLineIsNamed(String line, String reason) {
        assertRefused("path,label\nsub/b.png,dog\n" + line + "\n", "line 3 of " + root.resolve("labels.csv"));
        assertRefused("path,label\nsub/b.png,dog\n" + line + "\n", reason);
    }

    @Test
    void labelsThatDisagreeAreRefused() {
        assertRefused("a.png,cat\nsub/b.png,dog\n./a.png,dog\n", "line 3");
        assertRefused("a.png,cat\nsub/b.png,dog\n./a.png,dog\n", "labels a.png \"dog\"");
    }

    @Test
    void bytesThatAreNoTextAreRefused() throws IOException {
        write(root.resolve("bad.csv"), "caf\u00e9.png,1\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> PictureSources.open(root.resolve("bad.csv")).close())
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("bad.csv")
                .hasMessageContaining("not UTF-8");
    }
}
