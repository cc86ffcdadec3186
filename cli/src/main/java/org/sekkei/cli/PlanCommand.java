package org.sekkei.cli;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.Network;
import org.sekkei.plan.CardPlan;
import org.sekkei.plan.Gpu;
import org.sekkei.plan.GpuCatalogue;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.StepTime;
import org.sekkei.plan.Workload;
import org.sekkei.plan.Workload.Use;
import org.sekkei.torch.DType;
import org.sekkei.torch.TorchException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei plan`.
@Command(
        name = "plan",
        description =
                "What a job needs before it runs: memory, the largest batch, time on a card. Nothing is computed.",
        footer = {
            "",
            "Memory has a low and a high end; a job is said to fit when the high end does. Times come from the makers'"
                    + " figures and assumed shares of them, the same for all cards; they have not been measured, and do"
                    + " not count the reading of pictures.",
            "",
            "Examples:",
            "  sekkei plan train resnet50 --batch 64 --gpu \"RTX 3090\"",
            "  sekkei plan train deepvit_32b --batch 256 --optimizer adamw --gpu all",
            "  sekkei plan infer deblurgan --size 720 --batch max --memory 8G"
        })
final class PlanCommand extends Job {
    private static final String LARGEST = "max";
    private static final String ALL = "all";

    /// What the network is run for.
    enum Purpose {
        INFER,
        TRAIN
    }

    /// What changes the weights in training.
    enum Rule {
        SGD,
        ADAMW
    }

    @Parameters(index = "0", paramLabel = "JOB", description = "infer or train.")
    private Purpose purpose = Purpose.INFER;

    @Parameters(index = "1", paramLabel = "NETWORK", description = "One of those that 'sekkei models' lists.")
    private String name = "";

    @Option(names = "--batch", paramLabel = "N|max", description = "Pictures at once (${DEFAULT-VALUE}).")
    private String batch = "1";

    @Option(names = "--size", paramLabel = "PX", description = "Side of the pictures (${DEFAULT-VALUE}).")
    private int size = ModelsCommand.USUAL_SIZE;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            description = "float32, or bfloat16 for products in bfloat16 and all else in float32 (float32).")
    private DType precision = DType.FLOAT32;

    @Option(names = "--optimizer", paramLabel = "RULE", description = "sgd (with momentum) or adamw (sgd).")
    private Rule optimizer = Rule.SGD;

    @Option(names = "--gpu", paramLabel = "NAME|all", description = "A card that 'sekkei gpus' lists, or all of them.")
    private @Nullable String gpu;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "What there is, for instance 8G; the card's or this machine's if not given.")
    private @Nullable MemorySize memory;

    record Line(
            String card,
            CardPlan.Verdict verdict,
            @Nullable String change,
            int microBatch,
            @Nullable Long memoryBytes,
            @Nullable Double secondsAStep,
            StepTime.@Nullable Limit limit) {
        static Line of(CardPlan plan) {
            MemoryPlan memory = plan.memory();
            StepTime time = plan.time();
            return new Line(
                    plan.gpu().name(),
                    plan.verdict(),
                    plan.change(),
                    plan.microBatch(),
                    memory == null ? null : memory.expected(),
                    time == null ? null : time.seconds(),
                    time == null ? null : time.limit());
        }
    }

    record Result(
            String network,
            Purpose job,
            int batch,
            int size,
            DType precision,
            @Nullable Rule optimizer,
            long parameters,
            double flops,
            MemoryPlan memory,
            long expectedBytes,
            long availableBytes,
            boolean fits,
            int largestBatch,
            List<Line> cards) {}

    @Override
    int run() {
        Network network = fromOptions(() -> Network.named(name));
        if (purpose == Purpose.INFER && isGiven("--optimizer")) {
            throw usage("--optimizer: there is none in 'plan infer'.");
        }
        List<Gpu> cards = fromOptions(() -> cards(gpu));
        Planner planner = new Planner(cards.isEmpty() ? Overhead.CPU : Overhead.CUDA);
        long available = available(cards);
        Use use = purpose == Purpose.INFER
                ? Use.INFERENCE
                : optimizer == Rule.SGD ? Use.TRAINING_SGD : Use.TRAINING_ADAMW;
        Workload one = fromOptions(() -> new Workload(network, use, 1, size, precision));
        OptionalInt largest;
        try {
            largest = planner.largestBatch(one, available);
        } catch (TorchException e) {
            throw usage(network.name() + " does not take pictures of " + size + " pixels: " + e.getMessage());
        }
        Workload workload = fromOptions(() -> one.withBatch(pictures(largest, available)));
        Planner.Plan plan = planner.plan(workload);
        List<CardPlan> onCards =
                cards.stream().map(card -> planner.on(card, workload)).toList();
        if (json()) {
            printJson(new Result(
                    network.name(),
                    purpose,
                    workload.batch(),
                    size,
                    precision,
                    purpose == Purpose.INFER ? null : optimizer,
                    plan.parameters(),
                    plan.flops(),
                    plan.memory(),
                    plan.memory().expected(),
                    available,
                    plan.memory().high() <= available,
                    largest.orElse(0),
                    onCards.stream().map(Line::of).toList()));
        } else {
            print(plan, available, largest);
            if (!onCards.isEmpty()) {
                print(onCards, plan);
            }
        }
        return Main.DONE;
    }

    private static List<Gpu> cards(@Nullable String name) {
        if (name == null) {
            return List.of();
        }
        GpuCatalogue catalogue = GpuCatalogue.bundled();
        return name.equals(ALL) ? catalogue.gpus() : List.of(catalogue.named(name));
    }

    private long available(List<Gpu> cards) {
        if (memory != null) {
            return memory.bytes();
        }
        List<Gpu> usable =
                cards.stream().filter(card -> card.obstacle() == null).toList();
        return (usable.isEmpty() ? cards : usable)
                .stream()
                        .mapToLong(Gpu::memoryBytes)
                        .max()
                        .orElseGet(() -> ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                                .getTotalMemorySize());
    }

    private int pictures(OptionalInt largest, long available) {
        if (batch.equals(LARGEST)) {
            return largest.orElseThrow(
                    () -> usage("--batch max: not even one picture fits into " + Figures.bytes(available) + "."));
        }
        if (!batch.matches("[0-9]{1,7}")) {
            throw usage("--batch is a number of pictures or max, not '" + batch + "'.");
        }
        return Integer.parseInt(batch);
    }

    private void print(Planner.Plan plan, long available, OptionalInt largest) {
        Workload workload = plan.workload();
        MemoryPlan need = plan.memory();
        out().printf(
                        Locale.ROOT,
                        "%s %s, batch %d at %d px, %s: %s parameters, %.1f GFLOP a step%n%n",
                        purpose.name().toLowerCase(Locale.ROOT),
                        workload.network().name(),
                        workload.batch(),
                        workload.side(),
                        precision.name().toLowerCase(Locale.ROOT),
                        Figures.count(plan.parameters()),
                        plan.flops() / 1e9);
        out().println("When the memory is fullest:");
        row("weights", need.weights());
        row("gradients", need.gradients());
        row("optimiser state", need.optimizerState());
        row("batch", need.batch());
        row("activations", need.activations());
        row("workspace", need.workspace());
        row("libraries", need.runtime());
        row("expected", need.expected());
        out().println();
        out().println("Between " + Figures.bytes(need.low()) + " and " + Figures.bytes(need.high()) + "; "
                + (need.high() <= available ? "fits" : "does not fit") + " into " + Figures.bytes(available)
                + ", where "
                + largest.stream()
                        .mapToObj(most -> "the largest batch is " + Figures.count(most))
                        .findFirst()
                        .orElse("not even one picture does")
                + ".");
    }

    private void row(String part, long bytes) {
        out().printf(Locale.ROOT, "%-16s %10s%n", part, Figures.bytes(bytes));
    }

    private void print(List<CardPlan> cards, Planner.Plan plan) {
        out().println();
        out().printf(Locale.ROOT, "%-29s %-15s %10s %12s  %-10s %s%n", "card", "", "memory", "a step", "limit", "");
        for (CardPlan card : cards) {
            MemoryPlan need = card.memory();
            StepTime time = card.time();
            String change = card.change();
            out().printf(
                            Locale.ROOT,
                            "%-29s %-15s %10s %12s  %-10s %s%n",
                            card.gpu().name(),
                            switch (card.verdict()) {
                                case FITS -> "fits";
                                case FITS_WHEN_CUT -> "fits when cut";
                                case CANNOT_RUN -> "cannot run";
                            },
                            need == null ? "" : Figures.bytes(need.expected()),
                            time == null ? "" : String.format(Locale.ROOT, "%.1f ms", 1000 * time.seconds()),
                            time == null ? "" : time.limit().name().toLowerCase(Locale.ROOT),
                            change == null ? "" : change);
        }
        boolean cut = cards.stream()
                .anyMatch(card -> card.microBatch() > 0
                        && card.microBatch() < plan.workload().batch());
        if (plan.normalisesByBatch() && cut) {
            out().println();
            out().println("The network normalises by its batch: micro-batches give other statistics than the whole.");
        }
    }
}
