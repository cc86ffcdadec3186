package org.sekkei.tasks.style;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// L-BFGS on one picture, one gradient a step.
///
/// There is no search along the direction. A step after which the loss is much larger, or no number, is taken back,
/// the history is forgotten, and the next first step is shorter.
final class BfgsDescent implements Descent {
    /// How much the first step changes a channel of a pixel at most.
    private static final double FIRST_CHANGE = 0.02;

    /// How much any step changes it at most.
    private static final double LARGEST_CHANGE = 0.5;

    private static final double WORSE = 1.5;
    private static final double SHORTER = 0.25;
    private static final String NUMBERS = "numbers";
    private static final String GRADIENT = "gradient";
    private static final String CHANGE = "change";

    /// A step and how the gradient changed over it.
    private record Pair(Tensor change, Tensor bend, double product) {
        void free() {
            change.free();
            bend.free();
        }
    }

    private final int history;
    private final Deque<Pair> pairs = new ArrayDeque<>();
    private @Nullable Tensor lastGradient;
    private @Nullable Tensor lastChange;
    private double lastLoss;
    private double firstChange = FIRST_CHANGE;

    BfgsDescent(DescentRule.Bfgs rule) {
        history = rule.history();
    }

    @Override
    public void step(Tensor picture, Gradient.Slope slope) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor gradient = slope.gradient();
            Tensor before = lastGradient;
            Tensor change = lastChange;
            if (before != null && change != null) {
                if (slope.loss() < WORSE * lastLoss) {
                    remember(change, gradient.sub(before));
                    before.copyInPlace(gradient);
                    lastLoss = slope.loss();
                } else {
                    picture.subInPlace(change);
                    change.free();
                    forgetPairs();
                    firstChange *= SHORTER;
                }
            } else {
                before = gradient.copy().keep();
                lastGradient = before;
                lastLoss = slope.loss();
            }
            Tensor direction = direction(before);
            double largest = direction.abs().amax(false).item();
            double limit = pairs.isEmpty() ? firstChange : LARGEST_CHANGE;
            if (largest > limit || pairs.isEmpty()) {
                direction.mulInPlace(largest > 0 ? limit / largest : 0);
            }
            picture.addInPlace(direction);
            lastChange = direction.keep();
        }
    }

    /// Only a bend along the step says something of the curvature.
    private void remember(Tensor change, Tensor bend) {
        double product = dot(change, bend);
        if (product > 1e-10 * dot(bend, bend) && product > 0) {
            while (pairs.size() >= history) {
                pairs.removeFirst().free();
            }
            pairs.addLast(new Pair(change, bend.keep(), product));
        } else {
            change.free();
        }
    }

    private Tensor direction(Tensor gradient) {
        Tensor direction = gradient.neg();
        Deque<Double> shares = new ArrayDeque<>();
        for (Pair pair : pairs.reversed()) {
            double share = dot(pair.change, direction) / pair.product;
            direction.addScaledInPlace(-share, pair.bend);
            shares.push(share);
        }
        Pair newest = pairs.peekLast();
        if (newest != null) {
            direction.mulInPlace(newest.product / dot(newest.bend, newest.bend));
        }
        for (Pair pair : pairs) {
            double share = shares.pop() - dot(pair.bend, direction) / pair.product;
            direction.addScaledInPlace(share, pair.change);
        }
        return direction;
    }

    private static double dot(Tensor a, Tensor b) {
        try (var _ = Scope.open()) {
            return a.reshape(-1).matmul(b.reshape(-1)).item();
        }
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        if (lastGradient != null && lastChange != null) {
            List<Double> numbers = new ArrayList<>(List.of(lastLoss, firstChange));
            state.put(GRADIENT, lastGradient);
            state.put(CHANGE, lastChange);
            for (Pair pair : pairs) {
                state.put(CHANGE + numbers.size(), pair.change);
                state.put(GRADIENT + numbers.size(), pair.bend);
                numbers.add(pair.product);
            }
            state.put(
                    NUMBERS,
                    Tensor.of(numbers.stream().mapToDouble(Double::doubleValue).toArray()));
        }
        return state;
    }

    @Override
    public void load(Map<String, Tensor> state) {
        close();
        Tensor packed = state.get(NUMBERS);
        if (state.isEmpty()) {
            return;
        }
        if (packed == null || packed.dtype() != DType.FLOAT64) {
            throw new IllegalArgumentException("the state is not one of L-BFGS");
        }
        double[] numbers = packed.to(Device.CPU).toDoubles();
        lastLoss = numbers[0];
        firstChange = numbers[1];
        lastGradient = copy(state, GRADIENT);
        lastChange = copy(state, CHANGE);
        for (int i = 2; i < numbers.length; i++) {
            pairs.addLast(new Pair(copy(state, CHANGE + i), copy(state, GRADIENT + i), numbers[i]));
        }
    }

    private static Tensor copy(Map<String, Tensor> state, String name) {
        Tensor tensor = state.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("the state of L-BFGS lacks " + name);
        }
        return tensor.copy().keep();
    }

    /// The curvature at one scale says nothing of that at another.
    @Override
    public void resize(int height, int width) {
        close();
    }

    private void forgetPairs() {
        pairs.forEach(Pair::free);
        pairs.clear();
    }

    @Override
    public void close() {
        forgetPairs();
        for (Tensor tensor : new Tensor[] {lastGradient, lastChange}) {
            if (tensor != null) {
                tensor.free();
            }
        }
        lastGradient = null;
        lastChange = null;
        firstChange = FIRST_CHANGE;
    }
}
