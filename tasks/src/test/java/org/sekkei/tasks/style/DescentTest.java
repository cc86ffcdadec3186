package org.sekkei.tasks.style;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

class DescentTest {
    private final Scope scope = Scope.open();

    /// A valley that is a hundred times steeper across than along.
    private final Tensor steepness = Tensor.linspace(1, 100, 3 * 20 * 30).view(1, 3, 20, 30);
    private final Tensor goal = Tensor.rand(new Generator(1), 1, 3, 20, 30);

    @AfterEach
    void close() {
        scope.close();
    }

    private Gradient.Slope slope(Tensor picture) {
        Tensor off = picture.sub(goal);
        return new Gradient.Slope(off.square().mul(steepness).sum().item() / 2, off.mul(steepness));
    }

    private static Descent descent(String rule) {
        return rule.equals("adam") ? new AdamDescent(DescentRule.Adam.USUAL) : new BfgsDescent(new DescentRule.Bfgs(8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"adam", "bfgs"})
    void findsTheGoal(String rule) {
        Tensor picture = Tensor.full(0.5, 1, 3, 20, 30);
        double before = slope(picture).loss();
        try (Descent descent = descent(rule)) {
            for (int i = 0; i < 100; i++) {
                descent.step(picture, slope(picture));
            }
        }
        assertThat(slope(picture).loss()).isLessThan(1e-3 * before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"adam", "bfgs"})
    void goesOnFromItsState(String rule) {
        Tensor picture = Tensor.full(0.5, 1, 3, 20, 30);
        try (Descent descent = descent(rule);
                Descent later = descent(rule)) {
            for (int i = 0; i < 12; i++) {
                descent.step(picture, slope(picture));
            }
            Map<String, Tensor> state = new LinkedHashMap<>();
            descent.state().forEach((name, tensor) -> state.put(name, tensor.copy()));
            Tensor copy = picture.copy();
            later.load(state);
            for (int i = 0; i < 5; i++) {
                descent.step(picture, slope(picture));
                later.step(copy, slope(copy));
            }
            assertThat(copy.equal(picture)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e6, Double.NaN})
    void takesBackAStepThatMadeItMuchWorse(double loss) {
        Tensor picture = Tensor.full(0.5, 1, 3, 20, 30);
        try (Descent descent = new BfgsDescent(new DescentRule.Bfgs(8))) {
            for (int i = 0; i < 5; i++) {
                descent.step(picture, slope(picture));
            }
            Tensor before = picture.copy();
            double lossBefore = slope(before).loss();
            descent.step(picture, slope(picture));
            descent.step(picture, new Gradient.Slope(loss, picture.mul(loss)));
            assertThat(picture.sub(before).abs().amax(false).item()).isLessThan(0.02);
            assertThat(slope(picture).loss()).isLessThan(lossBefore);
        }
    }
}
