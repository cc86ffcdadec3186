package org.sekkei.tasks.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class ConjugateGradientTest {
    /// 6 unknowns in two parts: as many steps find them.
    @Test
    void aKnownSystemIsSolved() {
        try (var _ = Scope.open()) {
            Tensor root = Tensor.randn(new Generator(3), 6, 6);
            Tensor matrix = root.matmul(root.transpose(0, 1)).add(Tensor.of(identity(6), 6, 6));
            Tensor expected = Tensor.randn(new Generator(4), 6, 1);
            List<Tensor> found = ConjugateGradient.solve(
                    parts -> split(matrix.matmul(Tensor.cat(parts, 0))), split(matrix.matmul(expected)), 12);
            assertThat(found).hasSize(2);
            assertThat(Tensor.cat(found, 0).toFloats()).containsExactly(expected.toFloats(), within(1e-3f));
        }
    }

    private static float[] identity(int size) {
        var values = new float[size * size];
        for (int i = 0; i < size; i++) {
            values[i * size + i] = 1;
        }
        return values;
    }

    private static List<Tensor> split(Tensor vector) {
        return List.of(vector.narrow(0, 0, 2), vector.narrow(0, 2, 4));
    }

    /// Maps in which the object is a pattern over noise: the classifier is warm where it is, in a frame that it never
    /// saw, and stays so after learning more.
    @Test
    void theClassifierLearnsWhatTheObjectIs() {
        try (var _ = Scope.open()) {
            var generator = new Generator(5);
            Tensor pattern = Tensor.randn(generator, 1, 16, 3, 3).mul(2);
            List<Tensor> maps = new ArrayList<>();
            List<TargetBox> targets = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                maps.add(map(generator, pattern, 3 + 2 * i % 9, 12 - 2 * i));
                targets.add(target(3 + 2 * i % 9, 12 - 2 * i));
            }
            try (var classifier = new OnlineClassifier(Tensor.cat(maps, 0), targets)) {
                for (int i = 0; i < 4; i++) {
                    Tensor unseen = map(generator, pattern, 5 + i, 9);
                    float[] heat = classifier.heat(unseen);
                    assertThat(hottest(heat)).isEqualTo((9 + 1) * 20 + 5 + i + 1);
                    assertThat(heat[hottest(heat)]).isGreaterThan(0.4f);
                    classifier.remember(unseen, target(5 + i, 9));
                    classifier.learn();
                }
            }
        }
    }

    private static int hottest(float[] heat) {
        int best = 0;
        for (int i = 0; i < heat.length; i++) {
            best = heat[i] > heat[best] ? i : best;
        }
        return best;
    }

    private static Tensor map(Generator generator, Tensor pattern, int column, int row) {
        Tensor map = Tensor.randn(generator, 1, 16, 20, 20).mul(0.5);
        map.narrow(2, row, 3).narrow(3, column, 3).addInPlace(pattern);
        return map;
    }

    private static TargetBox target(int column, int row) {
        return new TargetBox(8.0 * column, 8.0 * row, 24, 24);
    }
}
