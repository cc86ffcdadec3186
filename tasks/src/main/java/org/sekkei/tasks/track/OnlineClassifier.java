package org.sekkei.tasks.track;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Tells the object from what surrounds it, and learns while it follows: two layers over the backbone's maps, fitted by
/// Gauss-Newton steps, each solved by conjugate gradients (ATOM, Danelljan et al., 2019, arXiv 1811.07628, section
/// 3.2).
///
/// The first layer, a projection to 64 channels, is learnt with the second, a kernel of 4 by 4, in the first frame, and
/// kept.
final class OnlineClassifier implements AutoCloseable {
    private static final int CHANNELS = 64;
    private static final int KERNEL = 4;
    private static final int MOST_SAMPLES = 250;

    private static final int FIRST_NEWTON_STEPS = 6;
    private static final int FIRST_STEPS = 60;
    private static final int STEPS = 5;

    private static final double KERNEL_DECAY = 0.1;
    private static final double PROJECTION_DECAY = 1e-4;

    /// What is colder than nothing counts this little.
    private static final double LEAK = 0.05;

    /// The label falls off over this share of the object's side.
    private static final double SPREAD = 0.25;

    /// How fast new frames replace what older ones taught.
    private static final double LEARNING = 0.01;

    private final Device device;
    private final List<Tensor> samples = new ArrayList<>();
    private final List<Tensor> labels = new ArrayList<>();
    private final List<Double> weights = new ArrayList<>();
    private final int firstSamples;
    private final int side;
    private Tensor projection;
    private Tensor kernel;

    /// Learns the first frame.
    ///
    /// @param maps \[M, C, side, side\], of the first frame seen in several ways
    /// @param targets the object in each, in pixels of the search picture
    OnlineClassifier(Tensor maps, List<TargetBox> targets) {
        device = maps.device();
        side = (int) maps.size(2);
        firstSamples = targets.size();
        try (Scope scope = Scope.open()) {
            long channels = maps.size(1);
            List<Tensor> heats = targets.stream()
                    .map(target -> label(target, side).to(device))
                    .toList();
            Tensor label = Tensor.stack(heats, 0); // [M, 1, side + 1, side + 1]
            Tensor weight =
                    Tensor.full(1.0 / firstSamples, firstSamples, 1, 1, 1).to(device);
            List<Tensor> layers = List.of(
                    Tensor.randn(new Generator(1), CHANNELS, channels, 1, 1)
                            .mul(1 / Math.sqrt(channels))
                            .to(device),
                    Tensor.zeros(DType.FLOAT32, device, 1, CHANNELS, KERNEL, KERNEL));
            for (int step = 0; step < FIRST_NEWTON_STEPS; step++) {
                layers = newton(
                        new Both(maps),
                        layers,
                        label,
                        weight,
                        List.of(PROJECTION_DECAY, KERNEL_DECAY),
                        FIRST_STEPS / FIRST_NEWTON_STEPS);
            }
            projection = scope.keep(layers.get(0)).keep();
            kernel = scope.keep(layers.get(1)).keep();
            Tensor projected = Functional.conv2d(maps, projection, null, 1, 0, 1, 1);
            for (int i = 0; i < firstSamples; i++) {
                samples.add(projected.narrow(0, i, 1).copy().keep());
                labels.add(label.narrow(0, i, 1).copy().keep());
                weights.add(1.0 / firstSamples);
            }
        }
    }

