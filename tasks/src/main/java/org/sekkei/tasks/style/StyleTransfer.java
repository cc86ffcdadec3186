package org.sekkei.tasks.style;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.TorchException;

/// Makes a picture that shows one picture's content in another's style, from small sizes to the last.
///
/// [#run] belongs to one thread. [#save] may be called from any other meanwhile: it waits for the end of an update, not
/// of an iteration, for the gradient changes nothing.
public final class StyleTransfer implements AutoCloseable {
    private static final String PICTURE = "picture";
    private static final String AVERAGE = "average";
    private static final String DESCENT = "descent.";
    private static final String IDENTITY = "identity";

    /// A style picture this many times as large as the content's is looked at in tiles of [#STYLE_TILE] or less.
    private static final long MOST_OF_CONTENT = 2;

    private static final int STYLE_TILE = 512;

    private final StyleJob job;
    private final Gradients gradients;
    private final FeatureNetwork network;
    private final List<Size> sizes;
    private final Object update = new Object();

    private int size;
    private int iteration;
    private @Nullable Tensor picture;
    private @Nullable Tensor average;
    private double averaged;
    private @Nullable Descent descent;

    private record Size(StyleCanvas canvas, int iterations, MemoryPlan plan) {
        double work() {
            return (double) canvas.width() * canvas.height() * iterations;
        }
    }

    /// What computes an objective's gradient in tiles of `side` pixels, or at once for [MemoryPlan#WHOLE].
    @FunctionalInterface
    interface Gradients {
        Gradient of(Objective objective, int side);
    }

    /// @throws IllegalArgumentException if the pictures are too small for the network, or the memory for the pictures
    public StyleTransfer(StyleJob job) {
        this(
                job,
                (objective, side) ->
                        side == MemoryPlan.WHOLE ? new WholeGradient(objective) : new TiledGradient(objective, side));
    }

    StyleTransfer(StyleJob job, Gradients gradients) {
        this.job = job;
        this.gradients = gradients;
        network = job.features().network(job.recipe(), job.precision(), job.device());
        network.steps().forEach(step -> weights(step).forEach(Tensor::keep));
        sizes = sizes();
    }

    /// What outlives the scope in which the network was made.
    private static List<Tensor> weights(FeatureStep step) {
        return step instanceof FeatureStep.Convolution convolution
                ? List.of(convolution.weight(), convolution.bias())
                : List.of();
    }

    private List<Size> sizes() {
        StyleRecipe recipe = job.recipe();
        List<StyleCanvas> canvases = new ArrayList<>();
        int least = network.leastLength(recipe.taps());
        // From the largest down, for its complaints are those that matter.
        for (int side : recipe.pyramid().sides(job.longest()).reversed()) {
            StyleCanvas canvas = StyleCanvas.of(recipe.canvas(), job.content(), side);
            if (!canvases.isEmpty() && Math.min(canvas.width(), canvas.height()) < least) {
                break;
            }
            network.requireRoom(canvas.height(), canvas.width(), recipe.taps());
            canvases.addFirst(canvas);
        }
        List<Size> all = new ArrayList<>();
        for (int i = canvases.size() - 1; i >= 0; i--) {
            StyleCanvas canvas = canvases.get(i);
            MemoryPlan plan =
                    MemoryPlan.of(network, recipe, canvas.width(), canvas.height(), job.fixedRule(), job.memory());
            all.addFirst(new Size(canvas, recipe.pyramid().iterationsAt(i), plan));
        }
        return all;
    }

    /// What is made.
    public StyleJob job() {
        return job;
    }

    /// The plan of the largest size.
    public MemoryPlan plan() {
        return sizes.getLast().plan;
    }

