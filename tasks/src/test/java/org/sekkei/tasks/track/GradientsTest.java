package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GradientsTest {
    private static final int PIXELS = 32;
    private static final int SIDE = 4;
    private static final int DIRECTIONS = 9;

    /// Dark to the left of `column` and bright from there on, or above and below it.
    private static float[] edge(int column, boolean across, double bright) {
        var values = new float[3 * PIXELS * PIXELS];
        for (int i = 0; i < values.length; i++) {
            int x = i % PIXELS;
            int y = i / PIXELS % PIXELS;
            values[i] = (across ? x : y) < column ? 0 : (float) bright;
        }
        return values;
    }

    /// Of the upper left cell of the second position.
    private static float[] directions(float[] values) {
        float[] all = Gradients.of(values, PIXELS);
        assertThat(all).hasSize(Gradients.CHANNELS * SIDE * SIDE);
        var directions = new float[DIRECTIONS];
        for (int i = 0; i < DIRECTIONS; i++) {
            directions[i] = all[i * SIDE * SIDE + SIDE + 1];
        }
        return directions;
    }

    @Test
    void anEdgeIsInTheHistogramOfItsDirection() {
        float[] upright = directions(edge(10, true, 1));
        float[] level = directions(edge(10, false, 1));
        assertThat(upright[0]).isGreaterThan(0.3f);
        assertThat(level[0]).isZero();
        assertThat(level[4] + level[5]).isGreaterThan(0.3f);
        assertThat(upright[4]).isZero();
    }

    @Test
    void aTenthOfTheContrastIsNearlyTheSameEdge() {
        float[] bright = directions(edge(10, true, 1));
        float[] dark = directions(edge(10, true, 0.1));
        assertThat(dark[0]).isCloseTo(bright[0], within(0.15f));
    }

    @Test
    void nothingIsNothing() {
        assertThat(Gradients.of(new float[3 * PIXELS * PIXELS], PIXELS)).containsOnly(0);
    }
}
