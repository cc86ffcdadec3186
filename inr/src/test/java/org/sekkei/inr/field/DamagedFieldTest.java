package org.sekkei.inr.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;

/// Whatever the bytes are, they are a picture or a [CorruptDataException].
class DamagedFieldTest {
    private static final FieldBasis BASIS = FieldKernelTest.lapped(8, 40, 21);

    private final FieldShared shared = new FieldShared(BASIS, new PictureSize(24, 16));
    private final FieldDecoder decoder = new FieldDecoder(shared, FieldKernel.best());
    private final FieldFormat format = new FieldFormat(BASIS, shared.commonSize(), FieldKernel.best());

    private boolean decodes(byte[] record) {
        float[] rgb = new float[3 * 24 * 16];
        try {
            decoder.decode(MemorySegment.ofArray(record), Sampling.full(24, 16), rgb, 0);
            for (float value : rgb) {
                assertThat(value).isBetween(0f, 1f);
            }
            return true;
        } catch (CorruptDataException e) {
            assertThat(e.getMessage()).isNotBlank();
            return false;
        }
    }

    /// One lane and many, with and without a size.
    private List<byte[]> records() {
        return List.of(
                format.write(FieldSamples.coefficients(BASIS, new PictureSize(24, 16), 80, 1)),
                format.write(FieldSamples.coefficients(BASIS, new PictureSize(31, 200), 90, 2)),
                format.write(FieldSamples.coefficients(BASIS, new PictureSize(170, 180), 100, 3)));
    }

    @Test
    void aRecordCutAnywhereIsRefused() {
        for (byte[] record : records()) {
            assertThat(decodes(record)).isTrue();
            for (int length = 0; length < record.length; length++) {
                assertThat(decodes(Arrays.copyOf(record, length))).isFalse();
            }
            assertThat(decodes(Arrays.copyOf(record, record.length + 2))).isFalse();
        }
    }

    @Test
    void flippedBitsAreHarmless() {
        for (byte[] record : records()) {
            for (int i = 0; i < record.length; i++) {
                byte[] damaged = record.clone();
                for (int mask : new int[] {1, 0x80, 0xFF}) {
                    damaged[i] = (byte) (record[i] ^ mask);
                    decodes(damaged);
                }
            }
        }
    }

    @Test
    void randomBytesAreHarmless() {
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 3000; i++) {
            byte[] record = new byte[random.nextInt(200)];
            random.nextBytes(record);
            decodes(record);
        }
    }

    @Test
    void aSizeThatTheBytesCannotHoldIsRefused() {
        // 2^20 x 2^20, 2^20 x 1,000, and beyond the largest side.
        for (int[] size : new int[][] {
            {0x80, 0x80, 0x40, 0x80, 0x80, 0x40}, {0x80, 0x80, 0x40, 0xE8, 0x07, 0}, {0xFF, 0xFF, 0x7F, 1, 0, 0}
        }) {
            byte[] record = new byte[101];
            record[0] = (byte) 0x90;
            for (int i = 0; i < size.length; i++) {
                record[1 + i] = (byte) size[i];
            }
            Arrays.fill(record, 7, 101, (byte) 0x55);
            assertThatThrownBy(() -> format.read(MemorySegment.ofArray(record)))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("claims");
        }
    }

    @Test
    void aRecordWithoutSizeNeedsACommonOne() {
        byte[] record = records().getFirst();
        FieldFormat alone = new FieldFormat(BASIS, null, FieldKernel.best());
        assertThatThrownBy(() -> alone.read(MemorySegment.ofArray(record)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("no common one");
    }

    @Test
    void sharedBytesComeBack() throws Exception {
        FieldShared read = FieldShared.parse(shared.toBytes());
        assertThat(read.basis().sha256()).isEqualTo(BASIS.sha256());
        assertThat(read.commonSize()).isEqualTo(shared.commonSize());
        for (FieldBasis shipped : FieldBases.all()) {
            byte[] bytes = new FieldShared(shipped, null).toBytes();
            assertThat(bytes).hasSizeLessThan(300);
            assertThat(FieldShared.parse(bytes).basis()).isSameAs(shipped);
        }
    }

    @Test
    void aBasisThatIsMissingOrAnotherOneIsNamed() {
        byte[] bytes = shared.toBytes();
        int head = 42 + "lapped".length();
        assertThatThrownBy(() -> FieldShared.parse(Arrays.copyOf(bytes, head)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("lapped")
                .hasMessageContaining(BASIS.sha256());
        byte[] other = FieldBasis.dct(8, 40).toBytes();
        byte[] swapped = Arrays.copyOf(bytes, head + other.length);
        System.arraycopy(other, 0, swapped, head, other.length);
        assertThatThrownBy(() -> FieldShared.parse(swapped))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("instead of " + BASIS.sha256());
    }

    @Test
    void damagedSharedBytesAreRefused() {
        byte[] bytes = shared.toBytes();
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < 300; i++) {
            int length = i < 100 ? i : random.nextInt(bytes.length);
            assertThatThrownBy(() -> FieldShared.parse(Arrays.copyOf(bytes, length)))
                    .isInstanceOf(CorruptDataException.class);
            byte[] damaged = bytes.clone();
            int at = 48 + random.nextInt(bytes.length - 48);
            damaged[at] ^= (byte) (1 + random.nextInt(255));
            assertThatThrownBy(() -> FieldShared.parse(damaged)).isInstanceOf(CorruptDataException.class);
        }
    }

    /// Every byte of the header, and some of the tensors, without a hash that would tell.
    @Test
    void damagedBasesAreRefusedOrRead() {
        byte[] file = BASIS.toBytes();
        int header =
                8 + (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < header + 2000; i++) {
            byte[] damaged = file.clone();
            damaged[i < header ? i : random.nextInt(header, file.length)] ^= (byte) (1 + random.nextInt(255));
            try {
                FieldBasis.parse(damaged);
            } catch (CorruptDataException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{",
                "[1]",
                "{\"a\":{\"dtype\":\"F16\",\"shape\":[2147483647,2147483647],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[4,4]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,4]}}",
                "{\"__metadata__\":{\"format\":\"sekkei.field\",\"version\":\"1\",\"stride\":\"9\"},\"a\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[0,4]}}"
            })
    void hostileHeadersAreRefused(String header) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text);
        assertThatThrownBy(() -> FieldBasis.parse(file.array())).isInstanceOf(CorruptDataException.class);
    }

    @Test
    void aHeaderLongerThanTheFileIsRefused() {
        for (long length : new long[] {-1, 1, 1000, Long.MAX_VALUE, Long.MIN_VALUE}) {
            ByteBuffer file = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
            file.putLong(length);
            assertThatThrownBy(() -> FieldBasis.parse(file.array())).isInstanceOf(CorruptDataException.class);
        }
        assertThatThrownBy(() -> FieldBasis.parse(new byte[3])).isInstanceOf(CorruptDataException.class);
    }

    @Test
    void aCoefficientThatItsContextRulesOutIsNotWritten() {
        FieldCoefficients coefficients = FieldCoefficients.zeros(FieldBasis.dct(8, 96), new PictureSize(8, 8), 127);
        coefficients.values()[95] = 1;
        assertThatThrownBy(() -> new FieldFormat(FieldBasis.dct(8, 96), null, FieldKernel.best()).write(coefficients))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("channel 95");
    }
}
