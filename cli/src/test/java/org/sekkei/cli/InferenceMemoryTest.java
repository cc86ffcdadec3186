package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sekkei.models.Model;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.train.Augmentation;
import org.sekkei.train.Normalization;
import org.sekkei.train.TrainedModel;

class InferenceMemoryTest {
    private static InferenceMemory of(int batch, String budget) {
        try (var _ = Scope.open()) {
            var model = new TrainedModel(
                    "resnet18",
                    Model.named("resnet18", 128).create(3, Generator.idle()),
                    List.of("a", "b", "c"),
                    128,
                    Augmentation.evaluation(128),
                    Normalization.IMAGENET);
            return InferenceMemory.of(model, batch, DType.FLOAT32, Device.CPU, 50_000_000, MemorySize.parse(budget));
        }
    }

    @Test
    void lessMemoryMeansFewerPicturesAtOnce() {
        InferenceMemory plenty = of(256, "8G");
        assertThat(plenty.batch()).isEqualTo(256);
        assertThat(plenty.resident()).isEqualTo(50_000_000);
        InferenceMemory less = of(256, "700M");
        assertThat(less.batch()).isBetween(1, 255);
        assertThat(less.network().high() + less.beside() + less.resident()).isLessThanOrEqualTo(700_000_000);
        assertThat(less.sentence()).contains(less.batch() + " pictures at once instead of 256");
    }

    @Test
    void whatNeedsMoreForOnePictureIsRefused() {
        assertThatThrownBy(() -> of(256, "300M"))
                .hasMessageContaining("even with one picture at a time")
                .hasMessageContaining("--memory ");
    }
}
