package org.sekkei.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MachineMemoryTest {
    @Test
    void peaksAreRemembered() {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "only Linux tells");
        long before = MachineMemory.peak().orElseThrow();
        try (var _ = Scope.open()) {
            Tensor.ones(100_000_000 / 4);
        }
        assertThat(MachineMemory.peak().orElseThrow()).isGreaterThanOrEqualTo(before);
        assertThat(MachineMemory.peak().orElseThrow()).isGreaterThan(100_000_000);
        assertThat(MachineMemory.resident().orElseThrow())
                .isPositive()
                .isLessThanOrEqualTo(MachineMemory.peak().orElseThrow());
    }

    @Test
    void someMemoryIsFree() {
        assertThat(MachineMemory.free()).isGreaterThan(50_000_000);
    }
}
