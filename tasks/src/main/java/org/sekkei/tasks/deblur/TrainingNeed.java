package org.sekkei.tasks.deblur;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import org.sekkei.models.Network;
import org.sekkei.models.PatchCritic;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.Task;
import org.sekkei.plan.Workload;
import org.sekkei.tasks.style.FeatureModel;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Module;
import org.sekkei.torch.Tensor;

/// The memory that a training takes at its fullest, in bytes: of the process, or of the card that it runs on.
///
/// @param networks the network, its critics and their optimisers, as the planner sees them
/// @param beside the process itself, the pictures, and what the perceptual loss looks at
/// @param expected the sum
public record TrainingNeed(long networks, long beside, long expected) {
    /// Java and the code of libtorch.
    private static final long PROCESS = 450_000_000;

    /// Bytes that the features of VGG-19 up to `conv3_3` keep of a pixel for the way back, and those of a
    /// network half as wide: results of convolutions and pools, the places of maxima, and the gradients on
    /// their way.
    private static final long FEATURES = 1800;

    /// A crop's way through the critic to its gradient and back is about three more ways through it.
    private static final int PENALISED = 5;

    private record Nets(Layer network, List<Layer> critics) {
        List<Module> all() {
            List<Module> all = new ArrayList<>(critics);
            all.addFirst(network);
            return all;
        }
    }

    private static final List<Network.Input> CROPS = List.of(
            new Network.Input("blurred", true, "", side -> new long[] {1, 3, side, side}),
            new Network.Input("sharp", true, "", side -> new long[] {1, 3, side, side}));

    /// @param pictures bytes of the pictures that are kept in memory
    /// @param perceptual what the perceptual loss looks with
    public static TrainingNeed of(DeblurTraining.Config config, int crop, long pictures, FeatureModel perceptual) {
        boolean onCard = config.device().kind() == Device.Kind.CUDA;
        DType precision = config.bfloat16() ? DType.BFLOAT16 : DType.FLOAT32;
        var workload =
                new Workload(task(config.network()), Workload.Use.TRAINING_ADAMW, config.batch(), crop, precision);
        MemoryPlan plan = new Planner(onCard ? Overhead.CUDA : Overhead.CPU)
                .plan(workload)
                .memory();
        long pixels = (long) config.batch() * crop * crop;
        long features = config.network() == DeblurNetwork.OURS
                ? 0
                : FEATURES * pixels / (perceptual == FeatureModel.VGG_SMALL ? 2 : 1);
        long average = config.network() == DeblurNetwork.OURS ? plan.weights() : 0;
        long beside = features + average + (onCard ? 0 : PROCESS + pictures);
        return new TrainingNeed(plan.expected(), beside, plan.expected() + beside);
    }

    /// @throws IllegalArgumentException with the figures if it is more than may be used
    public void require(long budget) {
        if (expected > budget) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "this training takes about %,d MB of memory (the networks %,d MB, beside them %,d MB), and %,d MB may"
                            + " be used; give it --memory %dM, or take a smaller --crop or --batch",
                    megabytes(expected),
                    megabytes(networks),
                    megabytes(beside),
                    budget / 1_000_000,
                    megabytes(expected)));
        }
    }

    private static long megabytes(long bytes) {
        return Math.ceilDiv(bytes, 1_000_000);
    }

    /// A step over crops, without what the perceptual loss looks at.
    static Task task(DeblurNetwork network) {
        return switch (network) {
            case OURS ->
                new Task(
                        "pixels",
                        List.of(pass(
                                network,
                                List.of(),
                                (nets, crops) -> restored(nets, crops).mean())));
            case DEBLURGAN ->
                new Task("wasserstein", List.of(pass(network, List.of(PatchCritic.Scale.PATCH), (nets, crops) -> {
                    Tensor restored = restored(nets, crops);
                    Tensor sum = restored.mean();
                    for (int i = 0; i < PENALISED; i++) {
                        sum = sum.add(nets.critics.getFirst().apply(restored).mean());
                    }
                    return sum;
                })));
            case DEBLURGANV2_INCEPTION, DEBLURGANV2_MOBILENET ->
                new Task("relativistic", List.of(pass(network, List.of(PatchCritic.Scale.values()), (nets, crops) -> {
                    Tensor restored = restored(nets, crops);
                    Tensor sum = restored.mean();
                    for (Layer critic : nets.critics) {
                        sum = sum.add(critic.apply(restored).mean())
                                .add(critic.apply(crops.get(1)).mean());
                    }
                    return sum;
                })));
        };
    }

    private static Tensor restored(Nets nets, List<Tensor> crops) {
        return nets.network.apply(crops.getFirst());
    }

    private static Network pass(
            DeblurNetwork network, List<PatchCritic.Scale> scales, BiFunction<Nets, List<Tensor>, Tensor> loss) {
        return Task.pass("training", CROPS, generator -> {
            Nets nets = new Nets(
                    network.create(generator),
                    scales.stream().map(scale -> critic(scale, generator)).toList());
            return new Task.Pass(nets.all(), nets.all(), crops -> loss.apply(nets, crops));
        });
    }

    private static Layer critic(PatchCritic.Scale scale, Generator generator) {
        return new PatchCritic(scale, generator);
    }
}
