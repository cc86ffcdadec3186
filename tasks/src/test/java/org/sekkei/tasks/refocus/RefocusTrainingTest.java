package org.sekkei.tasks.refocus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class RefocusTrainingTest {
    private static final RefocusTraining.Config WHOLE = new RefocusTraining.Config(2, 3, 32, 1e-3, 2, 1, Device.CPU);

    @TempDir
    private Path folder;

    private record Trained(List<Double> losses, float[] weights) {}

    private Trained trained(RefocusTraining.Config config, String name) throws IOException {
        var rgb = new byte[3 * 64 * 64];
        new SplittableRandom(3).nextBytes(rgb);
        List<Picture> photos = List.of(new Picture(64, 64, rgb));
        List<Double> losses = new ArrayList<>();
        new RefocusTraining(config, photos, photos, folder.resolve(name)).run(new RefocusTraining.Listener() {
            @Override
            public void line(RefocusTraining.Line line) {}

            @Override
            public void step(int step, int steps, double loss) {
                losses.add(loss);
            }
        });
        try (var _ = Scope.open()) {
            Tensor shallow = Safetensors.read(folder.resolve(name).resolve(RefocusTraining.WEIGHTS))
                    .get("shallow.weight");
            float[] weights = Objects.requireNonNull(shallow).to(DType.FLOAT32).toFloats();
            return new Trained(losses, weights);
        }
    }

    @Test
    void partsOfABatchTeachTheSame() throws IOException {
        Trained whole = trained(WHOLE, "whole");
        Trained parts = trained(WHOLE.withMicroBatch(2), "parts");
        for (int i = 0; i < 2; i++) {
            assertThat(parts.losses.get(i)).isCloseTo(whole.losses.get(i), within(1e-6));
        }
        assertThat(parts.weights).containsExactly(whole.weights, within(1e-3f));
    }
}
