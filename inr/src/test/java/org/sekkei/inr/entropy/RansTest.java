package org.sekkei.inr.entropy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.inr.CorruptDataException;

class RansTest {
    private static int draw(SplittableRandom random, double mean) {
        double magnitude = -mean * Math.log(1 - random.nextDouble());
        return (int) Math.round(random.nextBoolean() ? magnitude : -magnitude);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 100, 5000})
    void numbersComeBackInOrder(int count) throws Exception {
        SplittableRandom random = new SplittableRandom(count);
        LaplaceTables tables = new LaplaceTables();
        RansEncoder encoder = new RansEncoder();
        int[] values = new int[count];
        int[] scales = new int[count];
        int[] zeros = new int[count];
        for (int i = 0; i < count; i++) {
            scales[i] = random.nextInt(LaplaceTables.SCALES);
            zeros[i] = random.nextInt(LaplaceTables.ZEROS);
            values[i] = i % 50 == 0
                    ? random.nextInt(-LaplaceTables.MAX_MAGNITUDE, LaplaceTables.MAX_MAGNITUDE + 1)
                    : draw(random, LaplaceTables.meanMagnitude(random.nextInt(40)));
            tables.put(encoder, scales[i], zeros[i], values[i]);
        }
        byte[] bytes = encoder.finish();
        RansDecoder decoder = new RansDecoder(MemorySegment.ofArray(bytes), 0);
        LaplaceTables other = new LaplaceTables();
        for (int i = 0; i < count; i++) {
            assertThat(other.get(decoder, scales[i], zeros[i])).isEqualTo(values[i]);
        }
        decoder.finish();
    }

    @Test
    void sizeIsTheSumOfTheCosts() throws Exception {
        SplittableRandom random = new SplittableRandom(5);
        LaplaceTables tables = new LaplaceTables();
        RansEncoder encoder = new RansEncoder();
        int scale = LaplaceTables.scaleFor(6);
        double bits = 0;
        for (int i = 0; i < 20_000; i++) {
            int value = draw(random, 6);
            tables.put(encoder, scale, 0, value);
            bits += tables.cost(scale, 0, value);
        }
        int length = encoder.finish().length;
        assertThat(length * 8.0).isBetween(bits, bits * 1.002 + 40);
        // The entropy of a Laplace distribution of mean magnitude 6 is log2(2 e 6) = 5.03 bits.
        assertThat(bits / 20_000).isBetween(4.9, 5.15);
    }

    @Test
    void aShortOrLongStreamIsAnError() throws Exception {
        LaplaceTables tables = new LaplaceTables();
        RansEncoder encoder = new RansEncoder();
        for (int i = 0; i < 100; i++) {
            tables.put(encoder, 16, 0, i - 50);
        }
        byte[] bytes = encoder.finish();
        for (int length = 0; length < bytes.length; length++) {
            byte[] part = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> readAll(part)).isInstanceOf(CorruptDataException.class);
        }
        assertThatThrownBy(() -> readAll(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(CorruptDataException.class);
    }

    private static void readAll(byte[] bytes) throws CorruptDataException {
        LaplaceTables tables = new LaplaceTables();
        RansDecoder decoder = new RansDecoder(MemorySegment.ofArray(bytes), 0);
        for (int i = 0; i < 100; i++) {
            tables.get(decoder, 16, 0);
        }
        decoder.finish();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 255, 4000})
    void everySlotHasItsSymbol(int size) {
        SplittableRandom random = new SplittableRandom(size);
        double[] weights = random.doubles(size).map(x -> x * x * x).toArray();
        SymbolTable table = SymbolTable.of(weights);
        int symbol = 0;
        for (int slot = 0; slot < SymbolTable.TOTAL; slot++) {
            while (slot >= table.start(symbol) + table.frequency(symbol)) {
                symbol++;
            }
            assertThat(table.symbolAt(slot)).isEqualTo(symbol);
        }
        assertThat(symbol).isEqualTo(size - 1);
    }
}
