package org.sekkei.inr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.inr.FailingStorage.Failure;

/// However packing or editing is stopped, nothing committed is lost and the next run ends with the data set of a quiet
/// one.
final class InterruptedPackingTest {
    private static final SmallDatasets JOB = SmallDatasets.TINY;

    @TempDir
    Path temporary;

    private Map<String, String> quiet = Map.of();
    private int steps;

    @BeforeEach
    void packQuietly() throws IOException {
        FailingStorage storage = FailingStorage.never();
        JOB.pack(temporary.resolve("quiet"), storage);
        quiet = SmallDatasets.files(temporary.resolve("quiet"));
        steps = storage.steps();
        assertThat(steps).isGreaterThan(50);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void killedAtAnyStep(boolean powerIsLost) throws IOException {
        for (int step = 0; step < steps; step++) {
            Path folder = temporary.resolve("killed " + step);
            packUntil(step, folder, powerIsLost);
            JOB.pack(folder, FailingStorage.never());
            assertThat(SmallDatasets.files(folder))
                    .as("killed at step %d", step)
                    .isEqualTo(quiet);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void killedManyTimes(long seed) throws IOException {
        Random random = new Random(seed);
        Path folder = temporary.resolve("killed");
        for (int kill = 0; kill < 12; kill++) {
            packUntil(random.nextInt(20), folder, random.nextBoolean());
        }
        JOB.pack(folder, FailingStorage.never());
        assertThat(SmallDatasets.files(folder)).isEqualTo(quiet);
    }

    /// Packs until the process is killed at `step` and checks that what had been promised is there.
    private static void packUntil(int step, Path folder, boolean powerIsLost) throws IOException {
        FailingStorage storage = new FailingStorage(step, Failure.STOP);
        int promised = -1;
        try (DatasetWriter writer = DatasetWriter.open(folder, JOB.spec(), JOB::shared, storage)) {
            promised = writer.committedShards();
            while (writer.committedShards() < JOB.shards()) {
                int shard = writer.committedShards();
                writer.writeShard(JOB.pictures(shard), JOB.skipped(shard));
                promised = writer.committedShards();
            }
            writer.finish();
        } catch (IOException killed) {
            assertThat(storage.steps()).as("%s", killed).isGreaterThan(step);
        }
        if (powerIsLost) {
            storage.losePower();
        }
        if (promised >= 0) {
            try (Dataset partial = Dataset.openPartial(folder)) {
                assertThat(partial.size()).isGreaterThanOrEqualTo(promised * JOB.picturesPerShard());
            }
            assertThat(Dataset.verify(folder, (checked, all) -> {})).isEmpty();
        }
    }

    @Test
    void aFullDiskAtAnyStepLeavesASentenceAndADataSetToGoOnWith() throws IOException {
        for (int step = 0; step < steps; step++) {
            Path folder = temporary.resolve("full " + step);
            FailingStorage storage = new FailingStorage(step, Failure.ERROR);
            assertThatIOException()
                    .as("failing at step %d", step)
                    .isThrownBy(() -> JOB.pack(folder, storage))
                    .withMessageContaining("No space left on device");
            if (Files.exists(folder)) {
                assertThat(SmallDatasets.files(folder).keySet())
                        .as("failing at step %d", step)
                        .noneMatch(name -> name.endsWith(".tmp"));
            }
            JOB.pack(folder, FailingStorage.never());
            assertThat(SmallDatasets.files(folder)).isEqualTo(quiet);
        }
    }

    @Test
    void theMessageOfAFullDiskNamesTheFileAndWhatToDo() {
        // The folder, its parent, the file: the fourth step is the first write.
        assertThatIOException()
                .isThrownBy(() -> JOB.pack(temporary.resolve("full"), new FailingStorage(3, Failure.ERROR)))
                .withMessage(temporary.resolve("full/shared.bin")
                        + " cannot be written: No space left on device; what was committed before is safe:"
                        + " remove the cause and run the same again");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anEditHappensOrDoesNot(boolean powerIsLost) throws IOException {
        Path edited = temporary.resolve("edited");
        JOB.pack(edited, FailingStorage.never());
        FailingStorage counting = FailingStorage.never();
        edit(edited, counting);
        Map<String, String> after = SmallDatasets.files(edited);
        assertThat(after).isNotEqualTo(quiet);

        for (int step = 0; step < counting.steps(); step++) {
            Path folder = temporary.resolve("killed " + step);
            JOB.pack(folder, FailingStorage.never());
            FailingStorage storage = new FailingStorage(step, Failure.STOP);
            assertThatIOException().isThrownBy(() -> edit(folder, storage));
            if (powerIsLost) {
                storage.losePower();
            }
            assertThat(SmallDatasets.contents(folder))
                    .isIn(SmallDatasets.contents(temporary.resolve("quiet")), SmallDatasets.contents(edited));
            // The next writer leaves the files of one of the two data sets and nothing else.
            DatasetEditor.open(folder).close();
            assertThat(SmallDatasets.files(folder)).isIn(quiet, after);
        }
    }

    private static void edit(Path folder, FailingStorage storage) throws IOException {
        try (DatasetEditor editor = DatasetEditor.open(folder, storage)) {
            editor.set(0, editor.info(0).withLabel(2).withSplit(Split.TEST));
            editor.set(5, editor.info(5).withMetadata(Map.of("camera", "pinhole")));
            editor.commit();
        }
    }

    @Test
    void aWriterStopsWhenAnotherHasWritten() throws IOException {
        Path folder = temporary.resolve("quiet");
        try (DatasetEditor editor = DatasetEditor.open(folder)) {
            // As if a file system did not know locks.
            Path copy = temporary.resolve("copy");
            JOB.pack(copy);
            edit(copy, FailingStorage.never());
            for (String name : SmallDatasets.files(copy).keySet()) {
                Files.write(folder.resolve(name), Files.readAllBytes(copy.resolve(name)));
            }
            editor.set(1, editor.info(1).withLabel(0));
            assertThatIOException().isThrownBy(editor::commit).withMessageContaining("another writer has changed");
        }
    }
}
