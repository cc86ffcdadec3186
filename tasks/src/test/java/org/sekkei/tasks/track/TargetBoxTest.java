package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TargetBoxTest {
    @Test
    void overlapIsTheSharedPartOfTheJointArea() {
        var box = new TargetBox(0, 0, 4, 4);

        assertThat(box.intersectionOverUnion(box)).isEqualTo(1);
        assertThat(box.intersectionOverUnion(new TargetBox(2, 2, 4, 4))).isCloseTo(4 / 28.0, within(1e-12));
        assertThat(box.intersectionOverUnion(new TargetBox(4, 0, 4, 4))).isZero();
        assertThat(box.intersectionOverUnion(new TargetBox(1, 1, 0, 0))).isZero();
        assertThat(new TargetBox(1, 1, 0, 0).intersectionOverUnion(new TargetBox(1, 1, 0, 0)))
                .isZero();
    }

    @Test
    void whatIsInsideOfAFrame() {
        assertThat(new TargetBox(-5, 90, 20, 20).within(50, 100)).isEqualTo(new TargetBox(0, 90, 15, 10));
        assertThat(new TargetBox(60, 10, 20, 20).within(50, 100).width()).isZero();
        assertThat(new TargetBox(-30, 10, 20, 20).within(50, 100).width()).isZero();
        assertThat(new TargetBox(-30, -30, 200, 200).within(50, 100)).isEqualTo(new TargetBox(0, 0, 50, 100));
    }
}
