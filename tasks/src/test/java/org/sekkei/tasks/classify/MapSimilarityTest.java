package org.sekkei.tasks.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class MapSimilarityTest {
    @Test
    void equalMapsAreAlikeAndOppositeOnesAreNot() {
        try (var _ = Scope.open()) {
            Tensor a = Tensor.of(new float[] {0.9f, 0.1f, 0.1f, 0.9f}, 1, 1, 2, 2);
            Tensor b = Tensor.of(new float[] {0.1f, 0.9f, 0.9f, 0.1f}, 1, 1, 2, 2);
            List<MapSimilarity> similarities = MapSimilarity.toTheBlockBefore(List.of(a, a, b));
            assertThat(similarities).hasSize(2);
            assertThat(similarities.getFirst().cosine()).isCloseTo(1, within(1e-6));
            assertThat(similarities.getFirst().correlation()).isCloseTo(1, within(1e-6));
            assertThat(similarities.getLast().cosine()).isCloseTo(0.18 / 0.82, within(1e-6));
            assertThat(similarities.getLast().correlation()).isCloseTo(-1, within(1e-6));
        }
    }

    @Test
    void likenessIsTheMeanOverTokens() {
        try (var _ = Scope.open()) {
            Tensor a = Tensor.of(new float[] {1, 0, 0, 1}, 1, 1, 2, 2);
            Tensor b = Tensor.of(new float[] {1, 0, 1, 0}, 1, 1, 2, 2);
            assertThat(MapSimilarity.of(a, b).cosine()).isCloseTo(0.5, within(1e-6));
        }
    }
}
