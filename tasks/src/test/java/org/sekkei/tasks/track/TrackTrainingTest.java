package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Device;

class TrackTrainingTest {
    @TempDir
    private Path folder;

    private static List<Picture> photos() {
        List<Picture> photos = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            var random = new SplittableRandom(i);
            var rgb = new byte[3 * 80 * 80];
            random.nextBytes(rgb);
            photos.add(new Picture(80, 80, rgb));
        }
        return photos;
    }

    private static TrackTraining.Config config(int steps) {
        return new TrackTraining.Config(
                TrackModel.LIGHT, steps, 2, 1e-3, 1, 1, TrackTraining.Schedule.COSINE, 2, 9, false, Device.CPU);
    }

    private static TrackTraining training(Path folder) throws IOException {
        return new TrackTraining(config(4), photos(), List.of(), photos(), null, folder);
    }

    /// Ends a training after a step, as a power cut would.
    private static final class PowerCut extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static final TrackTraining.Listener QUIET = new TrackTraining.Listener() {
        @Override
        public void line(TrackTraining.Line line) {}

        @Override
        public void step(int step, int steps, double loss) {}
    };

    @Test
    void anInterruptedTrainingEndsWithTheSameWeights() throws IOException {
        Path whole = folder.resolve("whole");
        training(whole).run(QUIET);
        Path cut = folder.resolve("cut");
        TrackTraining first = training(cut);
        assertThatThrownBy(() -> first.run(new TrackTraining.Listener() {
                    @Override
                    public void line(TrackTraining.Line line) {}

                    @Override
                    public void step(int step, int steps, double loss) {
                        if (step == 3) {
                            throw new PowerCut();
                        }
                    }
                }))
                .isInstanceOf(PowerCut.class);
        assertThat(TrackTraining.isBegun(cut)).isTrue();
        training(cut).run(QUIET);
        assertThat(Files.readAllBytes(cut.resolve(TrackTraining.WEIGHTS)))
                .isEqualTo(Files.readAllBytes(whole.resolve(TrackTraining.WEIGHTS)));
        assertThatThrownBy(() -> new TrackTraining(config(5), photos(), List.of(), photos(), null, cut).run(QUIET))
                .hasMessageContaining("was begun with another");
    }

    @Test
    void scheduleOfTheAuthorsHalves() {
        assertThat(TrackTraining.Schedule.HALVED.factor(0)).isEqualTo(1);
        assertThat(TrackTraining.Schedule.HALVED.factor(0.31)).isEqualTo(0.5);
        assertThat(TrackTraining.Schedule.HALVED.factor(0.95)).isEqualTo(0.125);
    }
}
