package org.sekkei.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.sekkei.plan.CardPlan.Verdict;
import org.sekkei.plan.Workload.Activations;
import org.sekkei.torch.DType;
import org.sekkei.torch.TorchException;

/// Says what workloads need before they run. Nothing is computed and no memory of theirs is taken: the network passes
/// on shapes alone, once for every batch size that is looked at.
public final class Planner {
    private static final int SIDE_STEP = 32;

    private final Overhead overhead;
    private final Map<Workload, Plan> plans = new HashMap<>();
    private final Map<Workload, List<Trace>> traces = new HashMap<>();

    /// What a workload needs.
    ///
    /// @param memory at the peak of a step
    /// @param flops of the products of one step, backward pass included
    /// @param parameters numbers that training changes
    /// @param normalisesByBatch whether what it computes depends on which pictures are in a batch
    public record Plan(
            Workload workload, MemoryPlan memory, double flops, long parameters, boolean normalisesByBatch) {}

    /// @param overhead what the device's libraries take for themselves
    public Planner(Overhead overhead) {
        this.overhead = overhead;
    }

    /// @throws IllegalArgumentException if the network does not take pictures of this size
    public Plan plan(Workload workload) {
        Plan known = plans.get(workload);
        if (known != null) {
            return known;
        }
        List<Trace> passes = traces(workload);
        boolean training = workload.use().isTraining();
        double flops = passes.stream()
                .flatMap(trace -> trace.operations().stream())
                .mapToDouble(operation -> Rules.flops(operation) + (training ? Rules.flopsBackward(operation) : 0))
                .sum();
        double repeated = passes.stream()
                .flatMap(trace -> trace.repeated().stream())
                .mapToDouble(Rules::flops)
                .sum();
        MemoryPlan memory = passes.stream()
                .map(trace -> overhead.memory(workload, trace, MemorySimulation.peak(trace, training)))
                .max(Comparator.comparingLong(MemoryPlan::high))
                .orElseThrow();
        Plan plan = new Plan(
                workload,
                memory,
                flops + repeated,
                passes.getFirst().parameterBytes() / DType.FLOAT32.bytes(),
                passes.stream()
                        .flatMap(trace -> trace.operations().stream())
                        .anyMatch(operation -> operation.name().equals("batchNorm")));
        plans.put(workload, plan);
        return plan;
    }

    /// How long a step takes on the machine that was measured.
    public StepTime time(Workload workload, Calibration calibration) {
        return traces(workload).stream()
                .map(trace -> calibration.time(workload, trace))
                .reduce(StepTime.NONE, StepTime::plus);
    }

    /// The most pictures at once for which even the upper end of the need is there; empty if there is not enough for
    /// one.
    public OptionalInt largestBatch(Workload workload, long memoryBytes) {
        if (!fits(workload.withBatch(1), memoryBytes)) {
            return OptionalInt.empty();
        }
        int fitting = 1;
        int failing = 2;
        while (failing <= Workload.MOST_PICTURES && fits(workload.withBatch(failing), memoryBytes)) {
            fitting = failing;
            failing *= 2;
        }
        while (failing - fitting > 1) {
            int middle = guess(workload, memoryBytes, fitting, failing);
            if (middle <= Workload.MOST_PICTURES && fits(workload.withBatch(middle), memoryBytes)) {
                fitting = middle;
            } else {
                failing = middle;
            }
        }
        return OptionalInt.of(fitting);
    }

    /// Whether the planned training can compute activations again, because the network has blocks that say so.
    public boolean canRecompute(Workload workload) {
        return workload.use().isTraining()
                && traces(workload.withActivations(Activations.RECOMPUTED)).stream()
                        .anyMatch(trace -> !trace.blocks().isEmpty());
    }

    /// The part of a training's batch that surely fits, halved as often as needed, with activations kept or
    /// computed again.
    ///
    /// Computing again costs time and changes nothing. So it comes before smaller parts where the network
    /// normalises by its batch, for which a part is not what the whole is, and after them elsewhere.
    ///
    /// @param least pictures of the smallest part
    /// @return empty if not even that fits
    public Optional<Workload> cut(Workload whole, int least, long memoryBytes) {
        Optional<Workload> kept = halved(whole, least, memoryBytes);
        boolean wholly = kept.isPresent() && kept.get().batch() == whole.batch();
        if (wholly || !canRecompute(whole)) {
            return kept;
        }
        Optional<Workload> again = halved(whole.withActivations(Activations.RECOMPUTED), least, memoryBytes);
        if (kept.isEmpty() || again.isEmpty()) {
            return again.or(() -> kept);
        }
        return plan(whole).normalisesByBatch()
                        && again.get().batch() > kept.get().batch()
                ? again
                : kept;
    }

    /// The way with the least need, whether it is there or not.
    ///
    /// @param least pictures of the smallest part
    public Workload finest(Workload whole, int least) {
        Workload kept = whole.withBatch(Math.min(whole.batch(), least));
        Workload again = kept.withActivations(Activations.RECOMPUTED);
        return canRecompute(whole)
                        && plan(again).memory().expected() < plan(kept).memory().expected()
                ? again
                : kept;
    }

    private Optional<Workload> halved(Workload whole, int least, long memoryBytes) {
        OptionalInt most = largestBatch(whole, memoryBytes);
        if (most.isEmpty() || most.getAsInt() < least) {
            return Optional.empty();
        }
        int part = whole.batch();
        // So that a little more or less memory mostly leaves a training as it is.
        while (part > most.getAsInt()) {
            part = Math.ceilDiv(part, 2);
        }
        return Optional.of(whole.withBatch(part));
    }

