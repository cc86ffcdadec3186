package org.sekkei.tasks.deblur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.models.DeblurSmall;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Init;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.Threads;

class DeblurTrainingTest {
    private static int threads;

    @TempDir
    private Path folder;

    @BeforeAll
    static void useOneThread() {
        threads = Threads.get();
        Threads.set(1);
    }

    @AfterAll
    static void useThemAgain() {
        Threads.set(threads);
    }

    private static DeblurTraining.Config config(int steps, long seed) {
        return new DeblurTraining.Config(steps, 2, 24, 1e-3, 6, 1, false, 3, seed, Device.CPU);
    }

    private static DeblurTraining training(Path run, long seed) {
        SharpPictures pictures = ShakenPairsTest.noise(64, 64);
        return new DeblurTraining(config(6, seed), pictures, pictures, run);
    }

    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static void run(DeblurTraining training, int stopAfter) throws IOException {
        try (var _ = Scope.open()) {
            training.run(new DeblurTraining.Listener() {
                @Override
                public void line(DeblurTraining.Line line) {}

                @Override
                public void step(int step, int steps, double loss) {
                    assertThat(loss).isFinite().isPositive();
                    if (step == stopAfter) {
                        throw new Stop();
                    }
                }
            });
        }
    }

    @Test
    void endsWithTheSameWeightsAfterAnInterruption() throws IOException {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        run(training(whole, 1), 0);
        // The state is of step 3; steps 4 and 5 are done again.
        assertThatThrownBy(() -> run(training(parts, 1), 5)).isInstanceOf(Stop.class);
        assertThat(DeblurTraining.isBegun(parts)).isTrue();
        run(training(parts, 1), 0);
        assertThat(Files.readAllBytes(parts.resolve(DeblurTraining.WEIGHTS)))
                .isEqualTo(Files.readAllBytes(whole.resolve(DeblurTraining.WEIGHTS)));
        Path other = folder.resolve("other");
        run(training(other, 2), 0);
        assertThat(Files.readAllBytes(other.resolve(DeblurTraining.WEIGHTS)))
                .isNotEqualTo(Files.readAllBytes(whole.resolve(DeblurTraining.WEIGHTS)));
        assertThatThrownBy(() -> run(training(parts, 2), 0)).hasMessageContaining("was begun with other options");
    }

    @Test
    void aNewNetworkGivesThePictureBack() {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor picture = Tensor.rand(new Generator(3), 1, 3, 13, 18);
            assertThat(new DeblurSmall(new Generator(1)).apply(picture).toFloats())
                    .isEqualTo(picture.toFloats());
        }
    }

    @Test
    void seesAsFarAsItSays() {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var network = new DeblurSmall(new Generator(1));
            network.namedParameters().values().forEach(parameter -> Init.uniform(parameter, 0.1, new Generator(2)));
            int reach = DeblurSmall.REACH;
            long side = 2L * reach + 42;
            Tensor picture = Tensor.rand(new Generator(3), 1, 3, 8, side);
            Tensor before = network.apply(picture);
            Tensor other = picture.copy();
            other.narrow(3, 0, 20).mulInPlace(0.5);
            Tensor change = network.apply(other).sub(before).abs();
            long first = 20 + reach;
            assertThat(change.narrow(3, first, side - first).amax(false).item()).isZero();
            assertThat(change.narrow(3, 20, reach).amax(false).item()).isPositive();
        }
    }
}
