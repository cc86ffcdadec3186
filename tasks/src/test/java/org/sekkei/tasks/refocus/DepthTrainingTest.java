package org.sekkei.tasks.refocus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureWriter;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.Workload;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;

class DepthTrainingTest {
    private static final int WIDTH = 40;
    private static final int HEIGHT = 30;

    @TempDir
    private Path folder;

    private List<RgbdFolder.Pair> pairs = List.of();

    /// Photos whose brightness is their inverse depth; distances are in metres, unknown in a corner.
    @BeforeEach
    void makePairs() throws IOException {
        Path room = folder.resolve("rgbd/room");
        Files.createDirectories(room.resolve("rgb"));
        Files.createDirectories(room.resolve("depth"));
        var random = new SplittableRandom(1);
        for (int number = 0; number < 3; number++) {
            var rgb = new byte[3 * WIDTH * HEIGHT];
            ByteBuffer distances = ByteBuffer.allocate(4 * WIDTH * HEIGHT).order(ByteOrder.LITTLE_ENDIAN);
            double slope = random.nextDouble();
            for (int y = HEIGHT - 1; y >= 0; y--) { // PFM's last row comes first
                for (int x = 0; x < WIDTH; x++) {
                    double inverse = 0.2 + 0.7 * (slope * x / WIDTH + (1 - slope) * y / HEIGHT);
                    for (int channel = 0; channel < 3; channel++) {
                        rgb[3 * (y * WIDTH + x) + channel] = (byte) Math.round(255 * inverse);
                    }
                    distances.putFloat(x < 4 && y < 4 ? 0 : (float) (1 / inverse));
                }
            }
            PictureWriter.png(room.resolve("rgb/" + number + ".png"), new Picture(WIDTH, HEIGHT, rgb));
            byte[] head = ("Pf\n" + WIDTH + " " + HEIGHT + "\n-1.0\n").getBytes(StandardCharsets.US_ASCII);
            Files.write(room.resolve("depth/" + number + ".pfm"), join(head, distances.array()));
        }
        Files.writeString(room.resolve("rgb/alone.txt"), "no photo");
        pairs = RgbdFolder.of(folder.resolve("rgbd")).pairs();
    }

    private static byte[] join(byte[] head, byte[] rest) {
        return ByteBuffer.allocate(head.length + rest.length)
                .put(head)
                .put(rest)
                .array();
    }

    private static DepthTraining.Config config(int steps, int microBatch) {
        return new DepthTraining.Config(steps, 2, microBatch, 1e-3, 1, 1, true, Device.CPU);
    }

    private List<Double> train(DepthTraining.Config config, String name, int stopAfter) throws IOException {
        List<Double> losses = new ArrayList<>();
        var training = new DepthTraining(config, pairs, pairs.subList(0, 1), null, folder.resolve(name));
        training.run(new DepthTraining.Listener() {
            @Override
            public void line(DepthTraining.Line line) {}

            @Override
            public void step(int step, int steps, double loss) {
                losses.add(loss);
                if (step > stopAfter) {
                    throw new Interruption();
                }
            }
        });
        return losses;
    }

    private static final class Interruption extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private float[] weights(String name) throws IOException {
        try (var _ = Scope.open()) {
            return Objects.requireNonNull(Safetensors.read(folder.resolve(name).resolve(DepthTraining.WEIGHTS))
                            .get("Network/Network/Depth/depth_conv1/weights"))
                    .toFloats();
        }
    }

    @Test
    void partsAndInterruptionsChangeNothing() throws IOException {
        assertThat(pairs).hasSize(3);
        List<Double> whole = train(config(2, 2), "whole", 9);
        assertThat(whole).hasSize(2).allSatisfy(loss -> assertThat(loss).isFinite());
        assertThatThrownBy(() -> train(config(2, 2), "resumed", 1)).isInstanceOf(Interruption.class);
        train(config(2, 2), "resumed", 9);
        assertThat(weights("resumed")).containsExactly(weights("whole"));
        assertThat(train(config(1, 1), "parts", 9).getFirst()).isCloseTo(whole.getFirst(), within(0.05));
        assertThat(DepthNetwork.isIn(folder.resolve("whole").resolve(DepthTraining.WEIGHTS)))
                .isTrue();
        DepthMap depth = DepthNetwork.read(folder.resolve("whole").resolve(DepthTraining.WEIGHTS), Device.CPU)
                .depth(new Picture(WIDTH, HEIGHT, new byte[3 * WIDTH * HEIGHT]));
        assertThat(depth.width()).isEqualTo(WIDTH);
    }

    @Test
    void isPlanned() {
        Workload step = new RefocusNeed().training(RefocusNeed.DEPTH);
        MemoryPlan one = new Planner(Overhead.CPU).plan(step.withBatch(1)).memory();
        MemoryPlan four = new Planner(Overhead.CPU).plan(step).memory();
        assertThat(one.low()).isGreaterThan(4L * 4 * 9_498_945); // weights, gradients and two averages
        assertThat(four.expected()).isGreaterThan(2 * one.expected());
    }

    @Test
    void aFolderWithoutDepthSaysWhatIsExpected() {
        assertThatThrownBy(() -> RgbdFolder.of(folder.resolve("rgbd/room/depth")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("rgb/NAME.jpg with depth/NAME.png");
    }
}
