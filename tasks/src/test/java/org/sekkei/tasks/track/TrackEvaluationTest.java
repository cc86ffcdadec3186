package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.UnreadablePictureException;
import org.sekkei.torch.Device;

class TrackEvaluationTest {
    @TempDir
    private Path folder;

    @Test
    void overlapIsTheSharedOfTheJointArea() {
        var box = new TargetBox(10, 10, 10, 10);
        assertThat(box.intersectionOverUnion(new TargetBox(15, 10, 10, 10))).isCloseTo(50 / 150.0, within(1e-12));
        assertThat(box.intersectionOverUnion(new TargetBox(20, 10, 10, 10))).isZero();
        assertThat(box.intersectionOverUnion(box)).isEqualTo(1);
    }

    /// Overlaps 1, 0.5 and 0 are above 20, 10 and 0 of the thresholds 0, 0.05 to 1.
    @Test
    void theMeasuresOfKnownBoxes() {
        var truth = new TargetBox(100, 100, 40, 20);
        List<TargetBox> boxes = List.of(truth, new TargetBox(100, 100, 20, 20), new TargetBox(100, 121, 40, 20));
        double[] success = TrackEvaluation.success(boxes, List.of(truth, truth, truth));
        double sum = 0;
        for (double share : success) {
            sum += share;
        }
        assertThat(sum / success.length).isCloseTo((20 + 10 + 0) / 3.0 / 21, within(1e-12));
        double[] within = TrackEvaluation.within(boxes, List.of(truth, truth, truth));
        assertThat(within[0]).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(within[10]).isCloseTo(2 / 3.0, within(1e-12));
        assertThat(within[20]).isCloseTo(2 / 3.0, within(1e-12));
        assertThat(within[21]).isCloseTo(1, within(1e-12));
    }

    /// A bright square on a slope, moving by two pixels a frame.
    private static final class Moving implements FrameSequence {
        @Override
        public String name() {
            return "moving";
        }

        @Override
        public int length() {
            return 8;
        }

        @Override
        public Picture frame(int index) throws IOException {
            if (index == 5) {
                throw new UnreadablePictureException("frame 5 is damaged");
            }
            var rgb = new byte[3 * 120 * 90];
            for (int y = 0; y < 90; y++) {
                for (int x = 0; x < 120; x++) {
                    boolean inside = Math.abs(x - 40 - 2 * index) < 12 && Math.abs(y - 45) < 10;
                    int at = 3 * (y * 120 + x);
                    rgb[at] = (byte) (inside ? 230 - 4 * (y % 8) : 60 + x / 2);
                    rgb[at + 1] = (byte) (inside ? 120 + 8 * (x % 5) : 80 + y / 2);
                    rgb[at + 2] = (byte) (inside ? 30 : 90);
                }
            }
            return new Picture(120, 90, rgb);
        }

        @Override
        public @Nullable TargetBox truth(int index) {
            return index == 3 ? null : new TargetBox(29 + 2 * index, 36, 23, 19);
        }
    }

    @ParameterizedTest
    @EnumSource(ClassicalTracker.Kind.class)
    void classicalTrackersFollow(ClassicalTracker.Kind kind) throws IOException {
        try (var tracker = new ClassicalTracker(kind)) {
            TrackEvaluation.Score score = TrackEvaluation.run(new Moving(), tracker, (_, _) -> {});
            assertThat(score.frames()).isEqualTo(8);
            assertThat(score.compared()).isEqualTo(7);
            assertThat(score.skipped()).isEqualTo(1);
            assertThat(score.precision()).isGreaterThan(0.6);
        }
    }

    /// A square that goes away for some frames and comes back.
    private record Visitor(MovingSquare square, int from, int to) implements FrameSequence {
        @Override
        public String name() {
            return "visitor";
        }

        @Override
        public int length() {
            return square.length();
        }

        @Override
        public Picture frame(int index) {
            return isAway(index) ? new MovingSquare(square.length(), 0).frame(index) : square.frame(index);
        }

        private boolean isAway(int index) {
            return index >= from && index < to;
        }

