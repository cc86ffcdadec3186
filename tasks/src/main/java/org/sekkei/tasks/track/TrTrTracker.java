package org.sekkei.tasks.track;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.TrTr;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// TrTr as its authors apply it, offline or with a classifier that learns while it follows.
public final class TrTrTracker implements Tracker {
    private static final String BUILT_IN = "trtr_light.safetensors";

    /// @param online whether a classifier learns while it follows
    /// @param searchPixels side of the search picture; 0 for the usual one
    /// @param window how much a position near the last one is preferred, 0 to 1
    public record Settings(boolean online, int searchPixels, double window) {
        public static final Settings OFFLINE = new Settings(false, 0, 0.4);
        public static final Settings ONLINE = new Settings(true, 0, 0.4);

        private static final int SMALLEST = 64;
        private static final int LARGEST = 1024;

        /// @throws IllegalArgumentException if a number is out of its range
        public Settings {
            if (searchPixels != 0 && (searchPixels < SMALLEST || searchPixels > LARGEST)) {
                throw new IllegalArgumentException(
                        "--search must be from " + SMALLEST + " to " + LARGEST + " pixels, not " + searchPixels);
            }
            if (!(window >= 0 && window < 1)) {
                throw new IllegalArgumentException("--window must be from 0 to below 1, not " + window);
            }
        }
    }

    /// A network with its weights.
    public static final class Weights {
        private final TrTr network;
        private final TrackModel model;
        private final Device device;

        private Weights(TrTr network, TrackModel model, Device device) {
            this.network = network;
            this.model = model;
            this.device = device;
            network.eval();
            network.to(device);
        }

        /// The light network that ships.
        public static Weights builtIn(Device device) throws IOException {
            Path copy = Files.createTempFile("sekkei", BUILT_IN);
            try (InputStream resource = TrTrTracker.class.getResourceAsStream(BUILT_IN)) {
                if (resource == null) {
                    throw new IOException("the network that ships, " + BUILT_IN + ", is not on the class path");
                }
                Files.copy(resource, copy, StandardCopyOption.REPLACE_EXISTING);
                return new Weights(TrackModel.LIGHT.read(copy), TrackModel.LIGHT, device);
            } finally {
                Files.deleteIfExists(copy);
            }
        }

        /// What [TrackTraining] left, or the authors' checkpoint.
        ///
        /// @throws IOException if it is neither
        public static Weights read(Path file, Device device) throws IOException {
            TrackModel model;
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                boolean light = checkpoint.entries().keySet().stream().anyMatch(key -> key.contains("body.down1."));
                model = light ? TrackModel.LIGHT : TrackModel.RESNET50;
            }
            return new Weights(model.read(file), model, device);
        }

        /// `light` or `resnet50`.
        public String modelName() {
            return model.name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private static final double THRESHOLD = 0.05;

    /// Of the best score, how much of the new size is taken over.
    private static final double SIZE_RATE = 0.8;

    /// A box is no smaller than this, unless it was to begin with.
    private static final double SMALLEST_SIDE = 10;

    /// The classifier's part of the heat.
    private static final double FUSING = 0.6;

    /// Below it the classifier does not believe that the object is there.
    private static final double NOT_FOUND = 0.15;

    /// Once it was lost, an object that is found must be surer than that: most of what the wide search sees is another.
    private static final double FOUND_AGAIN = 0.4;

    /// Warmer than it, a frame is worth remembering. Where only sure frames taught, an object that changes would become
    /// colder and colder.
    private static final double CERTAIN = 0.2;

    private static final int LEARN_EVERY = 10;
    private static final double WIDENING = 1.25;

    /// The widest search picture, as a share of training's: 500 of 255 pixels.
    private static final double WIDEST = 500 / 255.0;

    /// Where the classifier is colder than this share of its warmest, heat is another object's.
    private static final double ANOTHER = 0.1;

    /// Shares of the template's side by which the first frame is seen shifted, for the classifier.
    private static final double[][] SHIFTS = {
        {0, 0}, {0.35, 0}, {-0.35, 0}, {0, 0.35}, {0, -0.35}, {0.25, 0.25}, {-0.25, 0.25}, {0.25, -0.25}, {-0.25, -0.25}
    };

    private final Weights weights;
    private final Measures measures;
    private final Settings settings;
    private final int usual;
    private @Nullable Tensor template;
    private @Nullable OnlineClassifier classifier;
    private TargetBox box = new TargetBox(0, 0, 1, 1);
    private double smallestWidth;
    private double smallestHeight;
    private double[] corrections = {1, 1};
    private int search;
    private boolean lost;

    /// Of the frames in which the object was found, the newest ones counting most.
    private double usualHeat;

    private int sightings;
    private int frames;

    /// Of these, those at which the extents are compared.
    private static final double[][] NEAR = Arrays.copyOf(SHIFTS, 5);

    /// Over so many frames what heat is usual for an object is learnt.
    private static final int HEAT_FRAMES = 20;

    /// Of extents, as a logarithm.
    private static final double LARGEST_CORRECTION = 0.5;

    public TrTrTracker(Weights weights, Settings settings) {
        this.weights = weights;
        this.settings = settings;
        measures = weights.model.measures();
        usual = settings.searchPixels == 0 ? measures.search() : settings.searchPixels;
    }

    @Override
    public void start(Picture frame, TargetBox first) {
        close();
        TargetBox inside = first.within(frame.width(), frame.height());
        if (inside.width() <= 0 || inside.height() <= 0) {
            throw new IllegalArgumentException("the box lies outside of the frame");
        }
        box = inside;
        smallestWidth = Math.min(SMALLEST_SIDE, inside.width());
        smallestHeight = Math.min(SMALLEST_SIDE, inside.height());
        search = usual;
        frames = 0;
        float[] mean = Crop.meanColour(frame);
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor features = weights.network
                    .features(tensor(measures.template(box).cut(frame, mean)))
                    .keep();
            template = features;
            corrections = weights.model.isCorrected() ? corrections(frame, mean, features) : new double[] {1, 1};
        }
        lost = false;
        usualHeat = 0;
        sightings = 0;
        if (settings.online) {
            classifier = classifier(frame, mean);
        }
    }

