package org.sekkei.inr.siren;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

class SirenFormatTest {
    private static final PictureSize COMMON = new PictureSize(32, 24);

    private static SirenStart start(SirenShape shape, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] parameters = new float[shape.parameterCount()];
        byte[] steps = new byte[shape.rows()];
        byte[] scales = new byte[shape.rows()];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (float) (0.1 * (2 * random.nextDouble() - 1));
        }
        for (int i = 0; i < steps.length; i++) {
            steps[i] = (byte) random.nextInt(-12, 13);
            scales[i] = (byte) random.nextInt(-6, 7);
        }
        return new SirenStart(shape, parameters, steps, scales);
    }

    private static SirenShared shared(SirenShape... shapes) {
        return new SirenShared(
                Arrays.stream(shapes).map(shape -> start(shape, shape.width())).toList(), COMMON);
    }

    private static int[] values(SirenShape shape, SplittableRandom random, double zeros) {
        int[] values = new int[shape.parameterCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble() < zeros ? 0 : (int) Math.round(random.nextGaussian() * 20);
        }
        values[0] = 12345;
        return values;
    }

    @ParameterizedTest
    @CsvSource({"1x1, 0", "5x13, 0", "5x13, 0.8", "10x28, 0.1", "3x7, 1"})
    void quantisedParametersComeBack(String text, double zeros) throws Exception {
        SirenShape shape = SirenShape.parse(text);
        SirenShared shared = shared(new SirenShape(2, 3), shape);
        SirenStart start = shared.starts().get(1);
        int[] values = values(shape, new SplittableRandom(3), zeros);
        float[] steps = start.steps(40);
        for (SirenPacking packing : SirenPacking.values()) {
            for (PictureSize size : List.of(COMMON, new PictureSize(1, 300_000))) {
                byte[] record = new SirenFormat(shared).writeQuantised(1, size, 40, values, packing);
                SirenFormat reader = new SirenFormat(SirenShared.parse(shared.toBytes()));
                SirenNetwork network = reader.read(MemorySegment.ofArray(record));
                assertThat(network.size()).isEqualTo(size);
                assertThat(reader.size(MemorySegment.ofArray(record))).isEqualTo(size);
                assertThat(network.shape()).isEqualTo(shape);
                for (int i = 0; i < values.length; i++) {
                    assertThat(network.parameters()[i]).isEqualTo(start.parameters()[i] + values[i] * steps[i]);
                }
            }
        }
    }

    @Test
    void halfPrecisionIsWithinItsRounding() throws Exception {
        SirenShape shape = new SirenShape(5, 13);
        SirenShared shared = shared(shape);
        float[] parameters = start(shape, 99).parameters();
        byte[] record = new SirenFormat(shared).writeHalf(0, COMMON, parameters);
        assertThat(record).hasSize(1 + 2 * 809);
        float[] read =
                new SirenFormat(shared).read(MemorySegment.ofArray(record)).parameters();
        for (int i = 0; i < read.length; i++) {
            assertThat(read[i]).isCloseTo(parameters[i], org.assertj.core.data.Offset.offset(1e-4f));
        }
    }

    @Test
    void entropyCodingIsShorterThanFixedWidth() {
        SirenShape shape = new SirenShape(10, 28);
        SirenShared shared = new SirenShared(List.of(SirenStart.zero(shape)), COMMON);
        int[] values = values(shape, new SplittableRandom(8), 0.2);
        SirenFormat format = new SirenFormat(shared);
        int rans = format.writeQuantised(0, COMMON, 40, values, SirenPacking.RANS).length;
        int fixed = format.writeQuantised(0, COMMON, 40, values, SirenPacking.FIXED).length;
        assertThat(rans).isLessThan((int) (0.9 * fixed));
    }

    @Test
    void everyCutAndEveryFlippedByteIsAnErrorOrANetwork() {
        SirenShape shape = new SirenShape(3, 6);
        SirenShared shared = shared(shape);
        for (SirenPacking packing : SirenPacking.values()) {
            byte[] record = new SirenFormat(shared)
                    .writeQuantised(
                            0, new PictureSize(40, 30), 40, values(shape, new SplittableRandom(1), 0.3), packing);
            for (int length = 0; length < record.length; length++) {
                byte[] cut = Arrays.copyOf(record, length);
                assertThatThrownBy(() -> new SirenFormat(shared).read(MemorySegment.ofArray(cut)))
                        .isInstanceOf(CorruptDataException.class);
            }
            for (int i = 0; i < record.length; i++) {
                byte[] flipped = record.clone();
                flipped[i] ^= (byte) 0xFF;
                try {
                    SirenNetwork network = new SirenFormat(shared).read(MemorySegment.ofArray(flipped));
                    assertThat(network.parameters()).hasSize(shape.parameterCount());
                } catch (CorruptDataException e) {
                    assertThat(e).hasMessageNotContaining("\n");
                }
            }
        }
    }

    @Test
    void sharedBytesAreCheckedBeforeTheyAreBelieved() {
        byte[] bytes = shared(new SirenShape(5, 13)).toBytes();
        for (int length = 0; length < bytes.length; length += 7) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> SirenShared.parse(cut)).isInstanceOf(CorruptDataException.class);
        }
        for (int i : new int[] {0, 1, 5, 9, 10, 12}) {
            byte[] flipped = bytes.clone();
            flipped[i] ^= (byte) 0x80;
            assertThatThrownBy(() -> SirenShared.parse(flipped))
                    .as("byte %d", i)
                    .isInstanceOf(CorruptDataException.class);
        }
    }

    @Test
    void aRecordOfAnUnknownStartIsRefused() {
        SirenShared two = shared(new SirenShape(1, 1), new SirenShape(2, 2));
        byte[] record = new SirenFormat(two)
                .writeQuantised(1, COMMON, 40, new int[new SirenShape(2, 2).parameterCount()], SirenPacking.RANS);
        SirenShared one = shared(new SirenShape(1, 1));
        assertThatThrownBy(() -> new SirenFormat(one).read(MemorySegment.ofArray(record)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("not one of the siren codec");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 300", "17, 16", "33, 31"})
    void coordinatesSpanTheLongerSideFromEdgeToEdge(int width, int height) {
        float[] coordinates = new float[2 * SirenTile.PIXELS];
        PictureSize size = new PictureSize(width, height);
        int last = width * height - 1;
        SirenEvaluator.coordinates(size, Sampling.full(width, height), 0, 1, coordinates);
        float firstRow = coordinates[0];
        float firstColumn = coordinates[SirenTile.PIXELS];
        SirenEvaluator.coordinates(size, Sampling.full(width, height), last, 1, coordinates);
        int longer = Math.max(width, height);
        assertThat(firstRow).isEqualTo((1f - height) / longer);
        assertThat(firstColumn).isEqualTo((1f - width) / longer);
        assertThat(coordinates[0]).isEqualTo(-firstRow);
        assertThat(coordinates[SirenTile.PIXELS]).isEqualTo(-firstColumn);
    }
}
