package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sekkei.pictures.Picture;

class ClassicalTrackerTest {
    private static final MovingSquare SQUARE = new MovingSquare(12, 24);

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MIL")
    void followsASquareTheSameWayEachTime(ClassicalTracker.Kind kind) {
        List<TargetBox> boxes = boxes(kind);

        assertThat(boxes.getLast().intersectionOverUnion(SQUARE.truth(11))).isGreaterThan(0.6);
        assertThat(boxes(kind)).isEqualTo(boxes);
    }

    @Test
    void milKeepsItsBoxesSize() {
        assertThat(boxes(ClassicalTracker.Kind.MIL)).allMatch(box -> box.width() == 24 && box.height() == 24);
    }

    private static List<TargetBox> boxes(ClassicalTracker.Kind kind) {
        List<TargetBox> boxes = new ArrayList<>();
        try (Tracker tracker = new ClassicalTracker(kind)) {
            tracker.start(SQUARE.frame(0), SQUARE.truth(0));
            for (int i = 1; i < SQUARE.length(); i++) {
                Sighting seen = tracker.follow(SQUARE.frame(i));
                assertThat(seen.lost()).isFalse();
                boxes.add(seen.box());
            }
        }
        return boxes;
    }

    @Test
    void saysThatItLostWhatIsNotThereAnyMore() {
        try (Tracker tracker = new ClassicalTracker(ClassicalTracker.Kind.KCF)) {
            tracker.start(SQUARE.frame(0), SQUARE.truth(0));
            Sighting before = tracker.follow(SQUARE.frame(1));

            Sighting seen = tracker.follow(noise());

            assertThat(seen.lost()).isTrue();
            assertThat(seen.score()).isZero();
            assertThat(seen.box()).isEqualTo(before.box());
        }
    }

    private static Picture noise() {
        var rgb = new byte[3 * 128 * 96];
        new SplittableRandom(9).nextBytes(rgb);
        return new Picture(128, 96, rgb);
    }

    @ParameterizedTest
    @EnumSource
    void takesTheSmallestBoxAndNoneThatIsSmallerOrOutside(ClassicalTracker.Kind kind) {
        Picture frame = SQUARE.frame(0);
        try (Tracker tracker = new ClassicalTracker(kind)) {
            tracker.start(frame, new TargetBox(50, 50, 5, 5));
            assertThat(tracker.follow(SQUARE.frame(1)).box().width()).isPositive();

            for (TargetBox small :
                    List.of(new TargetBox(50, 50, 1, 1), new TargetBox(50, 50, 4, 4), new TargetBox(50, 50, 1, 60))) {
                assertThatThrownBy(() -> tracker.start(frame, small))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith(kind + " cannot follow a box of")
                        .hasMessageEndingWith("take a larger one");
            }
            assertThatThrownBy(() -> tracker.start(frame, new TargetBox(130, 10, 20, 20)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("outside");
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesWhatOfABoxIsInTheFrame(ClassicalTracker.Kind kind) {
        try (Tracker tracker = new ClassicalTracker(kind)) {
            tracker.start(SQUARE.frame(0), new TargetBox(-10, -10, 30, 30));

            TargetBox box = tracker.follow(SQUARE.frame(0)).box();

            assertThat(box.width()).isBetween(15.0, 25.0);
            assertThat(box.height()).isBetween(15.0, 25.0);
        }
    }

    @Test
    void cannotFollowBeforeItWasShownSomething() {
        try (Tracker tracker = new ClassicalTracker(ClassicalTracker.Kind.KCF)) {
            assertThatThrownBy(() -> tracker.follow(SQUARE.frame(0))).isInstanceOf(IllegalStateException.class);
        }
    }
}
