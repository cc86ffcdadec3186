package org.sekkei.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.tasks.style.DescentRule;
import org.sekkei.tasks.style.FeatureModel;
import org.sekkei.tasks.style.Features;
import org.sekkei.tasks.style.MemoryPlan;
import org.sekkei.tasks.style.StyleJob;
import org.sekkei.tasks.style.StyleListener;
import org.sekkei.tasks.style.StyleRecipe;
import org.sekkei.tasks.style.StyleTransfer;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;

/// Iterations a minute of a network at a size.
///
/// @param memory bytes that may be taken; most of what is free if null
/// @param iterations of which the first is not counted
/// @param mostSeconds that a row may take
record StyleTiming(Device device, DType precision, @Nullable Long memory, int iterations, double mostSeconds) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final double FREE_SHARE = 0.8;

    /// @param tileSide 0 if the picture was done at once
    /// @param iterationsPerMinute null if it was not measured, which the note explains
    /// @param processorSeconds of all cores for an iteration, which other programs hardly change; null where the
    ///     system does not tell
    /// @param peakBytes of the process in main memory, null where the system does not tell
    record Row(
            String network,
            String device,
            int side,
            String precision,
            int tileSide,
            @Nullable Double iterationsPerMinute,
            @Nullable Double processorSeconds,
            @Nullable Long peakBytes,
            String note) {
        @Nullable
        Double processorSecondsPerMegapixel() {
            return processorSeconds == null ? null : processorSeconds * 1e6 / side / side;
        }
    }

    /// @param secondsAPixel what an iteration took at another size, null if none was measured
    Row measure(FeatureModel model, int side, @Nullable Double secondsAPixel) {
        double expected = secondsAPixel == null ? 0 : secondsAPixel * side * side;
        if (2 * expected > mostSeconds) {
            return row(
                    model,
                    side,
                    0,
                    null,
                    null,
                    null,
                    String.format(
                            Locale.ROOT,
                            "left out: an iteration would take about %s; --most allows longer",
                            Figures.duration(expected)));
        }
        int count = expected * iterations > mostSeconds ? (int) Math.max(2, mostSeconds / expected) : iterations;
        resetPeak();
        try (var _ = Scope.open();
                var transfer = new StyleTransfer(job(model, side, count))) {
            var clock = new Clock();
            transfer.run(clock);
            return row(
                    model,
                    side,
                    transfer.plan().side(),
                    60 / median(clock.seconds),
                    clock.meanProcessor(),
                    peakBytes(),
                    transfer.plan().side() == MemoryPlan.WHOLE ? "" : "in tiles");
        } catch (IllegalArgumentException tooSmall) {
            return row(model, side, 0, null, null, null, Failures.sentence(tooSmall));
        }
    }

    private Row row(
            FeatureModel model,
            int side,
            int tile,
            @Nullable Double perMinute,
            @Nullable Double processor,
            @Nullable Long peak,
            String note) {
        String type = precision.name().toLowerCase(Locale.ROOT);
        return new Row(model.toString(), device.toString(), side, type, tile, perMinute, processor, peak, note);
    }

    private StyleJob job(FeatureModel model, int side, int count) {
        var features = new Features(model, model.randomWeights(1), Features.Origin.CAFFE);
        var random = new Random(side);
        long most = memory == null ? (long) (device.freeBytes() * FREE_SHARE) : memory;
        StyleRecipe recipe = StyleRecipe.gogh(model, StyleRecipe.Gogh.VGG).withIterations(count);
        return new StyleJob(
                noise(random, side),
                noise(random, Math.min(side, 1024)),
                features,
                recipe,
                precision,
                side,
                most,
                recipe.rule() instanceof DescentRule.Adam,
                device,
                1);
    }

    private static Picture noise(Random random, int side) {
        byte[] rgb = new byte[Math.toIntExact(3L * side * side)];
        random.nextBytes(rgb);
        return new Picture(side, side, rgb);
    }

    private static final class Clock implements StyleListener {
        private final List<Double> seconds = new ArrayList<>();
        private final List<Double> processor = new ArrayList<>();
        private long last;
        private double lastProcessor;

        @Override
        public void size(int width, int height, MemoryPlan plan) {
            last = System.nanoTime();
            lastProcessor = processorSeconds();
        }

        @Override
        public void tooLittleMemory(MemoryPlan failed, MemoryPlan next) {
            throw new IllegalStateException("the memory did not suffice for what is measured");
        }

        @Override
        public void iteration(Progress progress) {
            long now = System.nanoTime();
            double processorNow = processorSeconds();
            seconds.add((now - last) / 1e9);
            processor.add(processorNow - lastProcessor);
            last = now;
            lastProcessor = processorNow;
        }

        /// Not the median, for the system counts in steps that are long beside a small picture's iteration.
        @Nullable
        Double meanProcessor() {
            double mean = processor.stream()
                    .skip(1)
                    .mapToDouble(used -> used)
                    .average()
                    .orElseThrow();
            return Double.isNaN(mean) ? null : mean;
        }
    }

    /// Without the first, which allocates and compiles.
    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().skip(1).sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static double processorSeconds() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(duration -> duration.toNanos() / 1e9)
                .orElse(Double.NaN);
    }

    /// Linux forgets the peak when it is told so; elsewhere there is none.
    private static void resetPeak() {
        try {
            Files.writeString(CLEAR, "5");
        } catch (IOException notLinux) {
            // The peak is then that of the process so far, or not known at all.
        }
    }

    private static @Nullable Long peakBytes() {
        try {
            return Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .map(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(null);
        } catch (IOException notLinux) {
            return null;
        }
    }
}
