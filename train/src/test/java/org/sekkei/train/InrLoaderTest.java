package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.inr.Box;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PackedPicture;
import org.sekkei.inr.Split;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;

class InrLoaderTest {
    private static final int SIZE = 8;
    private static final Augmentation WILD = new Augmentation(new Crop.RandomResized(0.1, 1, 0.5, 2), 0.5, 30);

    @TempDir
    private Path folder;

    private record Sample(List<Float> picture, long label, List<Box> boxes) {}

    private InrLoader loader(int batchSize, int threads, Augmentation training, boolean channelsLast)
            throws IOException {
        try (Dataset dataset = Path.of(folder.toString(), "set").toFile().exists()
                ? Dataset.open(folder.resolve("set"))
                : Datasets.twoClasses(folder.resolve("set"), 40)) {
            var config = new LoaderConfig(
                    SIZE,
                    batchSize,
                    7,
                    threads,
                    training,
                    new Augmentation(new Crop.Centre(1), 0, 0),
                    Normalization.IMAGENET,
                    channelsLast);
            return InrLoader.open(dataset, new AnalyticCodec(), config);
        }
    }

    private static List<Map<Integer, Sample>> read(Batches batches) throws IOException {
        List<Map<Integer, Sample>> all = new ArrayList<>();
        try (batches) {
            while (true) {
                try (var _ = Scope.open()) {
                    Batch batch = batches.next();
                    if (batch == null) {
                        return all;
                    }
                    float[] numbers = batch.pictures().contiguous().toFloats();
                    long[] labels = batch.labels().toLongs();
                    Map<Integer, Sample> samples = new TreeMap<>();
                    int length = 3 * SIZE * SIZE;
                    for (int i = 0; i < batch.size(); i++) {
                        List<Float> picture = new ArrayList<>();
                        for (float number : Arrays.copyOfRange(numbers, i * length, (i + 1) * length)) {
                            picture.add(number);
                        }
                        samples.put(
                                batch.indices()[i],
                                new Sample(picture, labels[i], batch.boxes().get(i)));
                    }
                    all.add(samples);
                }
            }
        }
    }

    private static Map<Integer, Sample> together(List<Map<Integer, Sample>> batches) {
        Map<Integer, Sample> all = new TreeMap<>();
        batches.forEach(all::putAll);
        return all;
    }