    /// Goes on where [#save] left off.
    ///
    /// @throws IOException if the file cannot be read, or belongs to another picture
    public void resume(Path file) throws IOException {
        try (Scope scope = Scope.open();
                Checkpoint saved = Checkpoint.open(file)) {
            Map<String, String> numbers = saved.metadata();
            if (!job.identity().equals(numbers.get(IDENTITY))) {
                throw new IOException(
                        file + ": was begun with other pictures or options; give those, or remove it to begin anew.");
            }
            Map<String, Tensor> tensors = new HashMap<>();
            saved.tensors().forEach((name, tensor) -> tensors.put(name, tensor.to(job.device())));
            size = Integer.parseInt(numbers.getOrDefault("size", "0"));
            iteration = Integer.parseInt(numbers.getOrDefault("iteration", "0"));
            averaged = Double.parseDouble(numbers.getOrDefault("averaged", "0"));
            Tensor savedPicture = tensors.get(PICTURE);
            if (savedPicture == null || size < 0 || size >= sizes.size()) {
                throw new IOException(file + ": is no state of a style transfer; remove it to begin anew.");
            }
            picture = savedPicture.copy().keep();
            Tensor savedAverage = tensors.get(AVERAGE);
            average = savedAverage == null ? null : savedAverage.copy().keep();
            Map<String, Tensor> remembered = new LinkedHashMap<>();
            tensors.forEach((name, tensor) -> {
                if (name.startsWith(DESCENT)) {
                    remembered.put(name.substring(DESCENT.length()), tensor);
                }
            });
            descent = newDescent(sizes.get(size).plan.rule());
            load(file, remembered);
        } catch (NumberFormatException damaged) {
            throw new IOException(file + ": is damaged; remove it to begin anew.", damaged);
        }
    }

    private void load(Path file, Map<String, Tensor> remembered) throws IOException {
        try {
            Objects.requireNonNull(descent).load(remembered);
        } catch (IllegalArgumentException otherRule) {
            throw new IOException(
                    file + ": was begun with another --memory, which took another optimiser; give as much again.",
                    otherRule);
        }
    }

    /// Writes what [#resume] needs, whole or not at all; nothing before the first iteration.
    public void save(Path file) throws IOException {
        synchronized (update) {
            if (picture == null || descent == null) {
                return;
            }
            try (var _ = Scope.open()) {
                SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
                tensors.put(PICTURE, picture);
                if (average != null) {
                    tensors.put(AVERAGE, average);
                }
                descent.state().forEach((name, tensor) -> tensors.put(DESCENT + name, tensor));
                Safetensors.write(
                        file,
                        tensors,
                        Map.of(
                                IDENTITY,
                                job.identity(),
                                "size",
                                Integer.toString(size),
                                "iteration",
                                Integer.toString(iteration),
                                "averaged",
                                Double.toString(averaged)));
            }
        }
    }

    /// Runs to the end. A gradient for which the memory does not suffice is computed again in smaller tiles.
    public void run(StyleListener listener) {
        double all = sizes.stream().mapToDouble(Size::work).sum();
        double done = sizes.stream().limit(size).mapToDouble(Size::work).sum();
        while (true) {
            Size now = sizes.get(size);
            listener.size(now.canvas.width(), now.canvas.height(), now.plan);
            begin(now);
            try (var _ = Scope.open()) {
                descend(now, done, all, listener);
            } catch (TooMuch tooMuch) {
                cutFiner(tooMuch.error, listener);
                continue;
            }
            done += now.work();
            if (size + 1 == sizes.size()) {
                return;
            }
            enlarge(sizes.get(size + 1));
        }
    }

    /// The memory did not suffice; the picture is what it was before.
    private static final class TooMuch extends Exception {
        private static final long serialVersionUID = 1;

        private final TorchException error;

        TooMuch(TorchException error) {
            super(error);
            this.error = error;
        }
    }

    private static <T> T unlessTooMuch(Supplier<T> work) throws TooMuch {
        try {
            return work.get();
        } catch (TorchException error) {
            if (error.isOutOfMemory()) {
                throw new TooMuch(error);
            }
            throw error;
        }
    }

    private void descend(Size now, double done, double all, StyleListener listener) throws TooMuch {
        Gradient gradient = unlessTooMuch(() -> gradient(now));
        while (iteration < now.iterations) {
            double loss = iterate(gradient);
            listener.iteration(new StyleListener.Progress(
                    now.canvas.width(),
                    now.canvas.height(),
                    iteration,
                    now.iterations,
                    loss,
                    (done + now.work() * iteration / now.iterations) / all));
        }
    }

