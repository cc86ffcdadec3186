package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ChoiceTest {
    private static final int SIDE = 20;
    private static final TargetBox LAST = new TargetBox(0, 0, 40, 40);

    private static Choice.Outputs outputs() {
        var offset = new float[2 * SIDE * SIDE];
        var extent = new float[2 * SIDE * SIDE];
        Arrays.fill(offset, 0.5f);
        Arrays.fill(extent, 0.25f);
        return new Choice.Outputs(SIDE, new float[SIDE * SIDE], offset, extent);
    }

    @Test
    void theWindowIsZeroAtTheEdgesAndOneInTheMiddle() {
        double[] hanning = Choice.hanning(5);
        assertThat(hanning[12]).isCloseTo(1, within(1e-12));
        assertThat(hanning[0]).isCloseTo(0, within(1e-12));
        assertThat(hanning[11]).isCloseTo(0.5, within(1e-12));
        assertThat(hanning[6]).isCloseTo(0.25, within(1e-12));
    }

    /// The side with surroundings of 40 x 40 is 80, the template's; 80 x 80 doubles it, 80 x 20 changes the shape by 4.
    @Test
    void changesArePenalised() {
        assertThat(Choice.penalty(LAST, LAST, 80)).isCloseTo(1, within(1e-12));
        assertThat(Choice.penalty(new TargetBox(0, 0, 80, 80), LAST, 80)).isCloseTo(Math.exp(-0.04), within(1e-12));
        double side = Math.sqrt(130 * 70);
        assertThat(Choice.penalty(new TargetBox(0, 0, 80, 20), LAST, 80))
                .isCloseTo(Math.exp(-(4 * side / 80 - 1) * 0.04), within(1e-12));
    }

    @Test
    void theHottestPlaceIsTakenUnlessANearerOneIsNearlyAsHot() {
        Choice.Outputs outputs = outputs();
        outputs.heat()[10 * SIDE + 10] = 0.7f;
        outputs.heat()[3 * SIDE + 3] = 0.8f;
        assertThat(Choice.of(outputs, LAST, Measures.LIGHT, 0, 0.05).position()).isEqualTo(3 * SIDE + 3);
        Choice near = Choice.of(outputs, LAST, Measures.LIGHT, 0.4, 0.05);
        assertThat(near.position()).isEqualTo(10 * SIDE + 10);
        assertThat(near.score()).isEqualTo(0.7, within(1e-6));
        assertThat(near.box().centreX()).isCloseTo(84, within(1e-6));
        assertThat(near.box().width()).isCloseTo(40, within(1e-6));
    }

    /// With the full window the cold middle wins; the weaker ones find what there is.
    @Test
    void aColdChoiceIsMadeAgainWithAWeakerWindow() {
        Choice.Outputs outputs = outputs();
        outputs.heat()[2 * SIDE + 2] = 0.6f;
        Choice choice = Choice.of(outputs, LAST, Measures.LIGHT, 0.4, 0.05);
        assertThat(choice.position()).isEqualTo(2 * SIDE + 2);
    }
}
