package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.Device;
import org.sekkei.train.Augmentation;
import org.sekkei.train.LoaderConfig;
import org.sekkei.train.Normalization;
import org.sekkei.train.TrainingConfig;

class TrainingMemoryTest {
    private static TrainingConfig config(String model, int batch) {
        var data = new LoaderConfig(
                96, batch, 1, 1, Augmentation.training(96), Augmentation.evaluation(96), Normalization.IMAGENET, true);
        return TrainingConfig.standard(model, 1, Device.CPU, data);
    }

    private static TrainingMemory of(String model, int batch, String budget) {
        return TrainingMemory.of(config(model, batch), 10, 1_000_000, MemorySize.parse(budget));
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet18", "vit_ti_16"})
    void lessMemoryMeansSmallerParts(String model) {
        TrainingMemory whole = of(model, 64, "20G");
        assertThat(whole.microBatch()).isEqualTo(64);
        assertThat(whole.sentence()).contains("whole batches");
        int before = 64;
        for (long budget = whole.network().high() + whole.beside(); before > 4; budget -= 20_000_000) {
            TrainingMemory cut;
            try {
                cut = of(model, 64, budget / 1_000_000 + "M");
            } catch (IllegalArgumentException nothingFits) {
                assertThat(before).isLessThanOrEqualTo(8);
                return;
            }
            assertThat(cut.microBatch()).isLessThanOrEqualTo(before).isIn(64, 32, 16, 8, 4, 2, 1);
            if (cut.sure()) {
                assertThat(cut.network().high() + cut.beside()).isLessThanOrEqualTo(budget);
            } else {
                assertThat(cut.sentence()).contains("may be too little");
            }
            before = cut.microBatch();
        }
    }

    @Test
    void whatNormalisesByTheBatchIsComputedAgainFirst() {
        TrainingMemory whole = of("resnet18", 64, "20G");
        String less = (whole.network().high() + whole.beside()) / 1_000_000 - 10 + "M";
        TrainingMemory again = of("resnet18", 64, less);
        assertThat(again.microBatch()).isEqualTo(64);
        assertThat(again.recompute()).isTrue();
        assertThat(again.sentence()).contains("whole batches").contains("computed again");
        assertThat(again.expected()).isLessThan(whole.expected());
        String least = (again.network().high() + again.beside()) / 1_000_000 - 10 + "M";
        assertThat(of("resnet18", 64, least).sentence()).contains("normalises by what is in a part");
    }

    @Test
    void whatDoesNotNormaliseGoesInPartsFirst() {
        TrainingMemory whole = of("vit_ti_16", 64, "20G");
        String less = (whole.network().high() + whole.beside()) / 1_000_000 - 10 + "M";
        TrainingMemory parts = of("vit_ti_16", 64, less);
        assertThat(parts.microBatch()).isEqualTo(32);
        assertThat(parts.recompute()).isFalse();
    }

    @Test
    void whatIsNotSureIsHeldToItsFirstSteps() {
        long budget = 900_000_000;
        TrainingMemory unsure = null;
        while (unsure == null || unsure.sure()) {
            unsure = of("resnet18", 64, budget / 1_000_000 + "M");
            budget -= 5_000_000;
        }
        TrainingMemory memory = unsure;
        requireHeldToItsFirstSteps(memory);
    }

    @Test
    void whatWasSureIsHeldToThemToo() {
        TrainingMemory memory = of("resnet18", 64, "4G");
        assertThat(memory.sure()).isTrue();
        requireHeldToItsFirstSteps(memory);
    }

    private static void requireHeldToItsFirstSteps(TrainingMemory memory) {
        memory.requireKept(1, memory.budget());
        memory.requireKept(100, memory.budget() + 1);
        assertThatThrownBy(() -> memory.requireKept(1, memory.budget() + 1))
                .hasMessageContaining("of memory even with")
                .hasMessageContaining("--memory");
    }

    @Test
    void whatCannotFitIsRefusedWithTheFigures() {
        assertThatThrownBy(() -> of("resnet18", 64, "300M"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("training resnet18 at 96 pixels takes about")
                .hasMessageContaining("4 of 64 pictures")
                .hasMessageContaining("300.0 MB may be used")
                .hasMessageContaining("--memory ");
    }

    @Test
    void aDataSetThatHasNoRoomIsPartlyResident() {
        TrainingConfig config = config("vit_ti_16", 16);
        TrainingMemory plenty = TrainingMemory.of(config, 10, 3_000_000_000L, MemorySize.parse("20G"));
        assertThat(plenty.resident()).isEqualTo(3_000_000_000L);
        assertThat(plenty.sentence()).doesNotContain("resident");
        TrainingMemory partly = TrainingMemory.of(config, 10, 3_000_000_000L, MemorySize.parse("2G"));
        assertThat(partly.microBatch()).isEqualTo(16);
        assertThat(partly.recompute()).isFalse();
        assertThat(partly.resident()).isBetween(100_000_000L, 2_000_000_000L);
        assertThat(partly.network().high() + partly.beside() + partly.resident())
                .isLessThanOrEqualTo(2_000_000_000L);
        assertThat(partly.room()).isEqualTo(partly.resident());
        assertThat(partly.sentence()).contains("partly resident").contains("of 3.0 GB");
    }
}
