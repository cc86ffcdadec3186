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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sekkei.models.DeblurSmall;
import org.sekkei.tasks.style.Features;
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

    private static DeblurTraining training(Path run, DeblurNetwork network, int steps, long seed) throws IOException {
        SharpPictures pictures = ShakenPairsTest.noise(64, 64);
        var config = new DeblurTraining.Config(
                network, steps, network == DeblurNetwork.OURS ? 2 : 1, 1e-3, false, steps / 2, seed, Device.CPU);
        return new DeblurTraining(
                config,
                Start.NEW,
                Features.builtIn(),
                new ShakenPairs(pictures, 32, 6, 1, seed, Device.CPU),
                new ShakenPairs(pictures, 32, 6, 1, ~seed, Device.CPU),
                run);
    }

    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /// @return the file of weights
    private static byte[] run(Path run, DeblurNetwork network, int steps, long seed, int stopAfter) throws IOException {
        try (var _ = Scope.open()) {
            DeblurTraining training = training(run, network, steps, seed);
            training.run(new DeblurTraining.Listener() {
                @Override
                public void line(DeblurTraining.Line line) {}

                @Override
                public void step(int step, int all, double loss) {
                    assertThat(loss).isFinite().isPositive();
                    if (step == stopAfter) {
                        throw new Stop();
                    }
                }
            });
            return Files.readAllBytes(training.weights());
        }
    }

    @Test
    void endsWithTheSameWeightsAfterAnInterruption() throws IOException {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        byte[] expected = run(whole, DeblurNetwork.OURS, 6, 1, 0);
        // The state is of step 3; steps 4 and 5 are done again.
        assertThatThrownBy(() -> run(parts, DeblurNetwork.OURS, 6, 1, 5)).isInstanceOf(Stop.class);
        assertThat(DeblurTraining.isBegun(parts)).isTrue();
        assertThat(run(parts, DeblurNetwork.OURS, 6, 1, 0)).isEqualTo(expected);
        assertThat(run(folder.resolve("other"), DeblurNetwork.OURS, 6, 2, 0)).isNotEqualTo(expected);
        assertThatThrownBy(() -> run(parts, DeblurNetwork.OURS, 6, 2, 0))
                .hasMessageContaining("was begun with other options");
    }

    /// With dropout, a penalty, critics and a pool on the way.
    @ParameterizedTest
    @EnumSource(names = {"DEBLURGAN", "DEBLURGANV2_MOBILENET"})
    void soDoTheGans(DeblurNetwork network) throws IOException {
        byte[] expected = run(folder.resolve("whole"), network, 2, 1, 0);
        Path parts = folder.resolve("parts");
        assertThatThrownBy(() -> run(parts, network, 2, 1, 1)).isInstanceOf(Stop.class);
        assertThat(run(parts, network, 2, 1, 0)).isEqualTo(expected);
    }

    @Test
    void saysWhichCropsSuitANetwork() {
        SharpPictures pictures = ShakenPairsTest.noise(64, 64);
        var config =
                new DeblurTraining.Config(DeblurNetwork.DEBLURGANV2_MOBILENET, 1, 1, 1e-4, false, 1, 1, Device.CPU);
        var pairs = new ShakenPairs(pictures, 24, 6, 1, 1, Device.CPU);
        try (var _ = Scope.open()) {
            assertThatThrownBy(() -> new DeblurTraining(config, Start.NEW, Features.builtIn(), pairs, pairs, folder))
                    .hasMessageContaining("--crop must be a multiple of 32");
        }
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
