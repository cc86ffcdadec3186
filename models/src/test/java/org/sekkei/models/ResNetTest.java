package org.sekkei.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sekkei.torch.Autocast;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Device;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Optimizer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Sgd;
import org.sekkei.torch.Tensor;

class ResNetTest {
    private static final ResNet.Variant TINY =
            new ResNet.Variant("tiny", ResNet.Block.BASIC, List.of(1, 1), ResNet.Stem.CIFAR);

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void channelsLastGivesTheSame() {
        Layer network = Model.named("resnet18").create(10, new Generator(0));
        network.eval();
        try (var _ = Autograd.noGrad()) {
            Tensor pictures = Tensor.rand(new Generator(1), 1, 3, 64, 64);
            Tensor expected = network.apply(pictures);
            network.channelsLast();
            Tensor logits = network.apply(pictures.channelsLast());
            assertThat(logits.sub(expected).abs().amax(false).item())
                    .isLessThan(1e-4 * expected.std().item());
        }
    }

    @Test
    void variantsHaveThePublishedSizes() {
        assertThat(Model.named("resnet34").create(1000, new Generator(0)).parameterCount())
                .isEqualTo(21_797_672);
        assertThat(Model.named("resnet50").create(1000, new Generator(0)).parameterCount())
                .isEqualTo(25_557_032);
        assertThat(Model.named("resnet18", 32).create(10, new Generator(0)).parameterCount())
                .isEqualTo(11_173_962);
    }

    @Test
    void aFewStepsLowerTheLossAndASeedRepeatsItBitForBit() {
        SequencedMap<String, Tensor> first = train(TINY);
        SequencedMap<String, Tensor> again = train(TINY);
        first.forEach((name, value) -> assertThat(value.equal(Objects.requireNonNull(again.get(name))))
                .as(name)
                .isTrue());
    }

    private static SequencedMap<String, Tensor> train(ResNet.Variant variant) {
        Generator generator = new Generator(11);
        ResNet network = new ResNet(variant, 4, generator).zeroInitResiduals();
        network.channelsLast();
        Sgd sgd = new Sgd(Optimizer.Group.decayingWeightsOnly(network, 5e-4), 0.05, 0.9, true);
        Tensor pictures = Tensor.randn(generator, 8, 3, 16, 16).channelsLast();
        Tensor labels = Tensor.randint(generator, 0, 4, 8);
        double before = 0;
        double after = 0;
        for (int step = 0; step < 12; step++) {
            try (var _ = Scope.open()) {
                Tensor logits;
                try (var _ = Autocast.bfloat16(Device.Kind.CPU)) {
                    logits = network.apply(pictures);
                }
                Tensor loss = Functional.crossEntropy(logits, labels, 0.1);
                sgd.zeroGrad();
                loss.backward();
                sgd.step();
                after = loss.item();
                before = step == 0 ? after : before;
            }
        }
        assertThat(after).isLessThan(0.8 * before);
        return network.stateDict();
    }
}
