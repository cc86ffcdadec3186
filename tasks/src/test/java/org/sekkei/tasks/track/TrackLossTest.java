package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.models.TrTr;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class TrackLossTest {
    private static List<@Nullable TargetBox> withNothing(TargetBox box) {
        List<@Nullable TargetBox> targets = new ArrayList<>();
        targets.add(box);
        targets.add(null);
        return targets;
    }

    /// By hand: -(1 - p)^2 log p where the truth is 1, -(1 - y)^4 p^2 log(1 - p) elsewhere.
    @Test
    void theFocalLossIsCenterNets() {
        try (var _ = Scope.open()) {
            Tensor logits = Tensor.of(new float[] {0, 0, 2}, 1, 3);
            Tensor truth = Tensor.of(new float[] {1, 0.5f, 0}, 1, 3);
            double p = 1 / (1 + Math.exp(-2));
            double expected = -0.25 * Math.log(0.5) - Math.pow(0.5, 4) * 0.25 * Math.log(0.5) - p * p * Math.log(1 - p);
            assertThat(TrackLoss.focal(logits, truth).item()).isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void theTruthIsAtTheCentresPosition() {
        try (var _ = Scope.open()) {
            var box = TargetBox.around(83, 42, 40, 20);
            TrackLoss.Truth truth = TrackLoss.truth(withNothing(box), 160, Device.CPU);
            assertThat(truth.position().toLongs()).containsExactly(5 * 20 + 10, 0);
            assertThat(truth.offset().toFloats()).containsExactly(new float[] {0.375f, 0.25f, 0, 0}, within(1e-6f));
            assertThat(truth.extent().toFloats()).containsExactly(new float[] {0.25f, 0.125f, 0, 0}, within(1e-6f));
            assertThat(truth.present().toFloats()).containsExactly(1, 0);
            float[] heat = truth.heat().toFloats();
            assertThat(heat[110]).isEqualTo(1);
            assertThat(heat[111]).isBetween(1e-5f, 0.99f).isEqualTo(heat[109]);
            assertThat(Arrays.copyOfRange(heat, 400, 800)).containsOnly(0);
        }
    }

    /// Of two boxes of w x h whose corners are off by the radius, the overlap is just 0.7 or more in all three ways.
    @ParameterizedTest
    @CsvSource({"5, 5", "3, 9", "20, 4"})
    void theRadiusKeepsTheOverlap(double width, double height) {
        double r = TrackLoss.radius(width, height);
        double area = width * height;
        double moved = (width - r) * (height - r);
        double smaller = (width - 2 * r) * (height - 2 * r) / area;
        double larger = area / ((width + 2 * r) * (height + 2 * r));
        assertThat(Math.min(moved / (2 * area - moved), Math.min(smaller, larger)))
                .isCloseTo(0.7, within(1e-9));
    }

    @Test
    void offsetsAndExtentsCountAtTheObjectOnly() {
        try (var _ = Scope.open()) {
            TrackLoss.Truth truth = TrackLoss.truth(withNothing(TargetBox.around(12, 4, 8, 8)), 16, Device.CPU);
            var offset = new float[2 * 4 * 2];
            offset[2] = 0.5f;
            offset[3] = 0.5f;
            offset[8] = 9;
            var found = new TrTr.Found(Tensor.zeros(2, 4, 1), Tensor.of(offset, 2, 4, 2), Tensor.full(0.25, 2, 4, 2));
            TrackLoss.Parts parts = TrackLoss.of(found, truth);
            assertThat(parts.offset().item()).isCloseTo(0, within(1e-6));
            assertThat(parts.extent().item()).isCloseTo(0.5, within(1e-6));
        }
    }
}
