package org.sekkei.tasks.refocus;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sekkei.models.DeepLens;
import org.sekkei.models.LensBlur;
import org.sekkei.models.Network;
import org.sekkei.plan.Application;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.Task;
import org.sekkei.plan.Workload;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;

/// What refocusing takes, and its training.
public final class RefocusNeed implements Application {
    /// The one that mixes slices.
    public static final String NETWORK = "lens_blur";

    /// The one that gives the depth.
    public static final String DEPTH = "deeplens";

    private static final int BATCH = 8;
    private static final int CROP = 96;
    private static final int DEPTH_BATCH = 4;

    /// Of the lens, for which a picture is planned: that of the command.
    private static final double APERTURE = 5;

    private static final List<Network.Input> SCENES = List.of(
            new Network.Input("features", true, "", side -> new long[] {1, Candidates.FEATURES, side, side}),
            new Network.Input("light", true, "", side -> new long[] {1, Slices.COUNT, 3, side, side}),
            new Network.Input("truth", true, "", side -> new long[] {1, 3, side, side}));

    private static final List<Network.Input> PHOTOS = List.of(
            new Network.Input("pictures", true, "", side -> new long[] {1, 3, DeepLens.SIDE, DeepLens.SIDE}),
            new Network.Input("depths", true, "", side -> new long[] {1, 1, DeepLens.SIDE, DeepLens.SIDE}),
            new Network.Input("known", true, "", side -> new long[] {1, 1, DeepLens.SIDE, DeepLens.SIDE}));

    @Override
    public String name() {
        return "refocus";
    }

    @Override
    public List<String> networks() {
        return List.of(NETWORK, DEPTH);
    }

    @Override
    public Workload training(String network) {
        requireKnown(network);
        if (network.equals(DEPTH)) {
            Network step = Task.pass("refocus depth", PHOTOS, generator -> {
                var whole = new DeepLens(generator);
                return new Task.Pass(
                        List.of(whole),
                        List.of(whole),
                        photos -> DepthTraining.loss(whole, photos.get(0), photos.get(1), photos.get(2)));
            });
            return new Workload(Task.of(step), Workload.Use.TRAINING_ADAMW, DEPTH_BATCH, DeepLens.SIDE, DType.FLOAT32);
        }
        Network step = Task.pass("refocus", SCENES, generator -> {
            LensBlur blur = blur(generator);
            return new Task.Pass(
                    List.of(blur),
                    List.of(blur),
                    scene -> RefocusTraining.loss(blur, scene.get(0), scene.get(1), scene.get(2)));
        });
        return new Workload(Task.of(step), Workload.Use.TRAINING_ADAMW, BATCH, CROP, DType.FLOAT32);
    }

    /// On a card runs the network only; slices and the picture are in main memory.
    @Override
    public Use use(String network, int width, int height, Device.Kind device, long memoryBytes) {
        requireKnown(network);
        if (network.equals(DEPTH)) {
            var seen = new Workload(Network.named(DEPTH), Workload.Use.INFERENCE, 1, DeepLens.SIDE, DType.FLOAT32);
            Overhead overhead = device == Device.Kind.CUDA ? Overhead.CUDA : Overhead.CPU;
            return new Use(Use.WHOLE, new Planner(overhead).plan(seen).memory().high(), new Computing(seen, 1));
        }
        double radius = new Lens(0, APERTURE).largestRadius(Math.max(width, height));
        boolean onCard = device == Device.Kind.CUDA;
        Refocus.Plan plan = Refocus.plan(width, height, radius, onCard ? Long.MAX_VALUE : memoryBytes);
        if (!onCard) {
            return new Use(plan.tileSide(), plan.bytes(), null);
        }
        int side = (int) Math.ceil(Math.sqrt((double) width * height) / plan.reduction());
        var seen = new Network(NETWORK, "", SCENES.subList(0, 1), List.of("factors"), generator -> {
            LensBlur blur = blur(generator);
            return new Network.Graph(
                    blur,
                    inputs -> new LinkedHashMap<>(Map.of(
                            "factors", blur.apply(inputs.values().iterator().next()))));
        });
        long bytes = new Planner(Overhead.CUDA)
                .plan(new Workload(seen, Workload.Use.INFERENCE, 1, side, DType.FLOAT32))
                .memory()
                .high();
        if (bytes > memoryBytes) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the network takes about %,d MB for a picture of %d x %d pixels",
                    Math.ceilDiv(bytes, 1_000_000),
                    width,
                    height));
        }
        return new Use(Use.WHOLE, bytes, null);
    }

    private static LensBlur blur(Generator generator) {
        return new LensBlur(Candidates.FEATURES, Slices.COUNT, generator);
    }

    private void requireKnown(String network) {
        if (!networks().contains(network)) {
            throw new IllegalArgumentException(
                    "unknown network '" + network + "'; there are " + NETWORK + " and " + DEPTH);
        }
    }
}
