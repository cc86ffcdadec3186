package org.sekkei.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class ModelTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"resnet18", "resnet18_cifar", "resnet50", "vit_ti_16", "vit_s_32", "deepvit_16b", "deepvit_s"})
    void classifiesPictures(String name) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Layer network = Model.named(name).create(7, new Generator(0));
            network.eval();
            Tensor logits = network.apply(Tensor.rand(new Generator(1), 2, 3, 32, 64));
            assertThat(logits.shape()).containsExactly(2, 7);
            assertThat(logits.isFinite().all().item()).isEqualTo(1);
        }
    }

    @Test
    void namesAreUniqueAndFound() {
        assertThat(Model.all()).extracting(Model::name).doesNotHaveDuplicates();
        assertThat(Model.named("resnet18", 64).name()).isEqualTo("resnet18_cifar");
        assertThat(Model.named("resnet18", 65).name()).isEqualTo("resnet18");
        assertThat(Model.named("resnet18_cifar", 500).name()).isEqualTo("resnet18_cifar");
        assertThatThrownBy(() -> Model.named("resnet"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("unknown model 'resnet'; perhaps resnet18; there are resnet18, ");
    }
}
