package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.inr.Box;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.DatasetSpec;
import org.sekkei.inr.DatasetWriter;
import org.sekkei.inr.PackedPicture;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Split;
import org.sekkei.inr.siren.SirenCodec;
import org.sekkei.inr.siren.SirenFormat;
import org.sekkei.inr.siren.SirenPacking;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.inr.siren.SirenStart;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;

class DeviceDecodingTest {
    static final int SIZE = 16;
    private static final int PICTURES = 40;
    static final DeviceBudget PLENTY = new DeviceBudget(1 << 24, 1 << 24);

    @TempDir
    private Path folder;

    record Sample(float[] picture, long label, List<Box> boxes) {}

    /// Pictures of two shapes, of several sizes, and of every way to write a record.
    private Dataset sirens() throws IOException {
        if (Files.exists(folder.resolve("set"))) {
            return Dataset.open(folder.resolve("set"));
        }
        var random = new Random(3);
        var shared = new SirenShared(List.of(start("3x9", random), start("2x5", random)), new PictureSize(32, 24));
        var format = new SirenFormat(shared);
        List<PackedPicture> packed = new ArrayList<>();
        for (int i = 0; i < PICTURES; i++) {
            PictureSize size = i % 3 == 0 ? new PictureSize(20 + i, 33) : new PictureSize(32, 24);
            var info = new PictureInfo(
                    "picture-" + i,
                    i % 2,
                    i % 4 == 3 ? Split.VALIDATION : Split.TRAIN,
                    List.of(new Box(4, 4, 8, 8)),
                    size,
                    0,
                    Float.NaN,
                    Map.of());
            packed.add(new PackedPicture(info, MemorySegment.ofArray(record(format, i, size, random))));
        }
        return write("set", shared, packed);
    }

    private Dataset write(String name, SirenShared shared, List<PackedPicture> pictures) throws IOException {
        var spec = new DatasetSpec(SirenCodec.NAME, "test", Map.of(), List.of("a", "b"));
        try (DatasetWriter writer = DatasetWriter.open(folder.resolve(name), spec, shared::toBytes)) {
            writer.writeShard(pictures, List.of());
            writer.finish();
        }
        return Dataset.open(folder.resolve(name));
    }

