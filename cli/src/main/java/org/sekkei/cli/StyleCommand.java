package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.PictureWriter;
import org.sekkei.tasks.style.MemoryPlan;
import org.sekkei.tasks.style.StyleJob;
import org.sekkei.tasks.style.StyleListener;
import org.sekkei.tasks.style.StyleTransfer;
import org.sekkei.torch.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei style`.
@Command(
        name = "style",
        description = {
            "Make a picture that shows the content of one picture in the style of another, at any size: what does not fit"
                    + " into the memory is done in tiles, exactly."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei style photo.jpg painting.jpg -o out.png",
            "  sekkei style photo.jpg painting.jpg -o out.tif --weights vgg19-d01eb7cb.pth --size 8K --memory 6G",
            "  sekkei style photo.jpg painting.jpg -o out.png --recipe wasserstein --resume",
        })
final class StyleCommand extends Job {
    private static final long NANOS = 1_000_000_000;

    /// Most of the time belongs to the picture: what is written on the way may take this share of it.
    private static final int WRITING_SHARE = 50;

    private static final long SAVE_EVERY = 120 * NANOS;
    private static final long SHOW_EVERY = 10 * NANOS;
    private static final int PREVIEW_SIDE = 1024;

    @Parameters(paramLabel = "CONTENT", description = "The picture that is shown.")
    private Path content = Path.of("");

    @Parameters(paramLabel = "STYLE", description = "The picture whose style it gets.")
    private Path style = Path.of("");

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "OUT",
            description = "The picture to write: .png, or .tif with 16 bits a channel.")
    private Path out = Path.of("");

    @Mixin
    private StyleOptions options = new StyleOptions();

    @Option(names = "--resume", description = "Go on from what an interruption left beside OUT.")
    private boolean resume;

    private @Nullable StyleTransfer running;

    private record Result(
            String picture,
            int width,
            int height,
            String model,
            String recipe,
            int iterations,
            double loss,
            double seconds,
            double iterationsPerMinute,
            int tileSide) {}

    @Override
    String howToGoOn() {
        return "The same command with --resume goes on.";
    }

    @Override
    void saveBeforeInterruption() throws IOException {
        StyleTransfer transfer = running;
        if (transfer != null) {
            transfer.save(state());
        }
    }

    private Path state() {
        return out.resolveSibling(out.getFileName() + ".state");
    }

    private Path preview() {
        return out.resolveSibling(out.getFileName() + ".preview.png");
    }

    @Override
    int run() throws Exception {
        requireExisting(content);
        requireExisting(style);
        boolean deep = isDeep();
        if (!resume && Files.exists(state())) {
            throw usage(state() + ": is what an interruption left; go on with --resume, or remove it to begin anew.");
        }
        if (resume && !Files.exists(state())) {
            throw usage(state() + ": there is nothing to go on from; leave --resume out.");
        }
        Path folder = out.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        var reader = new PictureReader();
        Picture shown = reader.read(content);
        try (var _ = Scope.open();
                ProgressLine progress = newProgress()) {
            StyleJob job = options.job(this, shown, reader.read(style));
            try (var transfer = transfer(job)) {
                if (resume) {
                    transfer.resume(state());
                }
                var follower = new Follower(transfer, progress);
                running = transfer;
                transfer.run(follower);
                running = null;
                write(transfer, deep);
                Files.deleteIfExists(state());
                Files.deleteIfExists(preview());
                report(job, transfer, follower);
            }
        }
        return Main.DONE;
    }

    private StyleTransfer transfer(StyleJob job) {
        try {
            return new StyleTransfer(job);
        } catch (IllegalArgumentException e) {
            throw usage(content + ": " + Failures.sentence(e));
        }
    }

    private boolean isDeep() {
        String name = out.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".tif") || name.endsWith(".tiff")) {
            return true;
        }
        if (name.endsWith(".png")) {
            return false;
        }
        throw usage(out + ": pictures are written as .png, or as .tif with 16 bits a channel.");
    }

    private void write(StyleTransfer transfer, boolean deep) throws IOException {
        if (deep) {
            Picture size = transfer.picture();
            PictureWriter.tiff16(out, size.width(), size.height(), transfer.deepPicture());
        } else {
            PictureWriter.png(out, transfer.picture());
        }
    }

    private void report(StyleJob job, StyleTransfer transfer, Follower follower) {
        Picture made = transfer.picture();
        double perMinute = follower.seconds() > 0 ? 60 * follower.iterations / follower.seconds() : 0;
        if (json()) {
            printJson(new Result(
                    out.toString(),
                    made.width(),
                    made.height(),
                    job.features().model().toString(),
                    job.recipe().name(),
                    follower.iterations,
                    follower.loss,
                    follower.seconds(),
                    perMinute,
                    transfer.plan().side()));
        } else {
            out().printf(
                            Locale.ROOT,
                            "%s: %d x %d pixels, %s iterations in %s, %.1f a minute, loss %.4g%n",
                            out,
                            made.width(),
                            made.height(),
                            Figures.count(follower.iterations),
                            Figures.duration(follower.seconds()),
                            perMinute,
                            follower.loss);
        }
    }

    /// Shows how far it is, and writes preview and state from time to time.
    private final class Follower implements StyleListener {
        private final StyleTransfer transfer;
        private final ProgressLine progress;
        private final long begun = System.nanoTime();
        private long sizeBegun = begun;
        private int sizeFirst = -1;
        private double shareFirst = -1;
        private long saved = begun;
        private long drawn = begun;
        private int iterations;
        private double loss;

        Follower(StyleTransfer transfer, ProgressLine progress) {
            this.transfer = transfer;
            this.progress = progress;
        }

        double seconds() {
            return (System.nanoTime() - begun) / (double) NANOS;
        }

        @Override
        public void size(int width, int height, MemoryPlan plan) {
            sizeBegun = System.nanoTime();
            sizeFirst = -1;
            String how = plan.side() == MemoryPlan.WHOLE ? "at once" : "in tiles of " + plan.side() + " pixels";
            progress.say(
                    json() ? err() : out(),
                    width + " x " + height + " pixels: " + how + ", about " + Figures.bytes(plan.bytes())
                            + " of memory");
        }

        @Override
        public void iteration(Progress now) {
            long time = System.nanoTime();
            iterations++;
            loss = now.loss();
            if (sizeFirst < 0) {
                sizeFirst = now.iteration() - 1;
            }
            if (shareFirst < 0) {
                shareFirst = now.share();
            }
            progress.show(() -> line(now, time));
            try {
                drawn = writeIfDue(drawn, SHOW_EVERY, this::draw);
                saved = writeIfDue(saved, SAVE_EVERY, () -> transfer.save(state()));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        private String line(Progress now, long time) {
            double here = (time - sizeBegun) / (double) NANOS;
            double perMinute = 60 * (now.iteration() - sizeFirst) / here;
            var text = new StringBuilder(String.format(
                    Locale.ROOT,
                    "%d x %d pixels: %d of %d iterations, %.1f a minute, loss %.4g",
                    now.width(),
                    now.height(),
                    now.iteration(),
                    now.iterations(),
                    perMinute,
                    now.loss()));
            if (now.share() > shareFirst) {
                double all = (time - begun) / (double) NANOS;
                text.append(", about ")
                        .append(Figures.duration(all * (1 - now.share()) / (now.share() - shareFirst)))
                        .append(" left in all");
            }
            return text.toString();
        }

        private void draw() throws IOException {
            PictureWriter.png(preview(), transfer.picture().fitLongest(PREVIEW_SIDE));
        }

        /// The next time is no earlier than what writing took allows.
        private long writeIfDue(long last, long every, Writing writing) throws IOException {
            long before = System.nanoTime();
            if (before - last < every) {
                return last;
            }
            writing.run();
            long after = System.nanoTime();
            return after + Math.max(0, (after - before) * WRITING_SHARE - every);
        }
    }

    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }
}
