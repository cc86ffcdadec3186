package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.sekkei.plan.CardPlan;
import org.sekkei.plan.MemoryPlan;
import org.sekkei.plan.Planner;
import org.sekkei.plan.StepTime;
import org.sekkei.plan.Workload;
import org.sekkei.torch.TorchException;

/// The page of `plan --report`: the parts of the memory, and how it grows with the batch and with the pictures.
final class PlanReport {
    private static final int POINTS = 9;

    private PlanReport() {}

    static void write(Path file, Planner planner, Planner.Plan plan, List<CardPlan> cards, long available)
            throws IOException {
        Workload workload = plan.workload();
        MemoryPlan need = plan.memory();
        var page = new HtmlReport("Plan: " + workload.task().name());
        page.paragraph(String.format(
                Locale.ROOT,
                "%s, batch %d at %d pixels, %s: between %s and %s; %s are there.",
                workload.use().isTraining() ? "Training" : "Inference",
                workload.batch(),
                workload.side(),
                workload.precision().name().toLowerCase(Locale.ROOT),
                Figures.bytes(need.low()),
                Figures.bytes(need.high()),
                Figures.bytes(available)));
        page.table(
                List.of("part", "bytes"),
                List.of(
                        row("weights", need.weights()),
                        row("gradients", need.gradients()),
                        row("optimiser state", need.optimizerState()),
                        row("batch", need.batch()),
                        row("activations", need.activations()),
                        row("workspace", need.workspace()),
                        row("libraries", need.runtime()),
                        row("expected", need.expected())));
        page.plot(plot(
                planner,
                available,
                "Memory against batch",
                "pictures a batch",
                step(workload.batch()),
                at -> workload.withBatch(at)));
        page.plot(plot(
                planner,
                available,
                "Memory against pixels",
                "pixels a side",
                Math.max(32, step(workload.side()) / 32 * 32),
                at -> workload.withSide(at)));
        if (!cards.isEmpty()) {
            page.heading("Cards");
            page.table(
                    List.of("card", "", "memory", "a step", "limit", "how"),
                    cards.stream().map(PlanReport::row).toList());
        }
        page.write(file);
    }

    /// So that the planned value is in the middle.
    private static int step(int value) {
        return Math.max(1, 2 * value / (POINTS - 1));
    }

    private static String plot(
            Planner planner, long available, String title, String axis, int step, IntFunction<Workload> workload) {
        List<Double> x = new ArrayList<>();
        List<Double> low = new ArrayList<>();
        List<Double> expected = new ArrayList<>();
        List<Double> high = new ArrayList<>();
        IntStream.rangeClosed(1, POINTS).map(i -> i * step).forEach(at -> {
            MemoryPlan need;
            try {
                need = planner.plan(workload.apply(at)).memory();
            } catch (TorchException | IllegalArgumentException notTaken) {
                return;
            }
            x.add((double) at);
            low.add(need.low() / 1e9);
            expected.add(need.expected() / 1e9);
            high.add(need.high() / 1e9);
        });
        List<Double> there = x.stream().map(_ -> available / 1e9).toList();
        boolean near = high.stream().anyMatch(most -> 3 * most > available / 1e9);
        List<Plot.Curve> curves = new ArrayList<>(List.of(
                new Plot.Curve("expected", x, expected),
                new Plot.Curve("high end", x, high),
                new Plot.Curve("low end", x, low)));
        if (near) {
            curves.add(new Plot.Curve("what there is", x, there));
        }
        return Plot.lines(title, axis, "GB", curves);
    }

    private static List<String> row(String part, long bytes) {
        return List.of(part, Figures.bytes(bytes));
    }

    private static List<String> row(CardPlan card) {
        MemoryPlan need = card.memory();
        StepTime time = card.time();
        String change = card.change();
        return List.of(
                card.gpu().name(),
                card.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                need == null ? "" : Figures.bytes(need.expected()),
                time == null ? "" : String.format(Locale.ROOT, "%.1f ms", 1000 * time.seconds()),
                time == null ? "" : time.limit().name().toLowerCase(Locale.ROOT),
                change == null ? "" : change);
    }
}
