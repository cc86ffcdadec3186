package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpochOrderTest {
    @ParameterizedTest
    @CsvSource({"1,1", "2,5", "10,3", "600,128", "50000,128", "7,7", "8,7"})
    void batchesAreEvenAndTakeAllIn(int pictures, int batchSize) {
        int batches = EpochOrder.batches(pictures, batchSize);
        int smallest = Integer.MAX_VALUE;
        int largest = 0;
        for (int batch = 0; batch < batches; batch++) {
            int size = EpochOrder.start(batch + 1, batches, pictures) - EpochOrder.start(batch, batches, pictures);
            smallest = Math.min(smallest, size);
            largest = Math.max(largest, size);
        }
        assertThat(EpochOrder.start(0, batches, pictures)).isZero();
        assertThat(EpochOrder.start(batches, batches, pictures)).isEqualTo(pictures);
        assertThat(largest).isLessThanOrEqualTo(batchSize);
        assertThat(largest - smallest).isLessThanOrEqualTo(1);
    }

    @Test
    void everyPlaceIsAsLikelyForEveryPicture() {
        int[][] counts = new int[5][5];
        for (int epoch = 0; epoch < 5000; epoch++) {
            int[] order = EpochOrder.shuffled(IntStream.range(0, 5).toArray(), 42, epoch);
            for (int place = 0; place < 5; place++) {
                counts[place][order[place]]++;
            }
        }
        // 1,000 expected, with a deviation of 28.
        assertThat(Arrays.stream(counts).flatMapToInt(Arrays::stream)).allMatch(count -> count > 860 && count < 1140);
    }

    @Test
    void anOrderIsTheSameInAllVersions() {
        // A checkpoint of an earlier version must go on with the samples that it began with. The numbers were
        // computed apart from this code.
        assertThat(EpochOrder.shuffled(IntStream.range(0, 8).toArray(), 1, 0)).containsExactly(0, 7, 3, 4, 2, 6, 1, 5);
        assertThat(new SampleRandom(1, 2, 3).nextLong()).isEqualTo(0x5CE8BD6EDA014EEEL);
    }
}
