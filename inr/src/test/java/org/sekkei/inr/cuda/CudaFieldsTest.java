package org.sekkei.inr.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.inr.Box;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.PixelFormat;
import org.sekkei.inr.PixelFormat.Layout;
import org.sekkei.inr.PixelFormat.Type;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldBases;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldDecoder;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldRecords;
import org.sekkei.inr.field.FieldShared;

/// The kernels of `field`, run on the processor, against the reference decoder.
class CudaFieldsTest {
    private static final PictureSize COMMON = new PictureSize(40, 24);
    private static final CudaOptions OPTIONS = new CudaOptions(new CudaBudget(1 << 24, 1 << 24), Arithmetic.FLOAT32, 1);

    @TempDir
    static Path folder;

    private static HostDriver driver;
    private static CudaDevice device;

    @BeforeAll
    static void build() throws Exception {
        driver = HostDriver.build(folder);
        device = driver.open();
    }

    @AfterAll
    static void close() {
        if (device != null) {
            device.close();
        }
    }

    static RecordSource source(List<byte[]> records) {
        return new RecordSource() {
            @Override
            public int size() {
                return records.size();
            }

            @Override
            public MemorySegment record(int index) {
                return MemorySegment.ofArray(records.get(index));
            }

            @Override
            public String name(int index) {
                return "picture " + index;
            }
        };
    }

    /// Whole, crops, sizes, flips, quarter turns and others, and what lies beside the picture.
    static List<Sampling> samplings(PictureSize size, int width, int height) {
        double w = size.width();
        double h = size.height();
        Sampling whole = Sampling.crop(new Box(0, 0, (float) w, (float) h), width, height);
        Sampling part =
                Sampling.crop(new Box((float) w / 3, (float) h / 5, (float) w / 2, (float) h / 3), width, height);
        return List.of(
                whole,
                whole.flippedHorizontally(),
                part,
                part.flippedHorizontally(),
                part.rotated(0.3),
                whole.rotated(-2),
                whole.rotated(Math.PI / 2),
                new Sampling(width, height, 1, 0, 2, 0, 1, 1),
                new Sampling(width, height, 2, 0, 0, 0, 2, 0),
                new Sampling(width, height, 3.3, 0, -w / 2, 0, -2.7, 1.4 * h),
                new Sampling(width, height, 9, 0, -3, 0, 40, -60));
    }

    static float[] pixels(CudaPictures pictures, int[] indices, List<Sampling> samplings, CudaDevice device)
            throws Exception {
        int width = samplings.getFirst().width();
        int height = samplings.getFirst().height();
        PixelFormat format = new PixelFormat(Layout.CHW, Type.FLOAT32);
        byte[] bytes = bytes(pictures, indices, samplings, format, null, device);
        float[] floats = new float[bytes.length / 4];
        MemorySegment.copy(MemorySegment.ofArray(bytes), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, floats, 0, floats.length);
        assertThat(floats).hasSize(indices.length * 3 * width * height);
        return floats;
    }