    @ParameterizedTest
    @CsvSource({"1,1,true", "4,3,true", "7,2,false", "64,4,true"})
    void samplesDependOnNeitherBatchSizeNorThreadsNorLayout(int batchSize, int threads, boolean channelsLast)
            throws IOException {
        try (InrLoader reference = loader(8, 1, WILD, true);
                InrLoader other = loader(batchSize, threads, WILD, channelsLast)) {
            for (int epoch = 0; epoch < 2; epoch++) {
                assertThat(together(read(other.training(epoch, 0))))
                        .isEqualTo(together(read(reference.training(epoch, 0))));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 0.999})
    void whatIsNotHeldIsReadAndTheBatchesAreTheSame(double share) throws IOException {
        var config = new LoaderConfig(SIZE, 8, 7, 2, WILD, WILD, Normalization.IMAGENET, true);
        try (Dataset dataset = Datasets.twoClasses(folder.resolve("partly"), 40);
                InrLoader whole = InrLoader.open(dataset, new AnalyticCodec(), config);
                InrLoader partly = InrLoader.open(
                        dataset, new AnalyticCodec(), config, Device.CPU, Math.round(share * dataset.payloadBytes()))) {
            assertThat(whole.residentBytes()).isEqualTo(dataset.payloadBytes());
            assertThat(partly.residentBytes())
                    .isLessThan(dataset.payloadBytes())
                    .isLessThanOrEqualTo(Math.round(share * dataset.payloadBytes()));
            assertThat(read(partly.training(2, 0))).isEqualTo(read(whole.training(2, 0)));
        }
    }

    @Test
    void anEpochGoesOnFromAnyBatch() throws IOException {
        try (InrLoader loader = loader(4, 2, WILD, true)) {
            List<Map<Integer, Sample>> whole = read(loader.training(3, 0));
            for (int start = 0; start <= whole.size(); start++) {
                assertThat(read(loader.training(3, start))).isEqualTo(whole.subList(start, whole.size()));
            }
        }
    }

    @Test
    void anEpochTakesEveryPictureOnceInAnOrderOfItsOwn() throws IOException {
        try (InrLoader loader = loader(7, 2, WILD, true)) {
            List<Integer> first = new ArrayList<>();
            List<Integer> second = new ArrayList<>();
            read(loader.training(0, 0)).forEach(batch -> first.addAll(batch.keySet()));
            read(loader.training(1, 0)).forEach(batch -> second.addAll(batch.keySet()));
            assertThat(first).hasSize(30).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(second);
            assertThat(first).isNotEqualTo(second);
            assertThat(loader.pictures(Split.TRAIN)).isEqualTo(30);
            assertThat(loader.batches(Split.TRAIN)).isEqualTo(5);
        }
    }

    @Test
    void evaluationShowsTheCentreSmoothedAndNormalised() throws IOException {
        try (InrLoader loader = loader(64, 2, WILD, true)) {
            Map<Integer, Sample> samples = together(read(loader.evaluation(Split.VALIDATION)));
            assertThat(samples.keySet()).containsExactly(3, 7, 11, 15, 19, 23, 27, 31, 35, 39);
            Sample sample = List.copyOf(samples.values()).get(1);
            assertThat(sample.label()).isEqualTo(1);
            for (int y = 0; y < SIZE; y++) {
                for (int x = 0; x < SIZE; x++) {
                    // The middle 16 x 16 of 24 x 16 pixels, two pixels a step.
                    double red = (4 + 2 * x + 1) / 24.0;
                    double green = (2 * y + 1) / 16.0;
                    double blue = 0.75 - 0.06;
                    int at = y * SIZE + x;
                    assertThat(sample.picture().get(at)).isCloseTo((float) ((red - 0.485) / 0.229), within(1e-5f));
                    assertThat(sample.picture().get(64 + at))
                            .isCloseTo((float) ((green - 0.456) / 0.224), within(1e-5f));
                    assertThat(sample.picture().get(128 + at))
                            .isCloseTo((float) ((blue - 0.406) / 0.225), within(1e-5f));
                }
            }
            assertThat(sample.boxes()).containsExactly(new Box(0, 2, 4, 4));
        }
    }

    @Test
    void paddingShowsTheMeanColour() throws IOException {
        try (InrLoader loader = loader(64, 2, new Augmentation(new Crop.Padded(4), 0, 0), true)) {
            List<Float> numbers = new ArrayList<>();
            together(read(loader.training(0, 0))).values().forEach(sample -> numbers.addAll(sample.picture()));
            // 0 is the mean; what lies outside, 9, would be above 30.
            assertThat(numbers)
                    .contains(0f)
                    .allSatisfy(number -> assertThat(number).isBetween(-3f, 3f));
        }
    }

    @Test
    void closingAmidAnEpochIsSafe() throws IOException {
        try (InrLoader loader = loader(2, 3, WILD, true)) {
            for (int i = 0; i < 20; i++) {
                try (var _ = Scope.open();
                        Batches batches = loader.training(i, 0)) {
                    for (int j = 0; j < i % 5; j++) {
                        assertThat(batches.next()).isNotNull();
                    }
                }
            }
        }
    }

    @Test
    void aRecordThatCannotBeDecodedEndsTheEpoch() throws IOException {
        List<PackedPicture> pictures = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            PackedPicture picture = Datasets.picture(i, i % 2, Split.TRAIN, 0.5f);
            pictures.add(i == 4 ? new PackedPicture(picture.info(), MemorySegment.ofArray(new byte[3])) : picture);
        }
        try (Dataset dataset = Datasets.write(folder.resolve("broken"), List.of("a", "b"), pictures);
                InrLoader loader = InrLoader.open(dataset, new AnalyticCodec(), LoaderConfig.standard(SIZE, 2, 1))) {
            assertThatThrownBy(() -> read(loader.training(0, 0)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("picture-4")
                    .hasMessageContaining("a record of 3 bytes");
        }
    }
}