    /// From the present size on.
    private void cutFiner(TorchException error, StyleListener listener) {
        Size failed = sizes.get(size);
        MemoryPlan finer = failed.plan
                .finer(network, job.recipe(), failed.canvas.width(), failed.canvas.height())
                .orElseThrow(() -> error);
        for (int i = size; i < sizes.size(); i++) {
            Size one = sizes.get(i);
            if (one.plan.side() == MemoryPlan.WHOLE || one.plan.side() > finer.side()) {
                MemoryPlan plan =
                        one.plan.inTiles(network, job.recipe(), one.canvas.width(), one.canvas.height(), finer.side());
                sizes.set(i, new Size(one.canvas, one.iterations, plan));
            }
        }
        listener.tooLittleMemory(failed.plan, finer);
    }

    private double iterate(Gradient gradient) throws TooMuch {
        try (var _ = Scope.open()) {
            Tensor now = Objects.requireNonNull(picture);
            Gradient.Slope slope = unlessTooMuch(() -> gradient.at(now));
            synchronized (update) {
                try (var _ = Autograd.noGrad()) {
                    Objects.requireNonNull(descent).step(now, slope);
                    StyleRecipe.Range range = job.recipe().range();
                    if (!range.equals(StyleRecipe.Range.FREE)) {
                        now.clampInPlace(range.low(), range.high());
                    }
                    average(now);
                    iteration++;
                }
            }
            return slope.loss();
        }
    }

    private void average(Tensor now) {
        double kept = job.recipe().averaging();
        if (kept == 0) {
            return;
        }
        if (average == null) {
            average = now.copy().keep();
            averaged = 1 - kept;
        } else {
            // The share of the newest is that of a sum whose weights add up to one from the first iterate on.
            averaged = averaged * kept + (1 - kept);
            average.lerpInPlace(now, (1 - kept) / averaged);
        }
    }

    /// What the network is asked for at this size. The style's moments and the content's features are computed once.
    private Gradient gradient(Size now) {
        StyleRecipe recipe = job.recipe();
        int side = now.plan.side() == MemoryPlan.WHOLE
                ? Math.max(now.canvas.width(), now.canvas.height()) + network.stride(network.end(recipe.taps()) - 1)
                : now.plan.side();
        var features = new TiledFeatures(network, side);
        var content = contentTerms(features, now.canvas);
        var style = styleTerms(side, now.canvas);
        var objective = new Objective(network, content, style, new Objective.TotalVariation(recipe.totalVariation()));
        return gradients.of(objective, now.plan.side());
    }

