package org.sekkei.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GpuCatalogueTest {
    private static final String HEADER = "name,vendor,sm,memory_gb,bandwidth_gbs,fp32_tflops,fp16_tensor_tflops,seed\n";

    private final GpuCatalogue catalogue = GpuCatalogue.bundled();

    @Test
    void holdsTheColumnsCards() {
        assertThat(catalogue.gpus().stream().filter(Gpu::seed)).hasSize(8);
        Gpu card = catalogue.named("rtx 3090");
        assertThat(card.name()).isEqualTo("GeForce RTX 3090");
        assertThat(card.memoryBytes()).isEqualTo(24_000_000_000L);
        assertThat(card.fp32()).isEqualTo(35.6e12);
        assertThat(card.computeCapability()).isEqualTo(new Gpu.ComputeCapability(8, 6));
        assertThat(card.obstacle()).isNull();
    }

    @Test
    void saysWhichCardsThisBuildCannotUse() {
        assertThat(catalogue.named("Radeon 540X").obstacle()).contains("AMD");
        assertThat(catalogue.named("GTX 1050 Ti").obstacle()).contains("6.1").contains("7.5");
        assertThat(catalogue.named("Quadro RTX 4000").obstacle()).isNull();
        assertThat(catalogue.named("B200").obstacle()).isNull();
    }

    @Test
    void anAmbiguousNameNamesTheCandidates() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalogue.named("V100"))
                .withMessageContaining("Tesla V100 SXM2 16GB")
                .withMessageContaining("Tesla V100 PCIe 16GB");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalogue.named("Voodoo 2"))
                .withMessageContaining("no card 'Voodoo 2' in the list; there are GeForce GTX 1050 Ti");
    }

    @Test
    void aMisspeltNameNamesThoseNearIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalogue.named("RTX 3900"))
                .withMessageContaining("near are GeForce RTX 3090, Quadro RTX 4000, GeForce RTX 4090")
                .withMessageNotContaining("V100");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "name,vendor\n",
                HEADER + "A,NVIDIA,8.0,40\n",
                HEADER + "A,NVIDIA,eight,40,1,1,1,\n",
                HEADER + "A,NVIDIA,8.0,-40,1,1,1,\n",
                HEADER + "A,NVIDIA,8.0,NaN,1,1,1,\n",
                HEADER + "A,NVIDIA,8.0,many,1,1,1,\n",
                HEADER + "A,NVIDIA,8.0,40,1,1,1,\nA,NVIDIA,8.0,40,1,1,1,\n",
            })
    void refusesWhatIsNoCatalogue(String csv) {
        assertThatThrownBy(() -> GpuCatalogue.parse(csv))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("gpus.csv: ");
    }
}
