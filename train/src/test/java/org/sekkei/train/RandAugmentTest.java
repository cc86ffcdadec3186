package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sekkei.inr.Sampling;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class RandAugmentTest {
    private Scope scope;

    @BeforeEach
    void openScope() {
        scope = Scope.open();
    }

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Test
    void drawsAllOperationsAboutEquallyOften() {
        var augment = new RandAugment(2, 9);
        Map<RandAugment.Operation, Integer> counts = new EnumMap<>(RandAugment.Operation.class);
        for (int i = 0; i < 13_000; i++) {
            augment.draw(1, 0, i).forEach(drawn -> counts.merge(drawn.operation(), 1, Integer::sum));
        }
        assertThat(counts)
                .hasSize(13)
                .allSatisfy((_, count) -> assertThat(count).isBetween(1_800, 2_200));
        assertThat(augment.draw(1, 2, 3)).isEqualTo(augment.draw(1, 2, 3)).isNotEqualTo(augment.draw(1, 3, 3));
    }

    @Test
    void geometryKeepsTheMiddleOrShiftsIt() {
        Sampling full = Sampling.full(32, 20);
        for (RandAugment.Operation operation :
                List.of(RandAugment.Operation.SHEAR_X, RandAugment.Operation.SHEAR_Y, RandAugment.Operation.ROTATION)) {
            Sampling moved = RandAugment.moved(full, List.of(new RandAugment.Drawn(operation, 0.9)));
            assertThat(moved.sourceX(16, 10)).isCloseTo(16, within(1e-9));
            assertThat(moved.sourceY(16, 10)).isCloseTo(10, within(1e-9));
            assertThat(moved).isNotEqualTo(full);
        }
        Sampling sheared = RandAugment.moved(full, List.of(new RandAugment.Drawn(RandAugment.Operation.SHEAR_X, 1)));
        assertThat(sheared.sourceX(16, 20)).isCloseTo(16 + 0.3 * 10, within(1e-9));
        Sampling shifted = RandAugment.moved(full, List.of(new RandAugment.Drawn(RandAugment.Operation.SHIFT_Y, -1)));
        assertThat(shifted.sourceY(16, 10)).isCloseTo(10 - 0.45 * 20, within(1e-9));
    }

    @ParameterizedTest
    @EnumSource(RandAugment.Operation.class)
    void coloursStayAsTheyAreWithoutStrength(RandAugment.Operation operation) {
        Tensor rgb = Tensor.rand(new Generator(3), 2, 3, 8, 8);
        Tensor none = Tensor.zeros(2, 1, 1, 1);
        Tensor varied = ColourVariation.varied(operation, rgb, none);
        double furthest = varied.sub(rgb).abs().amax(false, 0, 1, 2, 3).item();
        // Posterising to eight bits rounds, and stretching has no strength.
        double allowed = switch (operation) {
            case POSTERIZATION -> 1 / 255.0;
            case AUTOCONTRAST -> 1;
            default -> 1e-6;
        };
        assertThat(furthest).isLessThanOrEqualTo(allowed);
    }

    @Test
    void coloursAreThoseOfTheOperation() {
        Tensor rgb = Tensor.of(new float[] {0.2f, 0.6f, 0.4f, 0.4f, 0.6f, 0.2f}, 1, 3, 1, 2);
        Tensor half = Tensor.full(0.5, 1, 1, 1, 1);
        assertThat(varied(RandAugment.Operation.BRIGHTNESS, rgb, half))
                .containsExactly(new float[] {0.29f, 0.87f, 0.58f, 0.58f, 0.87f, 0.29f}, within(1e-6f));
        assertThat(varied(RandAugment.Operation.SOLARIZATION, rgb, half))
                .containsExactly(new float[] {0.2f, 0.4f, 0.4f, 0.4f, 0.4f, 0.2f}, within(1e-6f));
        assertThat(varied(RandAugment.Operation.AUTOCONTRAST, rgb, half))
                .containsExactly(new float[] {0, 1, 0.4f, 0.4f, 1, 0}, within(1e-6f));
        // Four levels of two bits less: multiples of 4 of 255.
        assertThat(varied(RandAugment.Operation.POSTERIZATION, rgb, half))
                .containsExactly(
                        new float[] {48 / 255f, 152 / 255f, 100 / 255f, 100 / 255f, 152 / 255f, 48 / 255f},
                        within(1e-6f));
    }

    private static float[] varied(RandAugment.Operation operation, Tensor rgb, Tensor strength) {
        return ColourVariation.varied(operation, rgb, strength).toFloats();
    }

    @Test
    void aSampleIsVariedTheSameInAnyBatch() {
        var variation = new ColourVariation(new RandAugment(2, 9), 4, Normalization.IMAGENET, Device.CPU);
        Tensor pictures = Tensor.rand(new Generator(9), 6, 3, 8, 8);
        Tensor together = variation.apply(pictures, 1, new int[] {5, 6, 7, 8, 9, 10});
        for (int i = 0; i < 6; i++) {
            Tensor alone = variation.apply(pictures.narrow(0, i, 1), 1, new int[] {5 + i});
            assertThat(alone.equal(together.narrow(0, i, 1))).isTrue();
        }
        assertThat(together.equal(pictures)).isFalse();
    }
}