    static byte[] bytes(
            CudaPictures pictures,
            int[] indices,
            List<Sampling> samplings,
            PixelFormat format,
            @Nullable List<Float> border,
            CudaDevice device)
            throws Exception {
        int width = samplings.getFirst().width();
        int height = samplings.getFirst().height();
        long size = indices.length * format.bytes(width, height);
        try (DeviceMemory output = device.allocate(size);
                CudaStream stream = device.newStream();
                Arena arena = Arena.ofConfined()) {
            pictures.decode(
                    indices, samplings, new CudaTarget(output.address(), width, height, format, border), stream);
            pictures.check();
            MemorySegment copy = arena.allocate(size);
            output.get(0, copy, stream);
            stream.synchronise();
            return copy.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /// The largest difference to the reference over all samplings of all records.
    private static double difference(FieldBasis basis, List<byte[]> records, int width, int height) throws Exception {
        FieldShared shared = new FieldShared(basis, COMMON);
        FieldDecoder reference = new FieldDecoder(shared, FieldKernel.reference());
        double worst = 0;
        try (CudaPictures pictures = CudaPictures.open(device, "field", shared.toBytes(), source(records), OPTIONS)) {
            List<Sampling> samplings = new ArrayList<>();
            List<Integer> indices = new ArrayList<>();
            for (int i = 0; i < records.size(); i++) {
                List<Sampling> own = samplings(pictures.size(i), width, height);
                samplings.addAll(own);
                indices.addAll(Collections.nCopies(own.size(), i));
            }
            float[] actual = pixels(
                    pictures, indices.stream().mapToInt(Integer::intValue).toArray(), samplings, device);
            float[] expected = new float[3 * width * height];
            for (int i = 0; i < samplings.size(); i++) {
                reference.decode(MemorySegment.ofArray(records.get(indices.get(i))), samplings.get(i), expected, 0);
                for (int p = 0; p < expected.length; p++) {
                    double difference = Math.abs(expected[p] - actual[i * expected.length + p]);
                    worst = difference <= worst ? worst : difference;
                }
            }
        }
        return worst;
    }

    @ParameterizedTest
    @CsvSource({
        "photo, 86, 30, 26",
        "photo, 110, 3, 5",
        "small, 100, 17, 16",
        "lapped8, 90, 33, 20",
        "lapped16, 90, 12, 31",
        "lapped32, 80, 24, 24"
    })
    void picturesAgree(String name, int level, int width, int height) throws Exception {
        FieldBasis basis = basis(name);
        List<byte[]> records = List.of(
                FieldRecords.smooth(basis, COMMON, 40, 24, level),
                FieldRecords.smooth(basis, COMMON, 1, 1, level),
                FieldRecords.smooth(basis, COMMON, 3, 70, level),
                FieldRecords.smooth(basis, COMMON, 131, 150, level));
        assertThat(difference(basis, records, width, height)).isLessThan(1e-5);
        // Sums of numbers that are thousands of times as large as the colours that are left.
        List<byte[]> wild = List.of(FieldRecords.wild(basis, COMMON, new PictureSize(57, 90), level, 5));
        assertThat(difference(basis, wild, width, height)).isLessThan(1e-4);
    }

    private static FieldBasis basis(String name) {
        return name.startsWith("lapped")
                ? FieldRecords.lapped(Integer.parseInt(name.substring(6)), 60, 11)
                : FieldBases.named(name);
    }

    @Test
    void allTilesOfALargeOutputAgree() throws Exception {
        FieldBasis basis = basis("lapped8");
        List<byte[]> records = List.of(FieldRecords.smooth(basis, COMMON, 260, 220, 90));
        PictureSize size = new PictureSize(260, 220);
        FieldShared shared = new FieldShared(basis, COMMON);
        FieldDecoder reference = new FieldDecoder(shared, FieldKernel.reference());
        float[] expected = new float[3 * 200 * 180];
        try (CudaPictures pictures = CudaPictures.open(device, "field", shared.toBytes(), source(records), OPTIONS)) {
            for (int which : new int[] {0, 5}) {
                Sampling sampling = samplings(size, 200, 180).get(which);
                assertThat(FieldTiles.of(sampling, size, 0, 27_000).count()).isGreaterThan(1);
                float[] actual = pixels(pictures, new int[] {0}, List.of(sampling), device);
                reference.decode(MemorySegment.ofArray(records.getFirst()), sampling, expected, 0);
                for (int p = 0; p < expected.length; p++) {
                    assertThat(actual[p]).isCloseTo(expected[p], within(1e-5f));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CHW, FLOAT32, false, 2e-6", "HWC, FLOAT32, true, 2e-6", "CHW, BFLOAT16, true, 0.02",
                "HWC, BFLOAT16, false, 0.02",
        "CHW, FLOAT16, false, 3e-3", "HWC, FLOAT16, true, 3e-3", "HWC, UINT8, true, 1.01", "CHW, UINT8, false, 1.01"
    })
    void formatsAgree(Layout layout, Type type, boolean bordered, double most) throws Exception {
        FieldBasis basis = basis("small");
        FieldShared shared = new FieldShared(basis, COMMON);
        List<byte[]> records = List.of(FieldRecords.smooth(basis, COMMON, 40, 24, 90));
        PixelFormat format = type == Type.UINT8
                ? new PixelFormat(layout, type)
                : new PixelFormat(layout, type, List.of(0.5f, 0.4f, 0.3f), List.of(0.2f, 0.25f, 0.3f));
        List<Float> border = List.of(0.5f, 0.25f, 0.75f);
        Sampling sampling = new Sampling(31, 22, 1.5, 0.2, -5, -0.1, 1.3, 2);
        float[] rgb = new float[3 * 31 * 22];
        new FieldDecoder(shared, FieldKernel.reference())
                .decode(MemorySegment.ofArray(records.getFirst()), sampling, rgb, 0);
        for (int p = 0; bordered && p < 31 * 22; p++) {
            double x = sampling.sourceX(p % 31 + 0.5, p / 31 + 0.5);
            double y = sampling.sourceY(p % 31 + 0.5, p / 31 + 0.5);
            for (int colour = 0; colour < 3 && !(x >= 0 && x < 40 && y >= 0 && y < 24); colour++) {
                rgb[colour * 31 * 22 + p] = border.get(colour);
            }
        }
        MemorySegment expected = MemorySegment.ofArray(new byte[(int) format.bytes(31, 22)]);
        format.write(rgb, 31, 22, expected, 0);
        try (CudaPictures pictures = CudaPictures.open(device, "field", shared.toBytes(), source(records), OPTIONS)) {
            byte[] actual = bytes(pictures, new int[] {0}, List.of(sampling), format, bordered ? border : null, device);
            for (int i = 0; i < rgb.length; i++) {
                assertThat(number(MemorySegment.ofArray(actual), type, i))
                        .isCloseTo(number(expected, type, i), within(most));
            }
        }
    }

    /// Many batches are on their way at a time, each in its place of the ring.
    @ParameterizedTest
    @CsvSource({"16777216", "100"})
    void batchesOnTheirWayDoNotMeet(long resident) throws Exception {
        FieldBasis basis = basis("lapped8");
        byte[] shared = new FieldShared(basis, COMMON).toBytes();
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            records.add(FieldRecords.smooth(basis, COMMON, 20, 20, 80 + i));
        }
        PixelFormat format = new PixelFormat(Layout.CHW, Type.FLOAT32);
        CudaOptions options = new CudaOptions(new CudaBudget(resident, 1 << 24), Arithmetic.FLOAT32, 1);
        List<Sampling> sampling = List.of(Sampling.full(8, 8));
        int size = (int) format.bytes(8, 8);
        try (CudaPictures pictures = CudaPictures.open(device, "field", shared, source(records), options);
                DeviceMemory output = device.allocate((long) size * records.size());
                CudaStream stream = device.newStream();
                Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < records.size(); i++) {
                long address = output.address() + (long) i * size;
                pictures.decode(new int[] {i}, sampling, new CudaTarget(address, 8, 8, format, null), stream);
            }
            MemorySegment all = arena.allocate(output.bytes());
            output.get(0, all, stream);
            pictures.check();
            for (int i = 0; i < records.size(); i++) {
                assertThat(bytes(pictures, new int[] {i}, sampling, format, null, device))
                        .isEqualTo(all.asSlice((long) i * size, size).toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    /// Where a picture is made smaller, some weights are negative: colours overshoot.
    @Test
    void bytesDoNotOverflow() throws Exception {
        FieldBasis basis = basis("lapped8");
        FieldShared shared = new FieldShared(basis, COMMON);
        byte[] record = FieldRecords.wild(basis, COMMON, new PictureSize(120, 90), 90, 5);
        Sampling sampling = new Sampling(40, 30, 3, 0, 0, 0, 3, 0);
        float[] rgb = new float[3 * 40 * 30];
        new FieldDecoder(shared, FieldKernel.reference()).decode(MemorySegment.ofArray(record), sampling, rgb, 0);
        PixelFormat format = new PixelFormat(Layout.CHW, Type.UINT8);
        byte[] expected = new byte[rgb.length];
        format.write(rgb, 40, 30, MemorySegment.ofArray(expected), 0);
        int beyond = 0;
        try (CudaPictures pictures =
                CudaPictures.open(device, "field", shared.toBytes(), source(List.of(record)), OPTIONS)) {
            byte[] actual = bytes(pictures, new int[] {0}, List.of(sampling), format, null, device);
            for (int i = 0; i < rgb.length; i++) {
                beyond += rgb[i] < -0.01 || rgb[i] > 1.01 ? 1 : 0;
                assertThat((float) (expected[i] & 0xFF)).isCloseTo(Math.clamp(255 * rgb[i], 0f, 255f), within(0.51f));
                assertThat(actual[i] & 0xFF).isCloseTo(expected[i] & 0xFF, within(1));
            }
        }
        assertThat(beyond).isPositive();
    }

    private static double number(MemorySegment bytes, Type type, int index) {
        return switch (type) {
            case FLOAT32 -> bytes.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * index);
            case BFLOAT16 -> Float.intBitsToFloat(bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * index) << 16);
            case FLOAT16 -> Float.float16ToFloat(bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * index));
            case UINT8 -> bytes.get(ValueLayout.JAVA_BYTE, index) & 0xFF;
        };
    }

    @Test
    void recordsThatStayOnTheMachineGiveTheSameBits() throws Exception {
        FieldBasis basis = basis("small");
        byte[] shared = new FieldShared(basis, COMMON).toBytes();
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            records.add(FieldRecords.smooth(basis, COMMON, 30 + i, 40 - i, 90));
        }
        List<float[]> all = new ArrayList<>();
        for (CudaBudget budget : List.of(new CudaBudget(1 << 20, 1 << 24), new CudaBudget(100, 20_000))) {
            try (CudaPictures pictures = CudaPictures.open(
                    device, "field", shared, source(records), new CudaOptions(budget, Arithmetic.FLOAT32, 1))) {
                assertThat(pictures.resident()).isEqualTo(budget.resident() > 100);
                int[] indices = {8, 0, 3, 3, 5, 1};
                List<Sampling> samplings = new ArrayList<>();
                for (int index : indices) {
                    samplings.add(Sampling.crop(new Box(0, 0, 30 + index, 40 - index), 16, 16));
                }
                all.add(pixels(pictures, indices, samplings, device));
            }
        }
        assertThat(all.get(0)).isEqualTo(all.get(1));
    }

    @Test
    void damagedRecordsAreNamed() throws Exception {
        FieldBasis basis = basis("lapped8");
        byte[] shared = new FieldShared(basis, COMMON).toBytes();
        byte[] good = FieldRecords.smooth(basis, COMMON, 40, 24, 90);
        int found = 0;
        SplittableRandom random = new SplittableRandom(8);
        for (int trial = 0; trial < 12; trial++) {
            byte[] damaged = Arrays.copyOf(good, good.length - 2 * random.nextInt(3));
            damaged[1 + random.nextInt(damaged.length - 1)] ^= (byte) (1 + random.nextInt(255));
            boolean refused = refused(basis, damaged);
            try (CudaPictures pictures =
                    CudaPictures.open(device, "field", shared, source(List.of(good, damaged)), OPTIONS)) {
                int[] both = {0, 1};
                List<Sampling> samplings = List.of(Sampling.full(40, 24), Sampling.full(40, 24));
                if (refused) {
                    found++;
                    assertThatThrownBy(() -> pixels(pictures, both, samplings, device))
                            .isInstanceOf(CorruptDataException.class)
                            .hasMessageContaining("picture 1");
                } else {
                    pixels(pictures, both, samplings, device);
                }
            }
        }
        assertThat(found).isGreaterThan(7);
    }

    private static boolean refused(FieldBasis basis, byte[] record) {
        try {
            new FieldDecoder(new FieldShared(basis, COMMON), FieldKernel.reference())
                    .expand(MemorySegment.ofArray(record));
            return false;
        } catch (CorruptDataException damage) {
            return true;
        }
    }

    @Test
    void anOutputThatTakesTooMuchOfAPictureIsRefused() throws Exception {
        FieldBasis basis = basis("lapped8");
        byte[] shared = new FieldShared(basis, COMMON).toBytes();
        List<byte[]> records = List.of(FieldRecords.empty(basis, COMMON, new PictureSize(1100, 1100)));
        try (CudaPictures pictures = CudaPictures.open(device, "field", shared, source(records), OPTIONS)) {
            Sampling sampling = Sampling.crop(new Box(0, 0, 1100, 1100), 1, 1);
            assertThatThrownBy(() -> pixels(pictures, new int[] {0}, List.of(sampling), device))
                    .isInstanceOf(CudaException.class)
                    .hasMessageContaining("decode it larger, or on the processor");
        }
    }
}
