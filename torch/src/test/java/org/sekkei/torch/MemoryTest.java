package org.sekkei.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class MemoryTest {
    @Test
    void trainingStepsInScopesLeaveNothingBehind() throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/status")), "resident memory is read from /proc");
        Generator generator = new Generator(1);
        Sequential network = new Sequential(
                new Conv2d(Conv2d.options(3, 16, 3).padding(1), generator),
                new BatchNorm2d(16),
                new ReLU(),
                new Conv2d(Conv2d.options(16, 16, 3).padding(1), generator),
                new AdaptiveAvgPool2d(1, 1));
        Sgd sgd = new Sgd(Optimizer.Group.all(network, 1e-4), 0.01, 0.9, true);
        Tensor pictures = Tensor.rand(generator, 32, 3, 32, 32);
        Tensor labels = Tensor.randint(generator, 0, 16, 32);
        steps(network, sgd, pictures, labels, 60);
        long before = residentKilobytes();
        steps(network, sgd, pictures, labels, 300);
        // A step makes about 15 MB of activations; one that kept them would grow by gigabytes.
        assertThat(residentKilobytes() - before).isLessThan(60_000);
    }

    private static void steps(Sequential network, Sgd sgd, Tensor pictures, Tensor labels, int count) {
        for (int step = 0; step < count; step++) {
            try (var _ = Scope.open()) {
                Tensor logits = network.apply(pictures).flatten(1, -1);
                sgd.zeroGrad();
                Functional.crossEntropy(logits, labels, 0.1).backward();
                sgd.step();
            }
        }
    }

    private static long residentKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }
}
