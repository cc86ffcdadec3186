package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.inr.Box;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Sampling;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class InrCropsTest {
    @TempDir
    private Path folder;

    @Test
    void decodesJustTheCrops() throws IOException {
        try (Dataset dataset = Datasets.twoClasses(folder.resolve("set"), 4);
                InrCrops crops = InrCrops.open(dataset, new AnalyticCodec(), Device.CPU);
                var _ = Scope.open()) {
            Tensor decoded = crops.decode(
                    new int[] {3, 0},
                    List.of(Sampling.crop(new Box(2, 5, 4, 4), 4, 4), Sampling.crop(new Box(20, 0, 4, 4), 4, 4)));
            assertThat(decoded.shape()).containsExactly(2, 3, 4, 4);
            float[] numbers = decoded.toFloats();
            assertThat(numbers[0]).isCloseTo(2.5f / Datasets.WIDTH, within(1e-6f));
            assertThat(numbers[16]).isCloseTo(5.5f / Datasets.HEIGHT, within(1e-6f));
            assertThat(numbers[48]).isCloseTo(20.5f / Datasets.WIDTH, within(1e-6f));
        }
    }
}
