package org.sekkei.tasks.style;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Adam on one picture, a strip of rows at a time, so that no further copies of it are needed.
final class AdamDescent implements Descent {
    private static final long STRIP = 256;
    private static final String FIRST = "first";
    private static final String SECOND = "second";
    private static final String STEPS = "steps";

    private final DescentRule.Adam rule;
    private @Nullable Tensor first;
    private @Nullable Tensor second;
    private long steps;

    AdamDescent(DescentRule.Adam rule) {
        this.rule = rule;
    }

    @Override
    public void step(Tensor picture, Gradient.Slope slope) {
        if (first == null || second == null) {
            first = picture.detach().copy().zeroInPlace().keep();
            second = picture.detach().copy().zeroInPlace().keep();
        }
        steps++;
        double rate = rule.rate() / (1 - Math.pow(rule.beta1(), steps));
        double correction = 1 / Math.sqrt(1 - Math.pow(rule.beta2(), steps));
        long height = picture.size(2);
        for (long row = 0; row < height; row += STRIP) {
            try (var _ = Scope.open();
                    var _ = Autograd.noGrad()) {
                long rows = Math.min(STRIP, height - row);
                Tensor gradient = slope.gradient().narrow(2, row, rows);
                Tensor mean = first.narrow(2, row, rows).lerpInPlace(gradient, 1 - rule.beta1());
                Tensor square = second.narrow(2, row, rows)
                        .mulInPlace(rule.beta2())
                        .addcmulInPlace(1 - rule.beta2(), gradient, gradient);
                picture.narrow(2, row, rows)
                        .addcdivInPlace(
                                -rate,
                                mean,
                                square.sqrt().mulInPlace(correction).addInPlace(rule.epsilon()));
            }
        }
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        if (first != null && second != null) {
            state.put(FIRST, first);
            state.put(SECOND, second);
            state.put(STEPS, Tensor.of(new long[] {steps}));
        }
        return state;
    }

    @Override
    public void load(Map<String, Tensor> state) {
        close();
        if (state.isEmpty()) {
            return;
        }
        Tensor mean = state.get(FIRST);
        Tensor square = state.get(SECOND);
        Tensor count = state.get(STEPS);
        if (mean == null || square == null || count == null || !Arrays.equals(mean.shape(), square.shape())) {
            throw new IllegalArgumentException("the state is not one of Adam");
        }
        first = mean.copy().keep();
        second = square.copy().keep();
        steps = count.itemLong();
    }

    @Override
    public void resize(int height, int width) {
        if (!rule.carried()) {
            close();
        } else if (first != null && second != null) {
            first = replaced(first, height, width, Functional.Interpolation.BICUBIC);
            second = replaced(second, height, width, Functional.Interpolation.BILINEAR);
        }
    }

    private static Tensor replaced(Tensor old, int height, int width, Functional.Interpolation interpolation) {
        Tensor resized =
                Functional.interpolate(old, height, width, interpolation).keep();
        old.free();
        return resized;
    }

    @Override
    public void close() {
        if (first != null && second != null) {
            first.free();
            second.free();
        }
        first = null;
        second = null;
        steps = 0;
    }
}
