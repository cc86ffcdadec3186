package org.sekkei.tasks.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class AttentionPicturesTest {
    /// One head over a class token and four patches.
    private static Tensor map(float... rows) {
        return Tensor.of(rows, 1, 1, 5, 5);
    }

    @Test
    void theClassTokensRowIsThePicture() {
        try (var _ = Scope.open()) {
            Tensor map = map(
                    0.2f, 0.1f, 0.2f, 0.5f, 0, //
                    1, 0, 0, 0, 0, //
                    1, 0, 0, 0, 0, //
                    1, 0, 0, 0, 0, //
                    1, 0, 0, 0, 0);
            float[] picture = AttentionPictures.ofBlock(map, 2).toFloats();
            assertThat(picture).containsExactly(new float[] {0.2f, 0.4f, 1, 0}, within(1e-6f));
        }
    }

    @Test
    void rolloutFollowsTheWayThroughTheBlocks() {
        try (var _ = Scope.open()) {
            // The second block looks at patch 1, which took all it has from patch 4 in the first block.
            Tensor first = map(
                    1, 0, 0, 0, 0, //
                    0, 0, 0, 0, 1, //
                    0, 0, 1, 0, 0, //
                    0, 0, 0, 1, 0, //
                    0, 0, 0, 0, 1);
            Tensor second = map(
                    0, 1, 0, 0, 0, //
                    0, 1, 0, 0, 0, //
                    0, 0, 1, 0, 0, //
                    0, 0, 0, 1, 0, //
                    0, 0, 0, 0, 1);
            float[] picture =
                    AttentionPictures.rollout(List.of(first, second), 2).toFloats();
            // A half of patch 1's half is its own, the other half is that of patch 4.
            assertThat(picture).containsExactly(new float[] {1, 0, 0, 1}, within(1e-5f));
        }
    }
}
