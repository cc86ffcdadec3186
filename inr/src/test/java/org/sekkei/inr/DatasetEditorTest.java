package org.sekkei.inr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatasetEditorTest {
    @TempDir
    Path folder;

    @BeforeEach
    void pack() throws IOException {
        SmallDatasets.TINY.pack(folder);
    }

    @Test
    void editsLeaveTheShardsAlone() throws IOException {
        Map<String, String> before = SmallDatasets.files(folder);
        PictureInfo edited;
        try (DatasetEditor editor = DatasetEditor.open(folder)) {
            edited = editor.info(3)
                    .withLabel(1)
                    .withBoxes(List.of(new Box(1, 2, 3, 4), new Box(0, 0, 0.5f, 0.25f)))
                    .withSplit(Split.VALIDATION)
                    .withMetadata(Map.of("by", "hand"));
            editor.set(3, edited);
            assertThat(editor.info(3)).isEqualTo(edited);
            editor.commit();
            assertThat(editor.info(3)).isEqualTo(edited);
        }
        Map<String, String> after = SmallDatasets.files(folder);
        Map<String, String> expected = new HashMap<>(before);
        expected.remove("000001.0.columns");
        expected.put("000001.1.columns", String.valueOf(after.get("000001.1.columns")));
        expected.put("manifest.bin", String.valueOf(after.get("manifest.bin")));
        assertThat(after).isEqualTo(expected);
        try (Dataset dataset = Dataset.open(folder)) {
            assertThat(dataset.info(3)).isEqualTo(edited);
            assertThat(dataset.info(2))
                    .isEqualTo(SmallDatasets.TINY.pictures(1).getFirst().info());
            assertThat(dataset.skipped()).isEqualTo(SmallDatasets.TINY.skipped(1));
        }
        assertThat(Dataset.verify(folder, (checked, all) -> {})).isEmpty();
    }

    @Test
    void oneEditorCommitsAgainAndAgain() throws IOException {
        try (DatasetEditor editor = DatasetEditor.open(folder)) {
            for (int round = 0; round < 5; round++) {
                editor.set(0, editor.info(0).withMetadata(Map.of("round", "" + round)));
                editor.commit();
            }
        }
        try (Dataset dataset = Dataset.open(folder)) {
            assertThat(dataset.info(0).metadata()).containsEntry("round", "4");
        }
        assertThat(SmallDatasets.files(folder)).containsKey("000000.5.columns").doesNotContainKey("000000.4.columns");
    }

    @Test
    void editsThatAreNotCommittedAreForgotten() throws IOException {
        Map<String, String> before = SmallDatasets.files(folder);
        try (DatasetEditor editor = DatasetEditor.open(folder)) {
            editor.set(0, editor.info(0).withLabel(0));
        }
        assertThat(SmallDatasets.files(folder)).isEqualTo(before);
    }

    @Test
    void aReaderKeepsWhatItOpened() throws IOException {
        try (Dataset dataset = Dataset.open(folder);
                DatasetEditor editor = DatasetEditor.open(folder)) {
            PictureInfo before = dataset.info(0);
            editor.set(0, before.withMetadata(Map.of("new", "yes")));
            editor.commit();
            assertThat(dataset.info(0)).isEqualTo(before);
        }
    }

    @Test
    void labelsNeedClasses() throws IOException {
        try (DatasetEditor editor = DatasetEditor.open(folder)) {
            editor.set(0, editor.info(0).withLabel(3));
            assertThatThrownBy(editor::commit).isInstanceOf(IllegalArgumentException.class);
            editor.setClassNames(List.of("cat", "dog", "fox", "hen"));
            editor.commit();
        }
        try (Dataset dataset = Dataset.open(folder)) {
            assertThat(dataset.classNames()).containsExactly("cat", "dog", "fox", "hen");
            assertThat(dataset.label(0)).isEqualTo(3);
        }
        // Packing again finds its own, finished data set, edits and all.
        SmallDatasets.TINY.pack(folder);
    }

    @Test
    void theSizeBelongsToTheRecord() throws IOException {
        try (DatasetEditor editor = DatasetEditor.open(folder)) {
            PictureInfo info = editor.info(0);
            PictureInfo resized = new PictureInfo(
                    info.name(),
                    info.label(),
                    info.split(),
                    info.boxes(),
                    new PictureSize(9999, 1),
                    info.sourceBytes(),
                    info.psnr(),
                    info.metadata());
            assertThatThrownBy(() -> editor.set(0, resized)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void onlyOneMayEdit() throws IOException {
        try (DatasetEditor editor = DatasetEditor.open(folder)) {
            assertThat(editor.size()).isEqualTo(6);
            assertThatIOException()
                    .isThrownBy(() -> DatasetEditor.open(folder))
                    .withMessageContaining("another writer is at work");
        }
    }
}
