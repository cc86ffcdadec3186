package org.sekkei.tasks.style;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sekkei.torch.DType;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class StyleLossTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    /// Two channels that take the values `mean ± deviation` in all four combinations: uncorrelated.
    private static Moments uncorrelated(double[] mean, double[] deviation) {
        double[] first = {-1, -1, 1, 1};
        double[] second = {-1, 1, -1, 1};
        float[] features = new float[8];
        for (int i = 0; i < 4; i++) {
            features[i] = (float) (mean[0] + first[i] * deviation[0]);
            features[4 + i] = (float) (mean[1] + second[i] * deviation[1]);
        }
        return Moments.of(Tensor.of(features).view(1, 2, 2, 2).to(DType.FLOAT64));
    }

    @Test
    void wassersteinOfUncorrelatedChannelsIsThatOfEach() {
        Moments style = uncorrelated(new double[] {1, -2}, new double[] {0.5, 2});
        Moments picture = uncorrelated(new double[] {0.5, 1}, new double[] {1.5, 3});
        StyleLoss.Target target = new StyleLoss.Wasserstein(1e-9, 40).to(style);
        double expected = (0.5 * 0.5 + 3 * 3 + 1 * 1 + 1 * 1) / 2;
        assertThat(target.from(picture).item()).isCloseTo(expected, within(1e-4));
        assertThat(target.from(picture).item()).as("a second time").isCloseTo(expected, within(1e-4));
        assertThat(target.from(style).item()).isCloseTo(0, within(1e-4));
    }

    @Test
    void gramComparesMeanProducts() {
        Moments style = uncorrelated(new double[] {0, 0}, new double[] {1, 2});
        Moments picture = uncorrelated(new double[] {0, 0}, new double[] {3, 2});
        // Products over channels and positions are 1/2 and 4/2 against 9/2 and 4/2, the two others 0.
        assertThat(new StyleLoss.Gram().to(style).from(picture).item()).isCloseTo(4 * 4 / 4.0, within(1e-12));
    }

    @Test
    void aTargetOutlivesTheScopeThatItsMomentsWereMadeIn() {
        for (StyleLoss loss : new StyleLoss[] {new StyleLoss.Gram(), StyleLoss.Wasserstein.DEFAULT}) {
            StyleLoss.Target target;
            try (Scope inner = Scope.open()) {
                target = loss.to(Moments.of(Tensor.randn(new Generator(2), 1, 4, 8, 8)));
                target.keepBeyond(inner);
            }
            Moments picture = Moments.of(Tensor.randn(new Generator(3), 1, 4, 8, 8));
            assertThat(target.from(picture).item()).isPositive();
        }
    }
}
