package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Split;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Linear;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.TorchException;

class EvaluatorTest {
    private static final int SIDE = 16;

    @TempDir
    private Path folder;

    /// Too large for the memory when there are many pictures.
    private static final class Crowded extends Layer {
        private final Layer head;
        private final int most;

        Crowded(int most) {
            head = child("head", new Linear(3 * SIDE * SIDE, 2, new Generator(1)));
            this.most = most;
        }

        @Override
        protected Tensor forward(Tensor pictures) {
            if (pictures.size(0) > most) {
                Tensor.zeros(1L << 60);
            }
            return head.apply(pictures.flatten(1, -1));
        }
    }

    private Evaluation evaluated(int most, List<String> warnings) throws IOException {
        Path set = folder.resolve("set");
        var data = new LoaderConfig(
                SIDE,
                8,
                1,
                1,
                Augmentation.evaluation(SIDE),
                Augmentation.evaluation(SIDE),
                Normalization.IMAGENET,
                true);
        var listener = new TrainingListener() {
            @Override
            public void warned(String sentence) {
                warnings.add(sentence);
            }
        };
        try (var _ = Scope.open();
                Dataset dataset = Files.exists(set) ? Dataset.open(set) : Datasets.twoClasses(set, 80);
                InrLoader loader = InrLoader.open(dataset, new AnalyticCodec(), data)) {
            return new Evaluator(new Crowded(most), Device.CPU, Precision.FLOAT32)
                    .evaluate(loader, Split.TRAIN, listener);
        }
    }

    @Test
    void whatDoesNotFitIsHalvedAndComesOutTheSame() throws IOException {
        List<String> warnings = new ArrayList<>();
        Evaluation whole = evaluated(8, warnings);
        assertThat(warnings).isEmpty();
        Evaluation halved = evaluated(3, warnings);
        assertThat(halved.confusion()).isEqualTo(whole.confusion());
        assertThat(halved.loss()).isCloseTo(whole.loss(), within(1e-6));
        // Once for the whole evaluation, not for each batch.
        assertThat(warnings)
                .containsExactly(
                        "The memory did not suffice for 7 pictures at once; the evaluation goes on with 4 at once.",
                        "The memory did not suffice for 4 pictures at once; the evaluation goes on with 2 at once.");
    }

    @Test
    void whatDoesNotFitOneByOneFails() {
        assertThatThrownBy(() -> evaluated(0, new ArrayList<>()))
                .isInstanceOfSatisfying(
                        TorchException.class,
                        error -> assertThat(error.isOutOfMemory()).isTrue());
    }
}
