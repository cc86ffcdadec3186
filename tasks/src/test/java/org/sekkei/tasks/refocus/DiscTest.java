package org.sekkei.tasks.refocus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiscTest {
    private static final int SIDE = 41;
    private static final int CENTRE = SIDE / 2;

    private static float[] blurredPoint(double radius) {
        var point = new float[SIDE * SIDE];
        point[CENTRE * SIDE + CENTRE] = 1;
        return new Disc(radius).blur(point, SIDE, SIDE);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1.3, 2, 3.7, 5.5, 8, 12.25})
    void aPointBecomesADiscOfThatRadius(double radius) {
        float[] blurred = blurredPoint(radius);
        double full = 1 / (Math.PI * radius * radius);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double away = Math.hypot(x - CENTRE, y - CENTRE);
                float light = blurred[y * SIDE + x];
                if (away < radius - 1) {
                    assertThat((double) light).as("inside, %d %d", x, y).isEqualTo(full, within(full * 1e-4));
                } else if (away > radius + 1) {
                    assertThat(light).as("outside, %d %d", x, y).isZero();
                } else {
                    assertThat((double) light).as("edge, %d %d", x, y).isBetween(0.0, full * 1.0001);
                }
            }
        }
    }

    /// A uniform disc's mean square distance from its centre is half the square of its radius, and a pixel is not a
    /// point.
    @ParameterizedTest
    @ValueSource(doubles = {2, 3.7, 5.5, 8, 12.25})
    void hasTheSpreadOfADisc(double radius) {
        float[] blurred = blurredPoint(radius);
        double spread = 0;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double square = Math.pow(x - CENTRE, 2) + Math.pow(y - CENTRE, 2);
                spread += blurred[y * SIDE + x] * square;
            }
        }
        assertThat(spread - radius * radius / 2).isBetween(-0.05, 1 / 6.0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 0.5, 0.51, 0.8, 1, 2.6, 7, 11.9})
    void keepsTheLight(double radius) {
        double sum = 0;
        for (float light : blurredPoint(radius)) {
            sum += light;
        }
        assertThat(sum).isEqualTo(1, within(1e-5));
    }

    @Test
    void leavesWhatIsInFocus() {
        float[] blurred = blurredPoint(0.5);
        assertThat(blurred[CENTRE * SIDE + CENTRE]).isEqualTo(1);
    }

    @Test
    void isTheSumOverItsPoints() {
        var random = new SplittableRandom(3);
        var plane = new float[SIDE * SIDE];
        for (int i = 0; i < plane.length; i++) {
            plane[i] = (float) random.nextDouble();
        }
        float[] kernel = blurredPoint(4.4);
        float[] blurred = new Disc(4.4).blur(plane, SIDE, SIDE);
        for (int[] at : new int[][] {{CENTRE, CENTRE}, {0, 0}, {SIDE - 1, 3}, {5, SIDE - 1}}) {
            double sum = 0;
            for (int y = 0; y < SIDE; y++) {
                for (int x = 0; x < SIDE; x++) {
                    int kernelX = x - at[0] + CENTRE;
                    int kernelY = y - at[1] + CENTRE;
                    if (kernelX >= 0 && kernelX < SIDE && kernelY >= 0 && kernelY < SIDE) {
                        sum += plane[y * SIDE + x] * kernel[kernelY * SIDE + kernelX];
                    }
                }
            }
            assertThat((double) blurred[at[1] * SIDE + at[0]]).isEqualTo(sum, within(1e-5));
        }
    }

    @Test
    void hasARadius() {
        assertThatThrownBy(() -> new Disc(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Disc(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