        @Override
        public @Nullable TargetBox truth(int index) {
            return isAway(index) ? null : square.truth(index);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatGoesAwayIsLostAndWhatComesBackIsFound(boolean online) throws IOException {
        var settings = online ? TrTrTracker.Settings.ONLINE : TrTrTracker.Settings.OFFLINE;
        List<@Nullable Sighting> sightings = new ArrayList<>();
        var visitor = new Visitor(new MovingSquare(30, 24), 12, 18);
        try (var tracker = new TrTrTracker(TrTrTracker.Weights.builtIn(Device.CPU), settings)) {
            TrackEvaluation.Score score =
                    TrackEvaluation.run(visitor, tracker, (_, sighting) -> sightings.add(sighting));
            assertThat(score.absent()).isEqualTo(6);
            assertThat(score.lostWhileAbsent()).isEqualTo(6);
            assertThat(score.lost()).isBetween(6, 14);
        }
        Sighting last = Objects.requireNonNull(sightings.getLast());
        assertThat(last.lost()).isFalse();
        assertThat(last.box().intersectionOverUnion(visitor.square.truth(29))).isGreaterThan(0.5);
    }

    /// Where the box is, a frame differs from the same one without the target, and nowhere else.
    @ParameterizedTest
    @CsvSource({"1, OPEN", "2, OPEN", "3, STREET", "4, STREET", "5, STREET"})
    void aTargetThatIsAbsentIsInNoPixel(long seed, Composition.Kind kind) throws IOException {
        List<Picture> photos = List.of(new Moving().frame(0), new Moving().frame(4));
        var composed = new Composition("one", photos, 120, 100, 20, seed, kind);
        FrameSequence without = composed.without(5, 4);
        for (int index : new int[] {4, 5, 8, 9}) {
            boolean absent = index >= 5 && index < 9;
            TargetBox box = composed.truth(index);
            assertThat(without.truth(index)).isEqualTo(absent ? null : box);
            Picture whole = composed.frame(index);
            Picture frame = without.frame(index);
            for (int i = 0; i < whole.rgb().length && absent; i++) {
                int x = i / 3 % 120;
                int y = i / 3 / 120;
                boolean near = x > box.x() - 4
                        && x < box.x() + box.width() + 4
                        && y > box.y() - 4
                        && y < box.y() + box.height() + 4;
                if (!near) {
                    assertThat(frame.rgb()[i]).isEqualTo(whole.rgb()[i]);
                }
            }
            if (!absent) {
                assertThat(frame).isEqualTo(whole);
            }
        }
    }

    @Test
    void noMoreIsAbsentThanThereIs() throws IOException {
        List<Picture> photos = List.of(new Moving().frame(0));
        var open = new Composition("one", photos, 90, 70, 20, 1, Composition.Kind.OPEN);
        var place = new Composition("one", photos, 90, 70, 20, 1, Composition.Kind.PLACE);
        assertThatThrownBy(() -> open.without(0, 3)).hasMessageContaining("frames 2 to 20");
        assertThatThrownBy(() -> open.without(15, 6)).hasMessageContaining("not 16 to 21");
        assertThatThrownBy(() -> place.without(3, 3)).hasMessageContaining("place of a photo");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theNetworkThatShipsFollows(boolean online) throws IOException {
        var settings = online ? TrTrTracker.Settings.ONLINE : TrTrTracker.Settings.OFFLINE;
        try (var tracker = new TrTrTracker(TrTrTracker.Weights.builtIn(Device.CPU), settings)) {
            TrackEvaluation.Score score = TrackEvaluation.run(new Moving(), tracker, (_, _) -> {});
            assertThat(score.precision()).isEqualTo(1, within(1e-9));
            assertThat(score.area()).isGreaterThan(0.5);
        }
    }

    /// Whatever the box, what comes back is a box of some size whose centre is in the frame.
    @ParameterizedTest
    @CsvSource({"50, 40, 1, 1", "-30, -20, 40, 40", "100, 80, 60, 60", "0, 0, 120, 90", "0, 44, 120, 1"})
    void weirdBoxesAreFollowed(double x, double y, double width, double height) throws IOException {
        for (boolean online : new boolean[] {false, true}) {
            var settings = online ? TrTrTracker.Settings.ONLINE : TrTrTracker.Settings.OFFLINE;
            try (var tracker = new TrTrTracker(TrTrTracker.Weights.builtIn(Device.CPU), settings)) {
                tracker.start(new Moving().frame(0), new TargetBox(x, y, width, height));
                for (int i = 1; i < 4; i++) {
                    TargetBox box = tracker.follow(new Moving().frame(i)).box();
                    assertThat(box.width()).isBetween(1.0, 120.0);
                    assertThat(box.height()).isBetween(1.0, 90.0);
                    assertThat(box.centreX()).isBetween(0.0, 120.0);
                    assertThat(box.centreY()).isBetween(0.0, 90.0);
                }
            }
        }
    }

    @Test
    void aBoxOutsideOfTheFrameIsRefused() throws IOException {
        try (var tracker = new TrTrTracker(TrTrTracker.Weights.builtIn(Device.CPU), TrTrTracker.Settings.OFFLINE)) {
            assertThatThrownBy(() -> tracker.start(new Moving().frame(0), new TargetBox(120, 10, 5, 5)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("outside");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"205,151,17,50|204|150", "205\t151\t17\t50|204|150", "205 151 17 50|204|150"})
    void truthIsReadInAllWritings(String line, double x, double y) throws IOException {
        Path file = Files.writeString(folder.resolve("groundtruth_rect.txt"), line + "\n\nNaN,NaN,NaN,NaN\n0,0,0,0\n");
        List<@Nullable TargetBox> boxes = SequenceFolder.truth(file, 1);
        assertThat(boxes).hasSize(3);
        assertThat(boxes.get(0)).isEqualTo(new TargetBox(x, y, 17, 50));
        assertThat(boxes.get(1)).isNull();
        assertThat(boxes.get(2)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,2,3", "1,2,3,4,5", "a,b,c,d"})
    void linesThatAreNoBoxesAreSaid(String line) throws IOException {
        Path file = Files.writeString(folder.resolve("groundtruth.txt"), "1,2,3,4\n" + line + "\n");
        assertThatThrownBy(() -> SequenceFolder.truth(file, 0)).hasMessageContaining("line 2 is no box");
    }

    @Test
    void aComposedSequenceIsReadBackAsItWasWritten() throws IOException {
        List<Picture> photos = new ArrayList<>();
        for (int i : new int[] {0, 1, 2}) {
            photos.add(new Moving().frame(i));
        }
        var composed = new Composition("one", photos, 96, 80, 3, 11, Composition.Kind.OPEN);
        SequenceFolder.write(folder, composed);
        SequenceFolder read = SequenceFolder.open(folder).getFirst();
        assertThat(read.name()).isEqualTo("one");
        assertThat(read.length()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            TargetBox box = Objects.requireNonNull(read.truth(i));
            assertThat(read.frame(i)).isEqualTo(composed.frame(i));
            assertThat(box.x()).isCloseTo(composed.truth(i).x(), within(1e-3));
            assertThat(box.height()).isCloseTo(composed.truth(i).height(), within(1e-3));
        }
    }

    /// A part of a frame has the whole's pixels, and the box is where the frame differs from one without the target.
    @ParameterizedTest
    @CsvSource({
        "1, OPEN",
        "2, OPEN",
        "3, OPEN",
        "4, OPEN",
        "1, STREET",
        "2, STREET",
        "3, STREET",
        "1, PLACE",
        "2, PLACE"
    })
    void partsOfComposedFramesAreThoseOfTheWhole(long seed, Composition.Kind kind) throws IOException {
        List<Picture> photos = List.of(new Moving().frame(0), new Moving().frame(4));
        var composed = new Composition("one", photos, 90, 70, 20, seed, kind);
        Picture whole = composed.frame(7);
        Picture part = composed.region(7, 13, 21, 30, 40).picture();
        for (int y = 0; y < 40; y++) {
            for (int x = 0; x < 30; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    assertThat(part.rgb()[3 * (y * 30 + x) + channel])
                            .isEqualTo(whole.rgb()[3 * ((y + 21) * 90 + x + 13) + channel]);
                }
            }
        }
    }
}
