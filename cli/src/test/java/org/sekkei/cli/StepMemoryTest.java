package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sekkei.plan.Workload;
import org.sekkei.tasks.refocus.RefocusNeed;
import org.sekkei.torch.Device;

class StepMemoryTest {
    private static final Workload STEP = new RefocusNeed().training(RefocusNeed.NETWORK);

    private static StepMemory of(long megabytes) {
        return StepMemory.of(STEP, 5_000_000, Device.CPU, new MemorySize(megabytes * 1_000_000));
    }

    @Test
    void lessMemoryMakesSmallerParts() {
        StepMemory whole = of(2000);
        StepMemory parts = of(600);
        StepMemory unsure = of(500);
        assertThat(whole.microBatch()).isEqualTo(STEP.batch());
        assertThat(parts.microBatch()).isLessThan(STEP.batch());
        assertThat(parts.network().high() + parts.beside()).isLessThanOrEqualTo(600_000_000);
        assertThat(parts.sentence()).contains("in parts of " + parts.microBatch() + " of " + STEP.batch());
        assertThat(unsure.microBatch()).isOne();
        assertThat(unsure.sure()).isFalse();
        assertThat(unsure.sentence()).contains("may be too little");
    }

    @Test
    void whatNeedsMoreThanThereIsIsRefusedWithTheFigures() {
        assertThatThrownBy(() -> of(350))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("even with 1 of 8 at once")
                .hasMessageContaining("350.0 MB may be used; give it --memory");
    }
}
