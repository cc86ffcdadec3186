package org.sekkei.tasks.deblur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CameraShakeTest {
    @ParameterizedTest
    @CsvSource({"1, 60", "2, 60", "3, 30", "4, 5.5"})
    void theWayHasTheLengthThatIsAskedFor(long seed, double length) {
        CameraShake shake = CameraShake.random(length, new SplittableRandom(seed));
        double sum = 0;
        for (int i = 1; i < shake.x().length; i++) {
            sum += Math.hypot(shake.x()[i] - shake.x()[i - 1], shake.y()[i] - shake.y()[i - 1]);
        }
        assertThat(sum).isCloseTo(length, within(1e-9));
        assertThat(CameraShake.random(length, new SplittableRandom(seed)).x()).isEqualTo(shake.x());
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-9, 0.1, 0.5, 1})
    void kernelsAddUpToOneAndLieInTheMiddle(double share) {
        for (long seed = 0; seed < 20; seed++) {
            BlurKernel kernel =
                    CameraShake.random(60, new SplittableRandom(seed)).kernel(share);
            double sum = 0;
            double x = 0;
            double y = 0;
            for (int i = 0; i < kernel.weights().length; i++) {
                double weight = kernel.weights()[i];
                assertThat(weight).isNotNegative();
                sum += weight;
                x += weight * (i % kernel.side() - kernel.reach());
                y += weight * (i / kernel.side() - kernel.reach());
            }
            assertThat(kernel.side() % 2).isOne();
            assertThat(sum).isCloseTo(1, within(1e-5));
            assertThat(x).isCloseTo(0, within(1e-4));
            assertThat(y).isCloseTo(0, within(1e-4));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7})
    void longerExposuresSpreadFarther(long seed) {
        CameraShake shake = CameraShake.random(60, new SplittableRandom(seed));
        assertThat(spread(shake.kernel(0.1))).isLessThan(spread(shake.kernel(0.5)));
    }

    private static double spread(BlurKernel kernel) {
        double sum = 0;
        for (int i = 0; i < kernel.weights().length; i++) {
            double x = i % kernel.side() - kernel.reach();
            double y = i / kernel.side() - kernel.reach();
            sum += kernel.weights()[i] * (x * x + y * y);
        }
        return sum;
    }
}