    private static SirenStart start(String text, Random random) {
        SirenShape shape = SirenShape.parse(text);
        float[] parameters = new float[shape.parameterCount()];
        double hidden = Math.sqrt(6.0 / shape.width()) / SirenShape.W0;
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (float) ((i < shape.weights(1) ? 0.3 : hidden) * (2 * random.nextDouble() - 1));
        }
        for (int channel = 0; channel < 3; channel++) {
            parameters[shape.biases(shape.layers()) + channel] += 0.5f;
        }
        byte[] offsets = new byte[shape.rows()];
        random.nextBytes(offsets);
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] %= 4;
        }
        return new SirenStart(shape, parameters, offsets, new byte[shape.rows()]);
    }

    private static byte[] record(SirenFormat format, int number, PictureSize size, Random random) {
        int start = number % 2;
        SirenStart origin = format.shared().starts().get(start);
        int count = origin.shape().parameterCount();
        if (number % 5 == 4) {
            float[] parameters = origin.parameters().clone();
            for (int i = 0; i < count; i++) {
                parameters[i] += (float) random.nextGaussian(0, 0.01);
            }
            return format.writeHalf(start, size, parameters);
        }
        // Bytes, shorts and ints on the device.
        int spread = List.of(20, 20, 2000, 200_000).get(number % 4);
        int step = (int) Math.round(8 * Math.log(spread / 0.02) / Math.log(2));
        int[] values = IntStream.range(0, count)
                .map(_ -> random.nextInt(2 * spread) - spread)
                .toArray();
        return format.writeQuantised(
                start, size, step, values, spread > 2000 ? SirenPacking.FIXED : SirenPacking.values()[number / 4 % 2]);
    }

    static LoaderConfig config(int batchSize, double rotation, boolean channelsLast) {
        return new LoaderConfig(
                SIZE,
                batchSize,
                7,
                2,
                new Augmentation(new Crop.RandomResized(0.1, 1, 0.5, 2), 0.5, rotation),
                new Augmentation(new Crop.Centre(1), 0, 0),
                Normalization.IMAGENET,
                channelsLast);
    }

    static Map<Integer, Sample> read(Batches batches) throws IOException {
        Map<Integer, Sample> all = new TreeMap<>();
        try (batches) {
            while (true) {
                try (var _ = Scope.open()) {
                    Batch batch = batches.next();
                    if (batch == null) {
                        return all;
                    }
                    float[] numbers = batch.pictures().contiguous().toFloats();
                    long[] labels = batch.labels().toLongs();
                    int length = 3 * SIZE * SIZE;
                    for (int i = 0; i < batch.size(); i++) {
                        float[] picture = Arrays.copyOfRange(numbers, i * length, (i + 1) * length);
                        all.put(
                                batch.indices()[i],
                                new Sample(picture, labels[i], batch.boxes().get(i)));
                    }
                }
            }
        }
    }

    /// @param tolerance in colours of 0..1
    static void assertClose(Map<Integer, Sample> actual, Map<Integer, Sample> expected, double tolerance) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach((index, sample) -> {
            Sample other = Objects.requireNonNull(expected.get(index));
            assertThat(sample.label()).isEqualTo(other.label());
            assertThat(sample.boxes()).isEqualTo(other.boxes());
            double largest = IntStream.range(0, sample.picture().length)
                    .mapToDouble(i -> Math.abs(sample.picture()[i] - other.picture()[i]))
                    .max()
                    .orElseThrow();
            // The smallest deviation makes the largest numbers.
            assertThat(largest * 0.224).as("picture " + index).isLessThan(tolerance);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "8,0,true,16777216",
        "8,30,true,16777216",
        "1,30,false,16777216",
        "64,30,true,16777216",
        "7,30,true,20000"
    })
    void batchesAreThoseOfTheProcessor(int batchSize, double rotation, boolean channelsLast, long working)
            throws IOException {
        LoaderConfig config = config(batchSize, rotation, channelsLast);
        try (Dataset dataset = sirens();
                InrLoader processor = InrLoader.open(dataset, new SirenCodec(), config);
                InrLoader device = InrLoader.open(
                        dataset, new SirenCodec(), config, Device.CPU, new DeviceBudget(1 << 24, working))) {
            for (int epoch = 0; epoch < 2; epoch++) {
                assertClose(read(device.training(epoch, 0)), read(processor.training(epoch, 0)), 1 / 255.0);
                assertClose(read(device.training(epoch, 1)), read(processor.training(epoch, 1)), 1 / 255.0);
            }
            assertClose(
                    read(device.evaluation(Split.VALIDATION)), read(processor.evaluation(Split.VALIDATION)), 1 / 255.0);
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "5", "64"})
    void samplesDoNotDependOnTheBatchSize(int batchSize) throws IOException {
        try (Dataset dataset = sirens();
                InrLoader reference =
                        InrLoader.open(dataset, new SirenCodec(), config(16, 30, true), Device.CPU, PLENTY);
                InrLoader other =
                        InrLoader.open(dataset, new SirenCodec(), config(batchSize, 30, true), Device.CPU, PLENTY)) {
            assertClose(read(other.training(1, 0)), read(reference.training(1, 0)), 1e-5);
        }
    }

    @Test
    void layoutIsThatOfTheConfiguration() throws IOException {
        for (boolean channelsLast : new boolean[] {false, true}) {
            try (Dataset dataset = sirens();
                    InrLoader loader =
                            InrLoader.open(dataset, new SirenCodec(), config(5, 0, channelsLast), Device.CPU, PLENTY);
                    var _ = Scope.open();
                    Batches batches = loader.training(0, 0)) {
                Batch batch = Objects.requireNonNull(batches.next());
                assertThat(batch.pictures().isChannelsLast()).isEqualTo(channelsLast);
                assertThat(batch.pictures().shape()).containsExactly(5, 3, SIZE, SIZE);
            }
        }
    }

    @Test
    void picturesThatDoNotFitAreRefusedWithTheNumbers() throws IOException {
        try (Dataset dataset = sirens()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> InrLoader.open(
                            dataset, new SirenCodec(), config(4, 0, true), Device.CPU, new DeviceBudget(2000, 1 << 20)))
                    .withMessageContaining("set: its pictures take 1 MB on cpu, and 0 MB may be used there")
                    .withMessageContaining("--decode cpu");
        }
    }

    @Test
    void whatLiesOnTheDeviceIsCounted() throws IOException {
        try (Dataset dataset = sirens();
                InrLoader loader = InrLoader.open(dataset, new SirenCodec(), config(4, 0, true), Device.CPU, PLENTY)) {
            int wide = SirenShape.parse("3x9").parameterCount();
            int narrow = SirenShape.parse("2x5").parameterCount();
            // Half of the records are of either shape; a byte to four a parameter.
            assertThat(loader.residentBytes()).isBetween(20L * (wide + narrow), 80L * (wide + narrow) + 2000);
        }
    }

    @Test
    void aRecordThatCannotBeDecodedIsNamed() throws IOException {
        var shared = new SirenShared(List.of(start("2x5", new Random(1))), null);
        PackedPicture broken = new PackedPicture(
                Datasets.picture(0, 0, Split.TRAIN, 0.5f).info(), MemorySegment.ofArray(new byte[] {0, 1, 1, 7}));
        try (Dataset dataset = write("broken", shared, List.of(broken))) {
            assertThatThrownBy(() -> InrLoader.open(dataset, new SirenCodec(), config(4, 0, true), Device.CPU, PLENTY))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("picture-0")
                    .hasMessageContaining("cannot be decoded");
        }
    }

    @Test
    void otherCodecsAreDecodedOnTheProcessor() throws IOException {
        try (Dataset dataset = Datasets.twoClasses(folder.resolve("analytic"), 8);
                InrLoader loader =
                        InrLoader.open(dataset, new AnalyticCodec(), config(4, 0, true), Device.CPU, PLENTY)) {
            assertThat(read(loader.training(0, 0))).hasSize(6);
        }
    }
}
