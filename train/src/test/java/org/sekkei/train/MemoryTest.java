package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.inr.Dataset;
import org.sekkei.torch.Device;

class MemoryTest {
    private static final Path STATUS = Path.of("/proc/self/status");

    @TempDir
    private Path folder;

    private static long residentMegabytes() {
        try {
            return Files.readAllLines(STATUS).stream()
                            .filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElse(0)
                    / 1024;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void theProcessDoesNotGrowFromStepToStep() throws IOException {
        assumeThat(STATUS).as("resident memory is read from /proc").exists();
        // A step takes some 20 MB: a tensor that is not freed shows after a few.
        var data = new LoaderConfig(
                32, 64, 1, 2, Augmentation.training(32), Augmentation.evaluation(32), Normalization.IMAGENET, true);
        var config = new TrainingConfig(
                "tiny",
                10,
                Optimization.sgd(64, 10),
                new Regularization(0.1, 0, 0, 0),
                Start.FROM_NOTHING,
                Precision.FLOAT32,
                Device.CPU,
                1,
                1,
                new CheckpointPolicy(5, 0, 1),
                data);
        List<Long> resident = new ArrayList<>();
        var listener = new TrainingListener() {
            @Override
            public void progressed(Progress progress) {
                resident.add(residentMegabytes());
            }
        };
        try (Dataset dataset = Datasets.twoClasses(folder.resolve("set"), 2560);
                InrLoader loader = InrLoader.open(dataset, new AnalyticCodec(), data)) {
            new Trainer(config, Tiny.MODEL, loader, folder.resolve("run"), listener).train();
        }
        assertThat(resident).hasSize(300);
        assertThat(resident.getLast() - resident.get(100)).isLessThan(150);
    }
}