    /// How warm the object's place is, from 0 to 1, at the centre of each position of a map.
    ///
    /// @param maps \[1, C, h, w\]
    float[] heat(Tensor maps) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor heat = response(convolved(Functional.conv2d(maps, projection, null, 1, 0, 1, 1), kernel));
            // The kernel's even side puts its answers on the corners of positions.
            return Functional.avgPool2d(heat, 2, 1, 0)
                    .clamp(0, 1)
                    .to(Device.CPU)
                    .toFloats();
        }
    }

    /// Remembers a frame; maps of another size than the first are left out.
    void remember(Tensor maps, TargetBox target) {
        if (maps.size(2) != side) {
            return;
        }
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor sample =
                    Functional.conv2d(maps, projection, null, 1, 0, 1, 1).copy().keep();
            Tensor heat = label(target, side).to(device).unsqueeze(0).keep();
            if (samples.size() == MOST_SAMPLES) {
                int least = firstSamples;
                for (int i = firstSamples; i < weights.size(); i++) {
                    least = weights.get(i) < weights.get(least) ? i : least;
                }
                samples.remove(least).free();
                labels.remove(least).free();
                weights.remove(least);
            }
            samples.add(sample);
            labels.add(heat);
            weights.add(Math.max(LEARNING, 1.0 / (samples.size())));
            double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
            weights.replaceAll(weight -> weight / sum);
        }
    }

    /// Fits the kernel to all that is remembered.
    void learn() {
        try (Scope scope = Scope.open()) {
            Tensor all = Tensor.cat(samples, 0);
            Tensor label = Tensor.cat(labels, 0);
            var numbers = new float[weights.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = weights.get(i).floatValue();
            }
            Tensor weight = Tensor.of(numbers, numbers.length, 1, 1, 1).to(device);
            Tensor learnt = newton(new KernelOnly(all), List.of(kernel), label, weight, List.of(KERNEL_DECAY), STEPS)
                    .getFirst();
            kernel.copyInPlace(learnt);
        }
    }

    @Override
    public void close() {
        samples.forEach(Tensor::free);
        labels.forEach(Tensor::free);
        projection.free();
        kernel.free();
    }

    /// What the layers say before the response, and how it changes with them.
    private interface Layers {
        Tensor scores(List<Tensor> layers);

        Tensor change(List<Tensor> layers, List<Tensor> by);
    }

    private record KernelOnly(Tensor samples) implements Layers {
        @Override
        public Tensor scores(List<Tensor> layers) {
            return convolved(samples, layers.getFirst());
        }

        @Override
        public Tensor change(List<Tensor> layers, List<Tensor> by) {
            return convolved(samples, by.getFirst());
        }
    }

    private record Both(Tensor maps) implements Layers {
        @Override
        public Tensor scores(List<Tensor> layers) {
            return convolved(projected(layers.get(0)), layers.get(1));
        }

        @Override
        public Tensor change(List<Tensor> layers, List<Tensor> by) {
            return convolved(projected(layers.get(0)), by.get(1)).add(convolved(projected(by.get(0)), layers.get(1)));
        }

        private Tensor projected(Tensor projection) {
            return Functional.conv2d(maps, projection, null, 1, 0, 1, 1);
        }
    }

    private static Tensor convolved(Tensor samples, Tensor kernel) {
        return Functional.conv2d(samples, kernel, null, 1, KERNEL / 2, 1, 1);
    }

    /// A rectifier that is smooth below 0.
    private static Tensor response(Tensor scores) {
        return Tensor.where(
                scores.ge(0),
                scores,
                scores.clamp(-1, 0).mul(1 / LEAK).exp().sub(1).mul(LEAK));
    }

    private static Tensor slope(Tensor scores) {
        return Tensor.where(
                scores.ge(0),
                scores.mul(0).add(1),
                scores.clamp(-1, 0).mul(1 / LEAK).exp());
    }

    /// One Gauss-Newton step on the weighted squares of `response(scores) - label`, with decay of the layers.
    private static List<Tensor> newton(
            Layers model, List<Tensor> layers, Tensor label, Tensor weight, List<Double> decay, int steps) {
        try (Scope scope = Scope.open()) {
            Tensor scores;
            try (var _ = Autograd.noGrad()) {
                scores = model.scores(layers);
            }
            Tensor slope = slope(scores);
            Tensor weighted = slope.mul(weight);
            List<Tensor> pull = ConjugateGradient.sum(
                    gradient(model, layers, response(scores).sub(label).mul(weighted)), 0, layers);
            List<Tensor> right = new ArrayList<>();
            for (int i = 0; i < layers.size(); i++) {
                right.add(pull.get(i).addScaled(decay.get(i), layers.get(i)).neg());
            }
            List<Tensor> step = ConjugateGradient.solve(
                    by -> {
                        Tensor change;
                        try (var _ = Autograd.noGrad()) {
                            change = model.change(layers, by).mul(slope).mul(weighted);
                        }
                        List<Tensor> image = gradient(model, layers, change);
                        List<Tensor> decayed = new ArrayList<>();
                        for (int i = 0; i < layers.size(); i++) {
                            decayed.add(image.get(i).addScaled(decay.get(i), by.get(i)));
                        }
                        return decayed;
                    },
                    right,
                    steps);
            return ConjugateGradient.sum(layers, 1, step).stream()
                    .map(scope::keep)
                    .toList();
        }
    }

    /// What moves the scores by `direction`, by layer: the transposed derivative's product.
    private static List<Tensor> gradient(Layers model, List<Tensor> layers, Tensor direction) {
        List<Tensor> leaves = layers.stream()
                .map(layer -> layer.detach().copy().requiresGrad(true))
                .toList();
        model.scores(leaves).mul(direction).sum().backward();
        List<Tensor> gradients = new ArrayList<>();
        for (Tensor leaf : leaves) {
            Tensor gradient = leaf.grad();
            gradients.add(gradient == null ? leaf.detach().mul(0) : gradient.detach());
        }
        return gradients;
    }

    /// A hill at the object's centre, on the corners of positions.
    ///
    /// @return \[1, side + 1, side + 1\]
    static Tensor label(TargetBox target, int side) {
        double deviation = Math.max(0.5, SPREAD * Math.sqrt(target.width() * target.height()) / Measures.STRIDE);
        double x = target.centreX() / Measures.STRIDE;
        double y = target.centreY() / Measures.STRIDE;
        var values = new float[(side + 1) * (side + 1)];
        for (int row = 0; row <= side; row++) {
            for (int column = 0; column <= side; column++) {
                double square = (column - x) * (column - x) + (row - y) * (row - y);
                values[row * (side + 1) + column] = (float) Math.exp(-square / (2 * deviation * deviation));
            }
        }
        return Tensor.of(values, 1, side + 1, side + 1);
    }
}
