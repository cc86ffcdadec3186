package org.sekkei.tasks.deblur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class PicturePoolTest {
    private static double shown(PicturePool pool, double value, long seed) {
        try (var _ = Scope.open()) {
            Tensor newest = Tensor.zeros(1, 3, 2, 2).add(value);
            return pool.exchanged(newest, new SplittableRandom(seed)).mean().item();
        }
    }

    @Test
    void showsOlderPicturesOnceItIsFull() {
        var pool = new PicturePool(4);
        for (int i = 0; i < 4; i++) {
            assertThat(shown(pool, i, i)).isEqualTo(i);
        }
        int older = 0;
        Set<Double> seen = new HashSet<>();
        for (int i = 4; i < 104; i++) {
            double shown = shown(pool, i, i);
            older += shown < i ? 1 : 0;
            if (shown < i) {
                assertThat(seen.add(shown))
                        .as("a picture leaves the pool when it is shown")
                        .isTrue();
            }
        }
        assertThat(older).isBetween(30, 70);
    }

    @Test
    void goesOnFromItsState() {
        var pool = new PicturePool(3);
        var copy = new PicturePool(3);
        for (int i = 0; i < 6; i++) {
            shown(pool, i, i);
        }
        try (var _ = Scope.open()) {
            copy.restore(pool.state());
            assertThatThrownBy(() -> copy.restore(Map.of("7", Tensor.zeros(1))))
                    .isInstanceOf(IllegalArgumentException.class);
            copy.restore(pool.state());
        }
        for (int i = 6; i < 20; i++) {
            assertThat(shown(copy, i, i)).isEqualTo(shown(pool, i, i));
        }
    }
}