    /// The longest side of square pictures, a multiple of 32, for which even the upper end of the need is there; empty
    /// if there is none, or if the network does not ask how large pictures are.
    public OptionalInt largestSide(Workload workload, long memoryBytes) {
        int step = SIDE_STEP;
        if (!fitsSide(workload, step, memoryBytes) && !fitsSide(workload, 4 * step, memoryBytes)) {
            return OptionalInt.empty();
        }
        int fitting = fitsSide(workload, 4 * step, memoryBytes) ? 4 * step : step;
        int failing = 2 * fitting;
        while (failing <= Workload.LARGEST_SIDE && fitsSide(workload, failing, memoryBytes)) {
            fitting = failing;
            failing *= 2;
        }
        if (failing > Workload.LARGEST_SIDE) {
            return OptionalInt.empty();
        }
        while (failing - fitting > step) {
            int middle = (fitting + failing) / 2 / step * step;
            if (fitsSide(workload, middle, memoryBytes)) {
                fitting = middle;
            } else {
                failing = middle;
            }
        }
        return OptionalInt.of(fitting);
    }

    /// Pictures that the network does not take, being too small or of a size in between, do not fit either.
    private boolean fitsSide(Workload workload, int side, long memoryBytes) {
        try {
            return fits(workload.withSide(side), memoryBytes);
        } catch (TorchException | IllegalArgumentException notTaken) {
            return false;
        }
    }

    /// How a workload runs on a card, whole or cut.
    public CardPlan on(Gpu gpu, Workload workload) {
        return on(gpu, workload, 0);
    }

    /// How a workload runs on a card, whole or cut, beside a data set in the card's memory.
    ///
    /// @param resident bytes of the data set
    public CardPlan on(Gpu gpu, Workload workload, long resident) {
        long memory = gpu.memoryBytes() - resident;
        String obstacle = gpu.obstacle();
        if (obstacle != null) {
            return new CardPlan(gpu, Verdict.CANNOT_RUN, obstacle, null, null, 0);
        }
        if (fits(workload, memory)) {
            return card(gpu, Verdict.FITS, null, workload, workload.batch());
        }
        List<Workload> kinds = new ArrayList<>(List.of(workload));
        Gpu.ComputeCapability capability = gpu.computeCapability();
        if (capability != null
                && workload.precision() == DType.FLOAT32
                && capability.compareTo(Gpu.ComputeCapability.BFLOAT16) >= 0) {
            kinds.add(workload.withPrecision(DType.BFLOAT16));
        }
        if (canRecompute(workload)) {
            kinds.addAll(kinds.stream()
                    .map(kind -> kind.withActivations(Activations.RECOMPUTED))
                    .toList());
        }
        List<CardPlan> ways = new ArrayList<>();
        for (Workload kind : kinds) {
            largestBatch(kind, memory).ifPresent(most -> {
                int atOnce = Math.min(most, workload.batch());
                ways.add(card(gpu, Verdict.FITS_WHEN_CUT, change(workload, kind, atOnce), kind, atOnce));
            });
        }
        // What normalises by its batch is another network's training in micro-batches.
        boolean wholeFirst = workload.use().isTraining() && plan(workload).normalisesByBatch();
        return ways.stream()
                .min(Comparator.<CardPlan>comparingInt(way -> wholeFirst && way.microBatch() < workload.batch() ? 1 : 0)
                        .thenComparingDouble(Planner::seconds))
                .orElseGet(() -> new CardPlan(gpu, Verdict.CANNOT_RUN, "one picture does not fit", null, null, 0));
    }

    private static String change(Workload asked, Workload kind, int atOnce) {
        List<String> changes = new ArrayList<>();
        if (kind.precision() != asked.precision()) {
            changes.add("bfloat16");
        }
        if (kind.activations() != asked.activations()) {
            changes.add("recomputation");
        }
        if (atOnce < asked.batch()) {
            changes.add("micro-batches of " + atOnce);
        }
        return String.join(" and ", changes);
    }

    private static double seconds(CardPlan way) {
        StepTime time = way.time();
        return time == null ? Double.POSITIVE_INFINITY : time.seconds();
    }

    private CardPlan card(Gpu gpu, Verdict verdict, @Nullable String change, Workload workload, int microBatch) {
        Workload part = workload.withBatch(microBatch);
        long parts = Math.ceilDiv(workload.batch(), microBatch);
        return new CardPlan(
                gpu,
                verdict,
                change,
                plan(part).memory(),
                traces(part).stream()
                        .map(trace -> StepTime.of(part, trace, gpu))
                        .reduce(StepTime.NONE, StepTime::plus)
                        .times(parts),
                microBatch);
    }

    private boolean fits(Workload workload, long memoryBytes) {
        return plan(workload).memory().high() <= memoryBytes;
    }

    /// Where a straight line between two batches meets the memory, inside them.
    private int guess(Workload workload, long memoryBytes, int fitting, int failing) {
        if (failing > Workload.MOST_PICTURES) {
            return fitting + (failing - fitting) / 2;
        }
        double low = plan(workload.withBatch(fitting)).memory().high();
        double high = plan(workload.withBatch(failing)).memory().high();
        double at = fitting + (failing - fitting) * (memoryBytes - low) / Math.max(1, high - low);
        return Math.clamp((long) at, fitting + 1, failing - 1);
    }

    private List<Trace> traces(Workload workload) {
        return traces.computeIfAbsent(workload, Trace::of);
    }
}
