package org.sekkei.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sekkei.plan.Application;
import org.sekkei.plan.Application.Use;
import org.sekkei.plan.Calibration;
import org.sekkei.plan.Gpu;
import org.sekkei.plan.Overhead;
import org.sekkei.plan.Planner;
import org.sekkei.plan.StepTime;
import org.sekkei.torch.Device;

/// How an application makes a picture here or on a card: at once or in tiles, in how much memory, how fast.
record ApplicationPlan(Application application, String network, PlannedSize size, Optional<Calibration> calibration) {
    private static final int SIDE_STEP = 32;
    private static final int LONGEST = 1 << 16;
    private static final int POINTS = 9;

    /// @param tile pixels a side; null if it is done at once, or not at all
    /// @param bytes what it takes; null if it cannot be done
    /// @param largestSide of square pictures that are done at once; null if none is, or each
    /// @param seconds of one picture; null if nobody knows
    /// @param obstacle why it cannot be done; null if it can
    record Line(
            String where,
            long availableBytes,
            @Nullable Integer tile,
            @Nullable Long bytes,
            @Nullable Integer largestSide,
            @Nullable Double seconds,
            @Nullable String obstacle) {}

    record Result(String application, String network, int width, int height, List<Line> lines) {}

    Line here(long available) {
        return line(
                "this machine",
                Device.Kind.CPU,
                available,
                use -> calibration
                        .map(known -> new Planner(Overhead.CPU).time(use.workload(), known))
                        .orElse(null));
    }

    Line on(Gpu card, long available) {
        String obstacle = card.obstacle();
        return obstacle == null
                ? line(
                        card.name(),
                        Device.Kind.CUDA,
                        available,
                        use -> new Planner(Overhead.CUDA)
                                .on(card, use.workload())
                                .time())
                : new Line(card.name(), available, null, null, null, null, obstacle);
    }

    @FunctionalInterface
    private interface Clock {
        @Nullable
        StepTime of(Application.Computing computing);
    }

    private Line line(String where, Device.Kind device, long available, Clock clock) {
        Use use;
        try {
            use = application.use(network, size.width(), size.height(), device, available);
        } catch (IllegalArgumentException tooLittle) {
            return new Line(where, available, null, null, null, null, Failures.sentence(tooLittle));
        }
        Application.Computing computing = use.computing();
        StepTime step = computing == null ? null : clock.of(computing);
        return new Line(
                where,
                available,
                use.tileSide() == Use.WHOLE ? null : use.tileSide(),
                use.bytes(),
                largestSide(device, available),
                step == null || computing == null ? null : computing.times() * step.seconds(),
                null);
    }

    private @Nullable Integer largestSide(Device.Kind device, long available) {
        int fitting = 0;
        int failing = LONGEST / SIDE_STEP;
        if (isWhole(device, available, LONGEST)) {
            return null;
        }
        while (failing - fitting > 1) {
            int middle = (fitting + failing) / 2;
            if (isWhole(device, available, middle * SIDE_STEP)) {
                fitting = middle;
            } else {
                failing = middle;
            }
        }
        return fitting == 0 ? null : fitting * SIDE_STEP;
    }

    private boolean isWhole(Device.Kind device, long available, int side) {
        try {
            return application.use(network, side, side, device, available).tileSide() == Use.WHOLE;
        } catch (IllegalArgumentException tooLittle) {
            return false;
        }
    }

    Result result(List<Line> lines) {
        return new Result(application.name(), network, size.width(), size.height(), lines);
    }

    static void print(PrintWriter out, Result result) {
        out.println(
                result.application + " " + result.network + ", " + result.width + " x " + result.height + " pixels");
        out.println();
        for (Line line : result.lines) {
            Long bytes = line.bytes;
            out.printf(
                    Locale.ROOT, "%-29s %10s  %s%n", line.where, bytes == null ? "" : Figures.bytes(bytes), how(line));
        }
    }

    private static String how(Line line) {
        if (line.obstacle != null) {
            return "cannot run: " + line.obstacle;
        }
        Double seconds = line.seconds;
        return (line.tile == null ? "at once" : "in tiles of " + line.tile + " pixels")
                + (seconds == null ? "" : String.format(Locale.ROOT, ", %.3g s", seconds))
                + (line.largestSide == null ? "" : ", at once up to " + line.largestSide + " px a side");
    }

    /// A page with the lines, and the memory against the pixels.
    void write(Path file, List<Line> lines) throws IOException {
        var page = new HtmlReport("Plan: " + application.name() + " " + network);
        page.paragraph(size.width() + " x " + size.height() + " pixels.");
        page.table(
                List.of("where", "memory", "how"),
                lines.stream()
                        .map(line -> {
                            Long bytes = line.bytes;
                            return List.of(line.where, bytes == null ? "" : Figures.bytes(bytes), how(line));
                        })
                        .toList());
        int longest = Math.max(size.width(), size.height());
        int step = Math.max(SIDE_STEP, 2 * longest / (POINTS - 1) / SIDE_STEP * SIDE_STEP);
        List<Double> sides = new ArrayList<>();
        List<Double> gigabytes = new ArrayList<>();
        IntStream.rangeClosed(1, POINTS).map(i -> i * step).forEach(side -> {
            Use whole = application.use(network, side, side, Device.Kind.CPU, Long.MAX_VALUE);
            sides.add((double) side);
            gigabytes.add(whole.bytes() / 1e9);
        });
        page.plot(Plot.lines(
                "Memory of this machine against pixels, at once",
                "pixels a side",
                "GB",
                List.of(new Plot.Curve("expected", sides, gigabytes))));
        page.write(file);
    }
}
