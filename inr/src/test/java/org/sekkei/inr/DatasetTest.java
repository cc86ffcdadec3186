package org.sekkei.inr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DatasetTest {
    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void readsWhatWasWritten(long seed) throws IOException {
        SmallDatasets job = new SmallDatasets(seed, 1 + (int) seed % 3, (int) seed * 7, 300);
        Path folder = temporary.resolve("photos.inr");
        job.pack(folder);

        try (Dataset dataset = Dataset.open(folder)) {
            assertThat(dataset.size()).isEqualTo(job.shards() * job.picturesPerShard());
            assertThat(dataset.codec()).isEqualTo("siren");
            assertThat(dataset.fingerprint()).isEqualTo(job.spec().fingerprint());
            assertThat(dataset.attributes()).isEqualTo(job.spec().attributes());
            assertThat(dataset.classNames()).isEqualTo(job.spec().classNames());
            assertThat(dataset.shared()).isEqualTo(job.shared());
            int index = 0;
            long payload = 0;
            List<SkippedPicture> skipped = new ArrayList<>();
            for (int shard = 0; shard < job.shards(); shard++) {
                for (PackedPicture picture : job.pictures(shard)) {
                    assertThat(dataset.info(index)).isEqualTo(picture.info());
                    assertThat(dataset.label(index)).isEqualTo(picture.info().label());
                    assertThat(dataset.record(index).toArray(ValueLayout.JAVA_BYTE))
                            .isEqualTo(picture.record().toArray(ValueLayout.JAVA_BYTE));
                    assertThat(dataset.recordBytes(index))
                            .isEqualTo((int) picture.record().byteSize());
                    payload += picture.record().byteSize();
                    index++;
                }
                skipped.addAll(job.skipped(shard));
            }
            assertThat(dataset.skipped()).isEqualTo(skipped);
            assertThat(dataset.payloadBytes()).isEqualTo(payload);
            assertThat(dataset.bytesOnDisk()).isEqualTo(bytes(folder, ""));
            for (Split split : Split.values()) {
                assertThat(dataset.indices(split))
                        .isEqualTo(IntStream.range(0, dataset.size())
                                .filter(i -> dataset.info(i).split() == split)
                                .toArray());
            }
        }
        assertThat(Dataset.verify(folder, (checked, all) -> {})).isEmpty();
    }

    @Test
    void recordsAreReadOnly() throws IOException {
        SmallDatasets.TINY.pack(temporary.resolve("a"));
        try (Dataset dataset = Dataset.open(temporary.resolve("a"))) {
            assertThat(dataset.record(0).isReadOnly()).isTrue();
        }
    }

    @Test
    void shardsMayBeEmpty() throws IOException {
        DatasetSpec spec = SmallDatasets.TINY.spec();
        List<PackedPicture> pictures = SmallDatasets.TINY.pictures(0);
        try (DatasetWriter writer = DatasetWriter.open(temporary.resolve("a"), spec, () -> new byte[0])) {
            writer.writeShard(List.of(), List.of());
            writer.writeShard(pictures, List.of());
            writer.writeShard(List.of(), List.of(new SkippedPicture("x", "why")));
            writer.writeShard(List.of(), List.of());
            writer.writeShard(pictures, List.of());
            writer.writeShard(List.of(), List.of());
            writer.finish();
        }
        try (Dataset dataset = Dataset.open(temporary.resolve("a"))) {
            assertThat(dataset.size()).isEqualTo(2 * pictures.size());
            assertThat(dataset.skipped()).containsExactly(new SkippedPicture("x", "why"));
            for (int i = 0; i < dataset.size(); i++) {
                assertThat(dataset.info(i))
                        .isEqualTo(pictures.get(i % pictures.size()).info());
                assertThat(dataset.record(i)
                                .mismatch(pictures.get(i % pictures.size()).record()))
                        .isEqualTo(-1);
            }
        }
    }

    /// Everything but the columns, which hold what a codec does not know, is counted against the records.
    @ParameterizedTest
    @ValueSource(ints = {120, 280, 4000})
    void aRecordCostsLessThanEightBytesBeyondItsPayload(int maxRecordBytes) throws IOException {
        SmallDatasets job = new SmallDatasets(11, 4, 256, maxRecordBytes);
        Path folder = temporary.resolve("photos.inr");
        job.pack(folder);
        try (Dataset dataset = Dataset.open(folder)) {
            long overhead = bytes(folder, "") - bytes(folder, ".columns") - dataset.payloadBytes();
            assertThat((double) overhead / dataset.size()).isLessThan(8);
            long inShards = bytes(folder, ".shard") - dataset.payloadBytes();
            assertThat((double) inShards / dataset.size()).isLessThan(6.5);
        }
    }

    private static long bytes(Path folder, String suffix) throws IOException {
        long bytes = 0;
        for (String name : SmallDatasets.files(folder).keySet()) {
            bytes += name.endsWith(suffix) ? Files.size(folder.resolve(name)) : 0;
        }
        return bytes;
    }

    @Test
    void theSameJobGivesTheSameBytes() throws IOException {
        SmallDatasets.TINY.pack(temporary.resolve("a"));
        SmallDatasets.TINY.pack(temporary.resolve("b"));
        assertThat(SmallDatasets.files(temporary.resolve("a")))
                .isEqualTo(SmallDatasets.files(temporary.resolve("b")))
                .doesNotContainKey("lock");
    }

    @Test
    void packingAgainChangesNothing() throws IOException {
        Path folder = temporary.resolve("a");
        SmallDatasets.TINY.pack(folder);
        Map<String, String> before = SmallDatasets.files(folder);
        SmallDatasets.TINY.pack(folder);
        assertThat(SmallDatasets.files(folder)).isEqualTo(before);
        try (DatasetWriter writer = open(folder, SmallDatasets.TINY.spec())) {
            assertThat(writer.complete()).isTrue();
            assertThat(writer.shared()).isEqualTo(SmallDatasets.TINY.shared());
            assertThatThrownBy(() -> writer.writeShard(List.of(), List.of())).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void anUnfinishedDataSetIsOnlyOpenedInPart() throws IOException {
        Path folder = temporary.resolve("a");
        try (DatasetWriter writer = open(folder, SmallDatasets.TINY.spec())) {
            writer.writeShard(SmallDatasets.TINY.pictures(0), List.of());
            assertThatIOException().isThrownBy(() -> Dataset.open(folder)).withMessageContaining("is not finished");
            try (Dataset partial = Dataset.openPartial(folder)) {
                assertThat(partial.size()).isEqualTo(2);
                assertThat(partial.complete()).isFalse();
            }
        }
    }

    @Test
    void aDataSetThatCannotBeBegunLeavesNothing() throws IOException {
        Path folder = temporary.resolve("a");
        SharedBytes failing = () -> {
            throw new IOException("no picture can be read");
        };
        assertThatIOException()
                .isThrownBy(() -> DatasetWriter.open(folder, SmallDatasets.TINY.spec(), failing))
                .withMessage("no picture can be read");
        assertThat(folder).doesNotExist();
        // A folder that was there before stays.
        Files.createDirectory(folder);
        assertThatIOException().isThrownBy(() -> DatasetWriter.open(folder, SmallDatasets.TINY.spec(), failing));
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource
    void aFailureOfTheDiskAtTheBeginningLeavesNothing(FailingStorage.Failure failure) throws IOException {
        for (int step = 0; ; step++) {
            Path folder = temporary.resolve(failure + "-" + step);
            FailingStorage storage = new FailingStorage(step, failure);
            try (DatasetWriter writer =
                    DatasetWriter.open(folder, SmallDatasets.TINY.spec(), () -> new byte[9], storage)) {
                assertThat(writer.committedShards()).isZero();
                break;
            } catch (IOException full) {
                boolean begun = Files.exists(folder.resolve("manifest.bin"));
                if (failure == FailingStorage.Failure.ERROR && !begun) {
                    assertThat(folder).as("step " + step).doesNotExist();
                }
            }
        }
    }

    @Test
    void aMissingDataSetIsSaidToBeMissing() throws IOException {
        assertThatThrownBy(() -> Dataset.open(temporary.resolve("none")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("there is no data set here");
        assertThatThrownBy(() -> Dataset.verify(temporary, (checked, all) -> {}))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("is not a data set");
    }

    @Test
    void anotherJobIsRefused() throws IOException {
        Path folder = temporary.resolve("a");
        DatasetSpec spec = SmallDatasets.TINY.spec();
        open(folder, spec).close();
        assertThatIOException()
                .isThrownBy(() -> open(folder, new DatasetSpec("field", "f", Map.of(), List.of())))
                .withMessageContaining("another job (codec siren instead of field)");
        assertThatIOException()
                .isThrownBy(() -> open(
                        folder, new DatasetSpec("siren", spec.fingerprint(), Map.of("seed", "7"), spec.classNames())))
                .withMessageContaining("another job (size 32 instead of null)");
        assertThatIOException()
                .isThrownBy(() -> open(folder, new DatasetSpec("siren", "other", spec.attributes(), spec.classNames())))
                .withMessageContaining("another job (other pictures or options)");
        assertThatIOException()
                .isThrownBy(
                        () -> open(folder, new DatasetSpec("siren", spec.fingerprint(), spec.attributes(), List.of())))
                .withMessageContaining("another job (other class names)");
        open(folder, spec).close();
    }

    @Test
    void aFolderOfOtherThingsIsRefused() throws IOException {
        Files.writeString(temporary.resolve("holiday.jpg"), "x");
        assertThatIOException()
                .isThrownBy(() -> open(temporary, SmallDatasets.TINY.spec()))
                .withMessageContaining("already holds other files, such as holiday.jpg");
        assertThatIOException()
                .isThrownBy(() -> open(temporary.resolve("holiday.jpg"), SmallDatasets.TINY.spec()))
                .withMessageContaining("is a file");
        assertThatIOException()
                .isThrownBy(() -> open(temporary.resolve("a/b"), SmallDatasets.TINY.spec()))
                .withMessageContaining("make it first");
        assertThat(SmallDatasets.files(temporary)).containsOnlyKeys("holiday.jpg");
    }

    @Test
    void shardsWithoutTheirManifestAreNotWrittenOver() throws IOException {
        Path folder = temporary.resolve("a");
        SmallDatasets.TINY.pack(folder);
        Files.delete(folder.resolve("manifest.bin"));
        Map<String, String> before = SmallDatasets.files(folder);
        assertThatIOException()
                .isThrownBy(() -> SmallDatasets.TINY.pack(folder))
                .withMessageContaining("holds shards but no manifest.bin");
        assertThat(SmallDatasets.files(folder)).isEqualTo(before);
    }

    @Test
    void aLabelNeedsAClass() throws IOException {
        PackedPicture picture = SmallDatasets.TINY.pictures(0).getFirst();
        PackedPicture labelled = new PackedPicture(picture.info().withLabel(3), picture.record());
        try (DatasetWriter writer = open(temporary.resolve("a"), SmallDatasets.TINY.spec())) {
            assertThatThrownBy(() -> writer.writeShard(List.of(labelled), List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the label 3 of 3 classes");
        }
    }

    @Test
    void aSecondWriterIsRefused() throws IOException {
        Path folder = temporary.resolve("a");
        try (DatasetWriter writer = open(folder, SmallDatasets.TINY.spec())) {
            assertThatIOException()
                    .isThrownBy(() -> open(folder, SmallDatasets.TINY.spec()))
                    .withMessageContaining("another writer is at work");
            writer.writeShard(SmallDatasets.TINY.pictures(0), List.of());
        }
        SmallDatasets.TINY.pack(folder);
        assertThat(Dataset.verify(folder, (checked, all) -> {})).isEmpty();
    }

    @Test
    void manyThreadsMayRead() throws Exception {
        SmallDatasets job = new SmallDatasets(5, 3, 100, 500);
        Path folder = temporary.resolve("a");
        job.pack(folder);
        try (Dataset dataset = Dataset.open(folder);
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<PackedPicture> expected = new ArrayList<>();
            for (int shard = 0; shard < job.shards(); shard++) {
                expected.addAll(job.pictures(shard));
            }
            List<Callable<Integer>> readers = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                readers.add(() -> {
                    int equal = 0;
                    for (int i = 0; i < dataset.size(); i++) {
                        boolean same =
                                dataset.record(i).mismatch(expected.get(i).record()) == -1
                                        && dataset.info(i)
                                                .equals(expected.get(i).info());
                        equal += same ? 1 : 0;
                    }
                    return equal;
                });
            }
            for (Future<Integer> reader : threads.invokeAll(readers)) {
                assertThat(reader.get()).isEqualTo(300);
            }
        }
    }

    private static DatasetWriter open(Path folder, DatasetSpec spec) throws IOException {
        return DatasetWriter.open(folder, spec, SmallDatasets.TINY::shared);
    }
}