    private List<Objective.ContentTerm> contentTerms(TiledFeatures features, StyleCanvas canvas) {
        List<StyleRecipe.Layer> layers = job.recipe().content();
        List<Objective.ContentTerm> terms = new ArrayList<>();
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            Map<String, Tensor> targets =
                    features.features(canvas.put(job.content()).to(job.device()), taps(layers));
            for (StyleRecipe.Layer layer : layers) {
                Tensor target = scope.keep(Objects.requireNonNull(targets.get(layer.tap())));
                double unit = isRelative() ? meanSquare(target) : 1;
                terms.add(new Objective.ContentTerm(layer.tap(), weight(layer, unit), target));
            }
        }
        return terms;
    }

    /// A channel at a time, for the features of a large picture are large.
    private static double meanSquare(Tensor features) {
        double sum = 0;
        for (long channel = 0; channel < features.size(1); channel++) {
            try (var _ = Scope.open()) {
                sum += features.narrow(1, channel, 1)
                        .to(DType.FLOAT64)
                        .square()
                        .mean()
                        .item();
            }
        }
        return sum / features.size(1);
    }

    private List<Objective.StyleTerm> styleTerms(int side, StyleCanvas canvas) {
        StyleRecipe recipe = job.recipe();
        StyleCanvas lies = styleCanvas(canvas);
        // A strip is done at once in little memory, which is no reason to do so with a style that is as long and no
        // strip.
        boolean larger = lies.pixels() > MOST_OF_CONTENT * canvas.pixels();
        var features = new TiledFeatures(network, larger ? Math.min(side, STYLE_TILE) : side);
        List<Objective.StyleTerm> terms = new ArrayList<>();
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            Map<String, Moments> targets =
                    features.moments(lies.put(job.style()).to(job.device()), taps(recipe.style()));
            for (StyleRecipe.Layer layer : recipe.style()) {
                Moments moments = Objects.requireNonNull(targets.get(layer.tap()));
                StyleLoss.Target target = recipe.loss().to(moments);
                target.keepBeyond(scope);
                double unit = isRelative() ? target.from(moments.none()).item() : 1;
                terms.add(new Objective.StyleTerm(layer.tap(), weight(layer, unit), target));
            }
        }
        return terms;
    }

    /// The style is as large as the content, never enlarged unless the network would see nothing of it.
    private StyleCanvas styleCanvas(StyleCanvas content) {
        Picture style = job.style();
        int longest = Math.max(style.width(), style.height());
        int side = Math.max(content.width(), content.height());
        if (job.recipe().canvas() == StyleRecipe.Canvas.SQUARE) {
            return StyleCanvas.of(StyleRecipe.Canvas.SQUARE, style, side);
        }
        double least = network.leastLength(job.recipe().taps());
        double shortest = Math.min(style.width(), style.height());
        int needed = (int) Math.ceil(longest * least / shortest);
        return StyleCanvas.of(StyleRecipe.Canvas.OWN, style, Math.max(Math.min(side, longest), needed));
    }

    private boolean isRelative() {
        return job.recipe().balance() == StyleRecipe.Balance.RELATIVE;
    }

    /// A layer in which nothing is to be seen says nothing.
    private static double weight(StyleRecipe.Layer layer, double unit) {
        return unit > 0 ? layer.weight() / unit : 0;
    }

    private static Collection<String> taps(List<StyleRecipe.Layer> layers) {
        return layers.stream().map(StyleRecipe.Layer::tap).toList();
    }

    private void begin(Size now) {
        if (picture == null) {
            try (var _ = Scope.open()) {
                Tensor start = switch (job.recipe().start()) {
                    case CONTENT -> now.canvas.put(job.content());
                    case GREY_NOISE ->
                        Tensor.rand(new Generator(job.seed()), 1, 3, now.canvas.height(), now.canvas.width())
                                .mul(40 / 255.0)
                                .add(100 / 255.0);
                };
                picture = start.to(job.device()).keep();
            }
        }
        if (descent == null) {
            descent = newDescent(now.plan.rule());
        }
    }

    private static Descent newDescent(DescentRule rule) {
        return switch (rule) {
            case DescentRule.Adam adam -> new AdamDescent(adam);
            case DescentRule.Bfgs bfgs -> new BfgsDescent(bfgs);
        };
    }

    private void enlarge(Size next) {
        synchronized (update) {
            try (var _ = Scope.open();
                    var _ = Autograd.noGrad()) {
                int height = next.canvas.height();
                int width = next.canvas.width();
                Tensor old = result();
                Tensor larger = Functional.interpolate(old, height, width, Functional.Interpolation.BICUBIC)
                        .clampInPlace(0, 1)
                        .keep();
                Objects.requireNonNull(picture).free();
                picture = larger;
                if (average != null) {
                    average.free();
                    average = null;
                }
                Descent before = Objects.requireNonNull(descent);
                if (next.plan.rule().equals(sizes.get(size).plan.rule())) {
                    before.resize(height, width);
                } else {
                    before.close();
                    descent = newDescent(next.plan.rule());
                }
                size++;
                iteration = 0;
            }
        }
    }

    private Tensor result() {
        return Objects.requireNonNull(average != null ? average : picture, "nothing was made yet");
    }

    /// The picture so far. For the thread that runs.
    public Picture picture() {
        try (var _ = Scope.open()) {
            return StyleCanvas.levels(sizes.get(size).canvas.cut(result()));
        }
    }

    /// The picture so far in 16 bits, `[height, width, 3]`, unsigned. For the thread that runs.
    public short[] deepPicture() {
        try (var _ = Scope.open()) {
            return StyleCanvas.deepLevels(sizes.get(size).canvas.cut(result()));
        }
    }

    @Override
    public void close() {
        synchronized (update) {
            for (Tensor tensor : new Tensor[] {picture, average}) {
                if (tensor != null) {
                    tensor.free();
                }
            }
            picture = null;
            average = null;
            network.steps().forEach(step -> weights(step).forEach(Tensor::free));
            if (descent != null) {
                descent.close();
                descent = null;
            }
        }
    }
}
