package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Original;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.PictureWriter;
import org.sekkei.tasks.style.Features;
import org.sekkei.tasks.style.MemoryPlan;
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
            "Make a picture that shows the content of one picture in the style of another, at any size: what does not"
                    + " fit into the memory is done in tiles, exactly."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei style photo.jpg painting.jpg -o out.png",
            "  sekkei style photo.jpg painting.jpg -o out.tif --weights vgg19-d01eb7cb.pth --size 8K --memory 6G",
            "  sekkei style photo.jpg painting.jpg -o out.png --recipe wasserstein --resume",
            "  sekkei style one.jpg painting.jpg two.jpg drawing.png -o results",
        })
final class StyleCommand extends Job {
    private static final long NANOS = 1_000_000_000;

    /// Most of the time belongs to the picture: what is written on the way may take this share of it.
    private static final int WRITING_SHARE = 50;

    private static final long SAVE_EVERY = 120 * NANOS;
    private static final long SHOW_EVERY = 10 * NANOS;
    private static final int PREVIEW_SIDE = 1024;

    @Parameters(
            arity = "0..*",
            paramLabel = "CONTENT STYLE",
            description = "The picture that is shown, and the one whose style it gets; several such pairs for several"
                    + " results.")
    private List<Path> pictures = List.of();

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "OUT",
            description =
                    "The picture to write: .png, or .tif with 16 bits a channel. With several pairs, the folder for"
                            + " CONTENT-STYLE.png.")
    private Path out = Path.of("");

    @Option(
            names = "--pairs",
            paramLabel = "FILE",
            description =
                    "More pairs: a line of CONTENT,STYLE or CONTENT,STYLE,OUT for each, relative to FILE and to the"
                            + " folder OUT.")
    private @Nullable Path list;

    @Mixin
    private StyleOptions options = new StyleOptions();

    @Option(
            names = "--resume",
            description =
                    "Go on from what an interruption left beside OUT; of several pairs, those that are there stay.")
    private boolean resume;

    private @Nullable Running running;

    private record Running(StylePair pair, StyleTransfer transfer) {}

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
        Running now = running;
        if (now != null) {
            now.transfer.save(now.pair.state());
        }
    }

    @Override
    int run() throws Exception {
        List<StylePair> pairs = pairs();
        boolean several = isSeveral(pairs);
        for (StylePair pair : pairs) {
            requireExisting(pair.content());
            requireExisting(pair.style());
            requireKnownFormat(pair.out());
            if (!resume && Files.exists(pair.state())) {
                throw usage(pair.state()
                        + ": is what an interruption left; go on with --resume, or remove it to begin anew.");
            }
        }
        if (resume && !several && !Files.exists(pairs.getFirst().state())) {
            throw usage(pairs.getFirst().state() + ": there is nothing to go on from; leave --resume out.");
        }
        List<Result> results = new ArrayList<>();
        try (var _ = Scope.open();
                ProgressLine progress = newProgress()) {
            @Nullable Features features = null;
            for (StylePair pair : pairs) {
                if (resume && !Files.exists(pair.state()) && Files.exists(pair.out())) {
                    continue;
                }
                var reader = new PictureReader();
                Original content = reader.readOriginal(pair.content());
                Picture style = reader.read(pair.style());
                if (features == null) {
                    features = options.features(this);
                }
                results.add(make(pair, content, style, features, progress));
            }
        }
        if (json()) {
            printJson(several ? results : results.getFirst());
        }
        return Main.DONE;
    }

    private boolean isSeveral(List<StylePair> pairs) {
        return pairs.size() > 1 || list != null;
    }

    private List<StylePair> pairs() throws IOException {
        if (pictures.size() % 2 != 0) {
            throw usage(pictures.getLast() + ": a style is missing; give CONTENT and STYLE, or several such pairs.");
        }
        Path file = list;
        if (file == null && pictures.size() == 2) {
            return List.of(new StylePair(pictures.getFirst(), pictures.getLast(), out));
        }
        List<StylePair> pairs = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i += 2) {
            pairs.add(StylePair.into(out, pictures.get(i), pictures.get(i + 1)));
        }
        if (file != null) {
            requireExisting(file);
            pairs.addAll(StylePair.listed(file, out));
        }
        if (pairs.isEmpty()) {
            throw usage("give CONTENT and STYLE, or --pairs FILE.");
        }
        Set<Path> made = new HashSet<>();
        for (StylePair pair : pairs) {
            if (!made.add(pair.out().toAbsolutePath().normalize())) {
                throw usage(pair.out() + ": would be made of two pairs; name it in the third column of --pairs FILE.");
            }
        }
        return pairs;
    }

    private Result make(StylePair pair, Original content, Picture style, Features features, ProgressLine progress)
            throws IOException {
        Path folder = pair.out().toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        try (var transfer = transfer(pair, features, content.picture(), style)) {
            if (Files.exists(pair.state())) {
                transfer.resume(pair.state());
            }
            var follower = new Follower(pair, transfer, progress);
            running = new Running(pair, transfer);
            transfer.run(follower);
            running = null;
            write(pair.out(), transfer, content);
            Files.deleteIfExists(pair.state());
            Files.deleteIfExists(pair.preview());
            return report(pair, transfer, follower);
        }
    }

    private StyleTransfer transfer(StylePair pair, Features features, Picture content, Picture style) {
        try {
            return options.transfer(this, features, content, style);
        } catch (IllegalArgumentException e) {
            throw usage(pair.content() + ": " + Failures.sentence(e));
        }
    }

    private static boolean isDeep(Path out) {
        String name = out.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".tif") || name.endsWith(".tiff");
    }

    private void requireKnownFormat(Path out) {
        if (!isDeep(out)
                && !out.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw usage(out + ": pictures are written as .png, or as .tif with 16 bits a channel.");
        }
    }

    /// As opaque as the content, and in the colours of its profile.
    private static void write(Path out, StyleTransfer transfer, Original content) throws IOException {
        Picture made = transfer.picture();
        Picture alpha = content.alpha() == null ? null : content.alpha().resized(made.width(), made.height());
        if (isDeep(out)) {
            PictureWriter.tiff16(out, made.width(), made.height(), transfer.deepPicture(), alpha, content.profile());
        } else {
            PictureWriter.png(out, new Original(made, alpha, content.profile()));
        }
    }

    private Result report(StylePair pair, StyleTransfer transfer, Follower follower) {
        Picture made = transfer.picture();
        double perMinute = follower.seconds() > 0 ? 60 * follower.iterations / follower.seconds() : 0;
        if (!json()) {
            out().printf(
                            Locale.ROOT,
                            "%s: %d x %d pixels, %s iterations in %s, %.1f a minute, loss %.4g%n",
                            pair.out(),
                            made.width(),
                            made.height(),
                            Figures.count(follower.iterations),
                            Figures.duration(follower.seconds()),
                            perMinute,
                            follower.loss);
        }
        return new Result(
                pair.out().toString(),
                made.width(),
                made.height(),
                transfer.job().features().model().toString(),
                transfer.job().recipe().name(),
                follower.iterations,
                follower.loss,
                follower.seconds(),
                perMinute,
                transfer.plan().side());
    }

    /// Shows how far it is, and writes preview and state from time to time.
    private final class Follower implements StyleListener {
        private final StylePair pair;
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

        Follower(StylePair pair, StyleTransfer transfer, ProgressLine progress) {
            this.pair = pair;
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
            progress.say(
                    json() ? err() : out(),
                    width + " x " + height + " pixels: " + how(plan) + ", about " + Figures.bytes(plan.bytes())
                            + " of memory");
        }

        @Override
        public void tooLittleMemory(MemoryPlan failed, MemoryPlan next) {
            progress.say(
                    err(),
                    "The memory did not suffice " + how(failed) + ", for which " + Figures.bytes(failed.bytes())
                            + " were planned; the picture goes on " + how(next) + ".");
        }

        private static String how(MemoryPlan plan) {
            return plan.side() == MemoryPlan.WHOLE ? "at once" : "in tiles of " + plan.side() + " pixels";
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
                saved = writeIfDue(saved, SAVE_EVERY, () -> transfer.save(pair.state()));
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
            PictureWriter.png(pair.preview(), transfer.picture().fitLongest(PREVIEW_SIDE));
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
