package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sekkei.inr.Box;
import org.sekkei.inr.Sampling;

class BoxesTest {
    private static final List<Box> BOX = List.of(new Box(10, 20, 30, 40));

    @Test
    void followACropAndItsScale() {
        assertThat(Boxes.transformed(BOX, Sampling.crop(new Box(0, 0, 100, 100), 50, 50)))
                .containsExactly(new Box(5, 10, 15, 20));
    }

    @Test
    void areMirrored() {
        assertThat(Boxes.transformed(BOX, Sampling.full(100, 100).flippedHorizontally()))
                .containsExactly(new Box(60, 20, 30, 40));
    }

    @Test
    void areCutOffAtTheEdge() {
        assertThat(Boxes.transformed(BOX, Sampling.crop(new Box(20, 0, 100, 100), 100, 100)))
                .containsExactly(new Box(0, 20, 20, 40));
    }

    @Test
    void areDroppedWhenHardlyVisible() {
        assertThat(Boxes.transformed(BOX, Sampling.crop(new Box(38, 0, 100, 100), 100, 100)))
                .isEmpty();
    }

    @Test
    void turnWithThePicture() {
        // A quarter turn about (50, 50), counter-clockwise as seen: right goes up.
        Box box = Boxes.transformed(BOX, Sampling.full(100, 100).rotated(Math.PI / 2))
                .getFirst();
        assertThat(box.x()).isCloseTo(20, within(1e-3f));
        assertThat(box.y()).isCloseTo(60, within(1e-3f));
        assertThat(box.width()).isCloseTo(40, within(1e-3f));
        assertThat(box.height()).isCloseTo(30, within(1e-3f));
    }

    @Test
    void areTheHullOfTheTurnedCorners() {
        Box box = Boxes.transformed(
                        List.of(new Box(40, 40, 20, 20)),
                        Sampling.full(100, 100).rotated(Math.PI / 4))
                .getFirst();
        assertThat(box.width()).isCloseTo((float) (20 * Math.sqrt(2)), within(1e-3f));
        assertThat(box.x() + box.width() / 2).isCloseTo(50, within(1e-3f));
    }
}
