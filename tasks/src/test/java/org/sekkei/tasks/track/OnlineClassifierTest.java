package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class OnlineClassifierTest {
    private static final int SIDE = 16;
    private static final int CHANNELS = 8;

    /// Noise with the object, two positions by two of one kind, and another thing of another kind.
    private static Tensor map(int column, int row, int otherColumn, int otherRow, long seed) {
        var random = new SplittableRandom(seed);
        var values = new float[CHANNELS * SIDE * SIDE];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-0.3, 0.3);
        }
        for (int y = 0; y < 2; y++) {
            for (int x = 0; x < 2; x++) {
                for (int channel = 0; channel < CHANNELS; channel++) {
                    int plane = channel * SIDE * SIDE;
                    values[plane + (row + y) * SIDE + column + x] += channel % 2 == 0 ? 2 : 0;
                    values[plane + (otherRow + y) * SIDE + otherColumn + x] += channel % 3 == 0 ? 2 : 0;
                }
            }
        }
        return Tensor.of(values, 1, CHANNELS, SIDE, SIDE);
    }

    private static TargetBox box(int column, int row) {
        return new TargetBox(8 * column, 8 * row, 16, 16);
    }

    private static OnlineClassifier learnt() {
        List<Tensor> maps = new ArrayList<>();
        List<TargetBox> targets = new ArrayList<>();
        int[][] places = {{7, 7}, {4, 7}, {10, 7}, {7, 4}, {7, 10}};
        for (int[] place : places) {
            maps.add(map(place[0], place[1], 2, 12, maps.size()));
            targets.add(box(place[0], place[1]));
        }
        return new OnlineClassifier(Tensor.cat(maps, 0), targets);
    }

    private static int warmest(float[] heat) {
        int warmest = 0;
        for (int i = 0; i < heat.length; i++) {
            warmest = heat[i] > heat[warmest] ? i : warmest;
        }
        return warmest;
    }

    @Test
    void isWarmAtTheObjectAndNotAtAnother() {
        try (var _ = Scope.open();
                OnlineClassifier classifier = learnt()) {
            float[] heat = classifier.heat(map(11, 5, 3, 4, 77));

            assertThat(heat).hasSize(SIDE * SIDE);
            int at = warmest(heat);
            assertThat(at % SIDE).isBetween(11, 12);
            assertThat(at / SIDE).isBetween(5, 6);
            // Of the label of so small an object, a third is left between corners.
            assertThat(heat[at]).isGreaterThan(0.2f);
            assertThat(heat[4 * SIDE + 3]).isLessThan(heat[at] / 2);
        }
    }

    @Test
    void isColdWhereTheObjectIsNot() {
        try (var _ = Scope.open();
                OnlineClassifier classifier = learnt()) {
            float[] heat = classifier.heat(map(3, 4, 3, 4, 78).mul(0.05));

            assertThat(heat[warmest(heat)]).isLessThan(0.1f);
        }
    }

    @Test
    void learnsWhatItRemembers() {
        try (var _ = Scope.open();
                OnlineClassifier classifier = learnt()) {
            Tensor paler = map(11, 5, 3, 4, 79).mul(0.5);
            float before = classifier.heat(paler)[5 * SIDE + 11];

            for (int i = 0; i < 30; i++) {
                classifier.remember(map(11, 5, 3, 4, 100 + i).mul(0.5), box(11, 5));
                classifier.learn();
            }

            assertThat(classifier.heat(paler)[5 * SIDE + 11]).isGreaterThan(before);
        }
    }

    @Test
    void learnsTheSameEachTime() {
        try (var _ = Scope.open();
                OnlineClassifier one = learnt();
                OnlineClassifier other = learnt()) {
            assertThat(other.heat(map(5, 5, 1, 1, 3))).isEqualTo(one.heat(map(5, 5, 1, 1, 3)));
        }
    }
}
