package org.sekkei.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitsTest {
    /// A source of nothing but entries.
    private record Entries(List<SourceEntry> entries) implements PictureSource {
        /// @param classSizes how many entries each class has; the first class has no label
        static Entries of(int... classSizes) {
            List<SourceEntry> entries = new ArrayList<>();
            for (int label = -1; label < classSizes.length - 1; label++) {
                for (int index = 0; index < classSizes[label + 1]; index++) {
                    entries.add(entry(label + "/" + index, label, null));
                }
            }
            return new Entries(entries);
        }

        static SourceEntry entry(String name, int label, @Nullable SourceSplit split) {
            return new SourceEntry(name, label, split, List.of(), 1);
        }

        @Override
        public String description() {
            return "entries";
        }

        @Override
        public Path path() {
            return Path.of("entries");
        }

        @Override
        public List<String> classNames() {
            return List.of();
        }

        @Override
        public int size() {
            return entries.size();
        }

        @Override
        public SourceEntry entry(int index) {
            return entries.get(index);
        }

        @Override
        public Picture picture(int index) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] encoded(int index) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    private static long validation(SourceSplit[] splits, PictureSource source, int label) {
        long count = 0;
        for (int index = 0; index < splits.length; index++) {
            if (source.entry(index).label() == label && splits[index] == SourceSplit.VALIDATION) {
                count++;
            }
        }
        return count;
    }

    @ParameterizedTest
    @CsvSource({"0,0,0,0,0", "0.001,0,1,1,1", "0.1,0,1,1,10", "0.25,0,1,3,25", "0.5,1,1,5,50", "1,1,1,9,99"})
    void everyClassGivesItsShare(double fraction, int ofOne, int ofTwo, int ofTen, int ofHundred) {
        Entries source = Entries.of(100, 1, 2, 10);
        SourceSplit[] splits = Splits.stratified(source, fraction, 7);
        assertThat(splits).doesNotContain(SourceSplit.TEST).hasSize(113);
        assertThat(validation(splits, source, -1)).isEqualTo(ofHundred);
        assertThat(validation(splits, source, 0)).isEqualTo(ofOne);
        assertThat(validation(splits, source, 1)).isEqualTo(ofTwo);
        assertThat(validation(splits, source, 2)).isEqualTo(ofTen);
    }

    @Test
    void theSeedDecidesWhich() {
        Entries source = Entries.of(0, 50, 50);
        SourceSplit[] splits = Splits.stratified(source, 0.2, 1);
        assertThat(Splits.stratified(source, 0.2, 1)).isEqualTo(splits);
        assertThat(Splits.stratified(source, 0.2, 2)).isNotEqualTo(splits);
        // The classes must not have the same places set aside.
        assertThat(Arrays.copyOfRange(splits, 0, 50)).isNotEqualTo(Arrays.copyOfRange(splits, 50, 100));
    }

    /// Data sets were packed with these splits: a change would mix training and validation pictures up.
    @Test
    void theSplitsNeverChange() {
        SourceSplit[] splits = Splits.stratified(Entries.of(0, 12), 0.25, 42);
        List<Integer> setAside = Stream.iterate(0, index -> index < 12, index -> index + 1)
                .filter(index -> splits[index] == SourceSplit.VALIDATION)
                .toList();
        assertThat(setAside).containsExactly(5, 10, 11);
    }

    @Test
    void theOrderOfEntriesDoesNotMatter() {
        Entries source = Entries.of(5, 30, 30);
        Entries reversed = new Entries(source.entries().reversed());
        assertThat(Splits.stratified(reversed, 0.3, 3))
                .containsExactly(Arrays.asList(Splits.stratified(source, 0.3, 3))
                        .reversed()
                        .toArray(SourceSplit[]::new));
    }

    @Test
    void aSourceWithSplitsKeepsThem() {
        Entries source = new Entries(List.of(
                Entries.entry("a", 0, SourceSplit.TEST),
                Entries.entry("b", 0, SourceSplit.TRAIN),
                Entries.entry("c", 0, null),
                Entries.entry("d", 0, null)));
        assertThat(Splits.stratified(source, 0.5, 1))
                .containsExactly(SourceSplit.TEST, SourceSplit.TRAIN, SourceSplit.TRAIN, SourceSplit.TRAIN);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void aFractionIsAFraction(double fraction) {
        assertThatThrownBy(() -> Splits.stratified(Entries.of(3), fraction, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
