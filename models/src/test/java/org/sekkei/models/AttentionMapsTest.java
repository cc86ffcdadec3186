package org.sekkei.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DropPath;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class AttentionMapsTest {
    private static final TransformerShape SHAPE = new TransformerShape(3, 12, 2, 4, 16);

    @ParameterizedTest
    @EnumSource(TransformerShape.Family.class)
    void allBlocksAreSeenAndTheLogitsAreThoseOfTheNetwork(TransformerShape.Family family) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Layer network = Model.named(SHAPE.name(family)).create(5, new Generator(1));
            network.eval();
            Tensor pictures = Tensor.rand(new Generator(2), 2, 3, 16, 16);
            AttentionMaps maps = AttentionMaps.of(network, pictures);
            assertThat(maps.blocks())
                    .hasSize(3)
                    .allSatisfy(block -> assertThat(block.shape()).containsExactly(2, 2, 17, 17));
            assertThat(maps.logits().equal(network.apply(pictures))).isTrue();
            assertThat(AttentionMaps.has(network)).isTrue();
        }
    }

    @Test
    void rowsOfAViTAddUpToOneAndAreWhatItComputesWith() {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Layer network = Model.named(SHAPE.name(TransformerShape.Family.VIT)).create(5, new Generator(1));
            AttentionMaps maps = AttentionMaps.of(network, Tensor.rand(new Generator(2), 1, 3, 16, 16));
            for (Tensor block : maps.blocks()) {
                Tensor sums = block.sum(false, -1);
                assertThat(sums.amin(false, 0, 1, 2).item()).isCloseTo(1, within(1e-5));
                assertThat(sums.amax(false, 0, 1, 2).item()).isCloseTo(1, within(1e-5));
            }
        }
    }

    @Test
    void aConvolutionalNetworkHasNone() {
        try (var _ = Scope.open()) {
            assertThat(AttentionMaps.has(Model.named("resnet18").create(2, Generator.idle())))
                    .isFalse();
        }
    }

    @Test
    void reAttentionIsTheOnlyDifference() {
        long plain = Model.named(SHAPE.name(TransformerShape.Family.VIT))
                .create(5, Generator.idle())
                .parameterCount();
        long mixed = Model.named(SHAPE.name(TransformerShape.Family.DEEPVIT))
                .create(5, Generator.idle())
                .parameterCount();
        // A 2 x 2 matrix with bias, and scale and shift of the norm, in each of three blocks.
        assertThat(mixed - plain).isEqualTo(3 * (4 + 2 + 2 + 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit_d3_w10_h3_p4_s16", "vit_d0_w12_h2_p4_s16", "deepvit_d3_w12_h2_p5_s16"})
    void measuresThatDoNotFitAreRefused(String name) {
        assertThatThrownBy(() -> Model.named(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void branchesAreLeftOutForSomeSamplesOnly() {
        try (var _ = Scope.open()) {
            Layer network = Model.named(SHAPE.name(TransformerShape.Family.VIT)).create(5, new Generator(1));
            Tensor pictures = Tensor.rand(new Generator(2), 8, 3, 16, 16);
            Tensor whole = network.apply(pictures);
            DropPath.spread(network, 0.5);
            assertThat(DropPath.of(network)).hasSize(6);
            Tensor first = dropped(network, pictures, 1);
            assertThat(first.equal(dropped(network, pictures, 1))).isTrue();
            assertThat(first.equal(dropped(network, pictures, 2))).isFalse();
            assertThat(first.equal(whole)).isFalse();
            network.eval();
            assertThat(network.apply(pictures).equal(whole)).isTrue();
        }
    }

    private static Tensor dropped(Layer network, Tensor pictures, long seed) {
        DropPath.of(network).forEach(branch -> branch.draw(seed));
        return network.apply(pictures);
    }
}
