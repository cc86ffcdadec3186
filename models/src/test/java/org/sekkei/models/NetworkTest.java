package org.sekkei.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;

class NetworkTest {
    @ParameterizedTest
    @CsvSource({
        "resnet34, 21797672",
        "resnet50, 25557032",
        "vgg16, 138357544",
        "vgg_small, 858760",
        "vit_b_32, 88224232",
        "vit_tiny, 5717416",
        "vit_s_16, 22050664",
        "vit_l_16, 304326632",
        "deepvit_24b, 36261448",
        "deepvit_32b, 48096232",
        "deepvit_s, 27312632",
        "deepvit_l, 58883708",
        "deepvit_l_384, 59043308",
        "deblurgan_critic, 2764737",
        "FPN-Inception, 60929291",
        "deeplens, 11543248",
    })
    void hasThePublishedParameters(String name, long parameters) {
        try (var _ = Scope.open()) {
            Network.Graph graph = Network.named(name).factory().create(Generator.idle());
            assertThat(graph.module().parameterCount()).isEqualTo(parameters);
        }
    }

    // torchvision publishes 1.81, 4.09 and 4.41 GFLOPs, counting a multiplication and its addition as one.
    @ParameterizedTest
    @CsvSource({"resnet18, 3.63e9", "resnet50, 8.18e9", "vit_b_32, 8.82e9"})
    void countsThePublishedOperations(String name, double flops) {
        NetworkSize size = NetworkSize.of(Network.named(name), 224);
        assertThat(size.flops()).isCloseTo(flops, withPercentage(1.5));
        assertThat(size.activationBytes()).isPositive();
        assertThat(size.layers()).isNotEmpty();
    }
}