    /// What extents are multiplied with so that those of the first frame are right.
    ///
    /// How much of what surrounds an object a network takes for a part of it differs from object to object,
    /// but little from frame to frame.
    private double[] corrections(Picture frame, float[] mean, Tensor ofTemplate) {
        var sums = new double[2];
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            for (double[] shift : NEAR) {
                Crop crop = shifted(shift);
                TargetBox truth = crop.toCrop(box);
                Crop.Seen seen = crop.cut(frame, mean);
                TrTr.Found found =
                        weights.network.find(ofTemplate, weights.network.features(tensor(seen)), padding(seen, crop));
                Choice.Outputs outputs = outputs(found, crop, new double[] {1, 1});
                TargetBox said = Choice.size(outputs, outputs.position(truth), measures);
                sums[0] += Math.log(truth.width() / said.width());
                sums[1] += Math.log(truth.height() / said.height());
            }
        }
        return new double[] {correction(sums[0]), correction(sums[1])};
    }

    private static double correction(double sumOfLogarithms) {
        return Math.exp(Math.clamp(sumOfLogarithms / NEAR.length, -LARGEST_CORRECTION, LARGEST_CORRECTION));
    }

    /// The usual search picture, shifted by shares of the template's side.
    private Crop shifted(double[] shift) {
        Crop middle = measures.search(box, usual);
        double side = box.contextSide();
        return new Crop(
                middle.centreX() + shift[0] * side, middle.centreY() + shift[1] * side, middle.side(), middle.pixels());
    }

    private static Choice.Outputs outputs(TrTr.Found found, Crop crop, double[] corrections) {
        float[] extent = found.extent().to(Device.CPU).toFloats();
        for (int i = 0; i < extent.length; i++) {
            extent[i] *= (float) corrections[i % 2];
        }
        return new Choice.Outputs(
                Measures.positions(crop.pixels()),
                found.heat().sigmoid().to(Device.CPU).toFloats(),
                found.offset().to(Device.CPU).toFloats(),
                extent);
    }

    private OnlineClassifier classifier(Picture frame, float[] mean) {
        try (var _ = Scope.open()) {
            List<Tensor> maps = new ArrayList<>();
            List<TargetBox> targets = new ArrayList<>();
            try (var _ = Autograd.noGrad()) {
                for (double[] shift : SHIFTS) {
                    Crop crop = shifted(shift);
                    Crop.Seen seen = crop.cut(frame, mean);
                    maps.add(joined(weights.network.levels(tensor(seen)), seen));
                    targets.add(crop.toCrop(box));
                }
            }
            return new OnlineClassifier(Tensor.cat(maps, 0), targets);
        }
    }

    /// Both levels and the gradients, each of mean square 1.
    private Tensor joined(List<Tensor> levels, Crop.Seen seen) {
        int pixels = (int) Math.round(Math.sqrt(seen.padding().length));
        int side = Measures.positions(pixels);
        Tensor gradients = Tensor.of(Gradients.of(seen.values(), pixels), 1, Gradients.CHANNELS, side, side)
                .to(weights.device);
        return Tensor.cat(
                Stream.concat(levels.stream(), Stream.of(gradients))
                        .map(level -> level.mul(
                                level.square().mean(true, 1, 2, 3).add(1e-6).rsqrt()))
                        .toList(),
                1);
    }

    private Tensor tensor(Crop.Seen seen) {
        int side = (int) Math.round(Math.sqrt(seen.padding().length));
        return Tensor.of(seen.values(), 1, 3, side, side).to(weights.device);
    }

    @Override
    public Sighting follow(Picture frame) {
        if (template == null) {
            throw new IllegalStateException("start comes first");
        }
        frames++;
        Crop crop = measures.search(box, search);
        Crop.Seen seen = crop.cut(frame, Crop.meanColour(frame));
        try (var _ = Scope.open()) {
            List<Tensor> levels;
            Choice.Outputs outputs;
            try (var _ = Autograd.noGrad()) {
                levels = weights.network.levels(tensor(seen));
                TrTr.Found found = weights.network.find(template, levels.getLast(), padding(seen, crop));
                outputs = outputs(found, crop, corrections);
            }
            return classifier == null
                    ? alone(frame, crop, outputs)
                    : together(frame, crop, outputs, joined(levels, seen), classifier);
        }
    }

    private Tensor padding(Crop.Seen seen, Crop crop) {
        return Tensor.of(seen.padding(), 1, crop.pixels(), crop.pixels()).to(weights.device);
    }

    private Sighting alone(Picture frame, Crop crop, Choice.Outputs outputs) {
        Choice choice = Choice.of(outputs, crop.toCrop(box), measures, lost ? 0 : settings.window, THRESHOLD);
        double share = lost ? weights.model.foundAbove() : weights.model.lostBelow();
        if (choice.score() < Math.max(THRESHOLD, share * usualHeat)) {
            return lose(choice.score());
        }
        lost = false;
        search = usual;
        usualHeat += (choice.score() - usualHeat) / Math.min(++sightings, HEAT_FRAMES);
        move(frame, crop, choice, choice.score());
        return new Sighting(box, choice.score(), false);
    }

    private Sighting together(Picture frame, Crop crop, Choice.Outputs outputs, Tensor maps, OnlineClassifier learner) {
        float[] warm = learner.heat(maps);
        float warmest = 0;
        for (float value : warm) {
            warmest = Math.max(warmest, value);
        }
        var fused = new float[warm.length];
        for (int i = 0; i < fused.length; i++) {
            float own = warm[i] < ANOTHER * warmest ? 0 : outputs.heat()[i];
            fused[i] = (float) (FUSING * warm[i] + (1 - FUSING) * own);
        }
        // Where the object may be anywhere, a place near the last one is no likelier.
        double window = lost ? 0 : settings.window;
        Choice choice = Choice.of(
                new Choice.Outputs(outputs.side(), fused, outputs.offset(), outputs.extent()),
                crop.toCrop(box),
                measures,
                window,
                THRESHOLD);
        double needed = lost ? FOUND_AGAIN : NOT_FOUND;
        if (warmest < needed || choice.score() < FUSING * needed) {
            return lose(choice.score());
        }
        lost = false;
        search = usual;
        move(frame, crop, choice, outputs.heat()[choice.position()]);
        if (warm[choice.position()] >= CERTAIN) {
            learner.remember(maps, crop.toCrop(box));
        }
        if (frames % LEARN_EVERY == 0) {
            learner.learn();
        }
        return new Sighting(box, Math.min(1, choice.score()), false);
    }

    /// The box stays, and the next search picture is wider.
    private Sighting lose(double score) {
        lost = true;
        search = (int) Math.min(WIDEST * measures.search(), Math.round(search * WIDENING));
        search = Math.max(search, usual);
        return new Sighting(box, score, true);
    }

    private void move(Picture frame, Crop crop, Choice choice, double certainty) {
        TargetBox found = crop.toFrame(choice.box());
        double rate = Math.clamp(certainty * SIZE_RATE, 0, 1);
        double width = box.width() + rate * (found.width() - box.width());
        double height = box.height() + rate * (found.height() - box.height());
        box = TargetBox.around(
                Math.clamp(found.centreX(), 0, frame.width()),
                Math.clamp(found.centreY(), 0, frame.height()),
                Math.clamp(width, Math.min(smallestWidth, frame.width()), frame.width()),
                Math.clamp(height, Math.min(smallestHeight, frame.height()), frame.height()));
    }

    @Override
    public void close() {
        if (template != null) {
            template.free();
            template = null;
        }
        if (classifier != null) {
            classifier.close();
            classifier = null;
        }
    }
}
