package org.sekkei.tasks.track;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.sekkei.models.Network;
import org.sekkei.models.TrTr;
import org.sekkei.models.weights.NearestNames;
import org.sekkei.plan.Application;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.Task;
import org.sekkei.plan.Workload;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;

/// What following an object takes, and training for it.
public final class TrackNeed implements Application {
    private static final int BATCH = 16;

    /// Java, libtorch, ffmpeg and OpenCV.
    private static final long PROCESS = 550_000_000;

    /// Frames that are held at once, coded and decoded ones counted as decoded.
    private static final int FRAMES = 8;

    /// oneDNN copies weights and pictures into layouts of its own.
    private static final double LAYOUTS = 1.3;

    @Override
    public String name() {
        return "track";
    }

    @Override
    public List<String> networks() {
        return Arrays.stream(TrackModel.values()).map(TrackNeed::name).toList();
    }

    /// The size of its pictures is the network's.
    @Override
    public Workload training(String network) {
        TrackModel model = model(network);
        int template = model.measures().template();
        int search = model.measures().search();
        int positions = Measures.positions(search);
        List<Network.Input> pairs = List.of(
                input("template", 3, template, template),
                input("search", 3, search, search),
                input("padding", search, search),
                input("heat", (long) positions * positions),
                input("position", 1),
                input("offset", 2),
                input("extent", 2),
                input("present", 1));
        Network step = Task.pass("track " + network, pairs, generator -> {
            TrTr trTr = model.create(generator);
            return new Task.Pass(List.of(trTr), List.of(trTr), pair -> {
                var truth = new TrackLoss.Truth(
                        pair.get(3), pair.get(4).to(DType.INT64), pair.get(5), pair.get(6), pair.get(7));
                TrTr.Found found = trTr.apply(pair.get(0), pair.get(1), pair.get(2));
                return TrackLoss.of(TrackTraining.inFull(found), truth).sum();
            });
        });
        return new Workload(Task.of(step), Workload.Use.TRAINING_ADAMW, BATCH, search, DType.FLOAT32);
    }

    private static Network.Input input(String name, long... shape) {
        return new Network.Input(name, true, "", _ -> {
            var batched = new long[shape.length + 1];
            batched[0] = 1;
            System.arraycopy(shape, 0, batched, 1, shape.length);
            return batched;
        });
    }

    /// Frames of any size: the network sees a part of each.
    @Override
    public Use use(String network, int width, int height, Device.Kind device, long memoryBytes) {
        boolean onCard = device == Device.Kind.CUDA;
        var frame =
                new Workload(Network.named(model(network).networkName()), Workload.Use.INFERENCE, 1, 1, DType.FLOAT32);
        MemoryPlan need =
                new Planner(onCard ? Overhead.CUDA : Overhead.CPU).plan(frame).memory();
        long bytes = onCard
                ? need.expected()
                : PROCESS + 3L * FRAMES * width * height + Math.round(LAYOUTS * need.expected());
        if (bytes > memoryBytes) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "following with %s in frames of %d x %d pixels takes about %,d MB",
                    network,
                    width,
                    height,
                    Math.ceilDiv(bytes, 1_000_000)));
        }
        return new Use(Use.WHOLE, bytes, new Computing(frame, 1));
    }

    private static TrackModel model(String network) {
        return Arrays.stream(TrackModel.values())
                .filter(model -> name(model).equals(network))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown network '" + network + "'; "
                        + NearestNames.among(network, new TrackNeed().networks())));
    }

    private static String name(TrackModel model) {
        return model.name().toLowerCase(Locale.ROOT);
    }
}
