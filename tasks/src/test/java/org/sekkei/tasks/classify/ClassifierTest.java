package org.sekkei.tasks.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Linear;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.TorchException;
import org.sekkei.train.Augmentation;
import org.sekkei.train.Normalization;
import org.sekkei.train.TrainedModel;

class ClassifierTest {
    private static final int SIDE = 8;

    /// Too large for the memory when there are many pictures.
    private static final class Crowded extends Layer {
        private final Layer head = child("head", new Linear(3 * SIDE * SIDE, 3, new Generator(1)));
        private final List<Long> fitted = new ArrayList<>();
        private final int most;

        Crowded(int most) {
            this.most = most;
        }

        @Override
        protected Tensor forward(Tensor pictures) {
            if (pictures.size(0) > most) {
                Tensor.zeros(1L << 60);
            }
            fitted.add(pictures.size(0));
            return head.apply(pictures.flatten(1, -1));
        }
    }

    private static Classifier classifier(Crowded network) {
        return new Classifier(
                new TrainedModel(
                        "crowded",
                        network,
                        List.of("a", "b", "c"),
                        SIDE,
                        Augmentation.evaluation(SIDE),
                        Normalization.IMAGENET),
                Device.CPU);
    }

    @Test
    void whatDoesNotFitIsHalvedAndComesOutTheSame() {
        try (var _ = Scope.open()) {
            Tensor inputs = Tensor.randn(new Generator(2), 7, 3, SIDE, SIDE);
            List<List<Guess>> whole = classifier(new Crowded(7)).classify(inputs, 2);
            var crowded = new Crowded(2);
            List<List<Guess>> halved = classifier(crowded).classify(inputs, 2);
            assertThat(crowded.fitted).containsExactly(1L, 2L, 2L, 2L);
            assertThat(halved)
                    .usingRecursiveComparison()
                    .withComparatorForType((a, b) -> Math.abs(a - b) < 1e-6 ? 0 : Double.compare(a, b), Double.class)
                    .isEqualTo(whole);
        }
    }

    @Test
    void onePictureThatDoesNotFitFails() {
        try (var _ = Scope.open()) {
            Tensor inputs = Tensor.zeros(3, 3, SIDE, SIDE);
            Classifier classifier = classifier(new Crowded(0));
            assertThatThrownBy(() -> classifier.classify(inputs, 1))
                    .isInstanceOfSatisfying(
                            TorchException.class,
                            error -> assertThat(error.isOutOfMemory()).isTrue());
        }
    }
}
