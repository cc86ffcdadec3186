package org.sekkei.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Module;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Every network against its authors' own.
class ParityTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vgg19", "vit_b_16", "deepvit_16b"})
    void classifiersAgree(String name) {
        check(name, Model.named(name).create(1000, new Generator(0)), "logits");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deblurgan", "deblurganv2_mobilenet"})
    void restorersAgree(String name) {
        check(
                name,
                name.equals("deblurgan")
                        ? new DeblurGan(new Generator(0))
                        : new DeblurGanV2(DeblurGanV2.Backbone.MOBILENET, new Generator(0)),
                "restored");
    }

    @Test
    void trackerAgrees() {
        Parity parity = Parity.of("trtr_resnet50");
        TrTr network = new TrTr(new Generator(0));
        same(parity, network);
        try (var _ = Autograd.noGrad()) {
            Tensor padding = Tensor.zeros(1, 255, 255);
            padding.narrow(2, 215, 40).fillInPlace(1);
            TrTr.Found found = network.apply(parity.input("template"), parity.input("search"), padding);
            parity.check("pred_heatmap", found.heat());
            parity.check("pred_bbox_reg", found.offset());
            parity.check("pred_bbox_wh", found.extent());
        }
    }

    private static void same(Parity parity, Module network) {
        assertThat(Parity.state(network)).isEqualTo(parity.state());
        assertThat(network.parameterCount()).isEqualTo(parity.parameters());
        Parity.fill(network);
        network.eval();
    }

    private static void check(String name, Layer network, String output) {
        Parity parity = Parity.of(name);
        same(parity, network);
        try (var _ = Autograd.noGrad()) {
            Map<String, Tensor> taps = new LinkedHashMap<>();
            network.namedModules()
                    .forEach((path, module) -> module.observe(
                            (_, seen) -> taps.put(path, seen.copy().keep())));
            parity.check(output, network.apply(parity.input("input")));
            parity.outputs().stream()
                    .filter(taps::containsKey)
                    .forEach(tap -> parity.check(tap, Objects.requireNonNull(taps.get(tap))));
        }
    }
}
