package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Original;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureFiles;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.PictureWriter;
import org.sekkei.pictures.UnreadablePictureException;
import org.sekkei.pictures.video.FrameSink;
import org.sekkei.pictures.video.FrameSource;
import org.sekkei.tasks.deblur.Deblur;
import org.sekkei.tasks.deblur.DeblurNetwork;
import org.sekkei.torch.Device;
import org.sekkei.torch.Threads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei deblur`.
@Command(
        name = "deblur",
        subcommands = {DeblurTrainCommand.class, DeblurEvalCommand.class},
        description = {
            "Take the shake of a camera out of pictures of any size: by the network that ships, or by DeblurGAN and"
                    + " DeblurGAN-v2 under their authors' weights, as the authors do."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei deblur photo.jpg -o out.png",
            "  sekkei deblur photos -o restored --report report.html --memory 4G",
            "  sekkei deblur shaken.mp4 -o steady.mp4",
            "  sekkei deblur photo.jpg -o out.png --model deblurganv2_mobilenet --weights fpn_mobilenet.h5"
        })
final class DeblurCommand extends Job {
    private static final double USUAL_SHARE_OF_FREE_MEMORY = 0.8;
    private static final float JPEG_QUALITY = 0.93f;
    private static final double NANOS = 1e9;

    @Parameters(
            arity = "0..*",
            paramLabel = "PICTURES",
            description = "Picture files, and folders of them; or one video, or folder of frames, for OUT.mp4.")
    private List<Path> pictures = List.of();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "OUT",
            description =
                    "What to write: a .png or .jpg for one picture, an .mp4 for a video, else a folder, for a .png of each.")
    private @Nullable Path out;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "ours, deblurgan, deblurganv2_inception or deblurganv2_mobilenet (${DEFAULT-VALUE}).")
    private String model = "ours";

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "A checkpoint of any format; the network that ships if not given.")
    private @Nullable Path weights;

    @Option(
            names = "--dropout",
            description = "Zero values at random, as DeblurGAN's authors do in use too; off if not given.")
    private boolean dropout;

    @Option(names = "--seed", paramLabel = "N", description = "Decides what --dropout zeroes (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--report", paramLabel = "FILE.html", description = "Write a page that shows before and after.")
    private @Nullable Path report;

    @Option(
            names = "--memory",
            paramLabel = "M",
            description = "Memory that may be taken, for instance 2G; most of what is free if not given.")
    private @Nullable MemorySize memory;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads; all cores if not given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    private record Line(
            String picture,
            String out,
            int width,
            int height,
            int tileSide,
            long plannedBytes,
            int passes,
            double statisticsError,
            double seconds) {}

    private record Result(String model, String weights, List<Line> pictures, List<String> skipped) {}

    private record Video(String model, String video, int frames, int unreadable, double seconds) {}

    /// A picture and where it goes.
    private record Way(Path from, Path to) {}

    @Override
    int run() throws Exception {
        if (pictures.isEmpty()) {
            throw usage("give pictures, or one of the commands train and eval.");
        }
        if (out == null) {
            throw usage("say where to write by -o.");
        }
        boolean video = FrameSink.isVideo(out);
        List<Way> ways = video ? List.of(video(out)) : ways(out);
        DeblurNetwork network = fromOptions(() -> DeblurNetwork.named(model));
        if (weights == null && network != DeblurNetwork.OURS) {
            throw usage("the weights of " + network + " are not shipped; give its authors' file by --weights.");
        }
        if (weights != null) {
            requireExisting(weights);
        }
        if (dropout && !network.dropsOut()) {
            throw usage("--dropout is for deblurgan; " + network + " drops nothing out.");
        }
        if (report != null && !report.toString().toLowerCase(Locale.ROOT).endsWith(".html")) {
            throw usage("--report " + report + ": reports are written as .html.");
        }
        fromOptions(() -> {
            Threads.set(threads);
            return threads;
        });
        Device where = fromOptions(() -> Device.parse(device));
        Deblur deblur = weights == null ? Deblur.builtIn(where) : Deblur.read(network, weights, where);
        if (video) {
            return run(deblur, ways.getFirst(), where);
        }
        List<Line> lines = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        var page = new DeblurReport(network + (weights == null ? ", as it ships" : " under " + weights));
        try (ProgressLine progress = newProgress()) {
            for (Way way : ways) {
                Original original;
                try {
                    original = new PictureReader().readOriginal(way.from);
                } catch (UnreadablePictureException e) {
                    if (ways.size() == 1) {
                        throw e;
                    }
                    skipped.add(way.from.toString());
                    progress.say(err(), "skipped: " + Failures.sentence(e));
                    continue;
                }
                lines.add(make(deblur, way, original, where, progress, page));
            }
        }
        if (lines.isEmpty()) {
            throw new IOException("none of the " + skipped.size() + " pictures can be read.");
        }
        if (report != null) {
            page.write(report);
        }
        if (json()) {
            printJson(
                    new Result(network.toString(), weights == null ? "built-in" : weights.toString(), lines, skipped));
        }
        return Main.DONE;
    }

    private Way video(Path to) {
        if (pictures.size() != 1) {
            throw usage(to + ": give one video, or one folder of its frames.");
        }
        if (report != null) {
            throw usage("--report shows pictures; leave it out for a video.");
        }
        requireExisting(pictures.getFirst());
        if (pictures.getFirst()
                .toAbsolutePath()
                .normalize()
                .equals(to.toAbsolutePath().normalize())) {
            throw usage(to + ": would be written over itself; name another file by -o.");
        }
        return new Way(pictures.getFirst(), to);
    }

    /// Each frame by itself.
    private int run(Deblur deblur, Way way, Device where) throws IOException {
        long begun = System.nanoTime();
        int frames = 0;
        int unreadable = 0;
        try (ProgressLine progress = newProgress();
                FrameSource source = FrameSource.open(way.from);
                FrameSink sink = FrameSink.create(way.to, source.framesPerSecond())) {
            @Nullable Course course = null;
            while (true) {
                Picture frame;
                try {
                    frame = source.next();
                } catch (UnreadablePictureException e) {
                    unreadable++;
                    progress.say(err(), "left out: " + Failures.sentence(e));
                    continue;
                }
                if (frame == null) {
                    break;
                }
                if (dropout) {
                    deblur.dropOut(seed + frames);
                }
                if (course == null) {
                    course = new Course(planned(deblur, way.from, frame, budget(where)), way.from, progress);
                }
                Course all = course;
                sink.write(fromOptions(() -> deblur.apply(frame, all.now, all)).picture());
                progress.update(way.from.toString(), "frames", ++frames, Math.max(frames, source.announced()), "");
            }
            sink.finish();
        }
        double seconds = (System.nanoTime() - begun) / NANOS;
        if (json()) {
            printJson(new Video(deblur.network().toString(), way.to.toString(), frames, unreadable, seconds));
        } else {
            out().printf(
                            Locale.ROOT,
                            "%s: %,d frames%s in %.1f s%n",
                            way.to,
                            frames,
                            unreadable == 0 ? "" : ", " + unreadable + " that cannot be read left out,",
                            seconds);
        }
        return Main.DONE;
    }

    /// Says that the memory did not suffice, and keeps how it goes on.
    private class Course implements Deblur.Listener {
        private final Path from;
        private final ProgressLine progress;
        private Deblur.Plan now;

        Course(Deblur.Plan plan, Path from, ProgressLine progress) {
            now = plan;
            this.from = from;
            this.progress = progress;
        }

        @Override
        public void tile(int pass, int done, int tiles) {}

        @Override
        public void tooLittleMemory(Deblur.Plan failed, Deblur.Plan next) {
            now = next;
            progress.say(err(), from + ": " + Figures.begunAnew(failed.tileSide(), failed.bytes(), next.tileSide()));
        }
    }

    private long budget(Device where) {
        return memory == null ? (long) (where.freeBytes() * USUAL_SHARE_OF_FREE_MEMORY) : memory.bytes();
    }

    private Line make(Deblur deblur, Way way, Original original, Device where, ProgressLine progress, DeblurReport page)
            throws IOException {
        Picture before = original.picture();
        long begun = System.nanoTime();
        if (dropout) {
            deblur.dropOut(seed);
        }
        Deblur.Plan plan = planned(deblur, way.from, before, budget(where));
        Course course = new Course(plan, way.from, progress) {
            @Override
            public void tile(int pass, int done, int tiles) {
                progress.update(way.from + (pass == 1 ? "" : ", pass " + pass), "tiles", done, tiles, "");
            }
        };
        Deblur.Made made = fromOptions(() -> deblur.apply(before, plan, course));
        write(way.to, new Original(made.picture(), original.alpha(), original.profile()));
        double seconds = (System.nanoTime() - begun) / NANOS;
        if (report != null) {
            page.add(way.from.toString(), before, made.picture());
        }
        if (!json()) {
            progress.say(out(), line(way, made, course.now, seconds));
        }
        return new Line(
                way.from.toString(),
                way.to.toString(),
                before.width(),
                before.height(),
                course.now.tileSide(),
                course.now.bytes(),
                made.passes(),
                made.error(),
                seconds);
    }

    private Deblur.Plan planned(Deblur deblur, Path from, Picture picture, long budget) {
        try {
            return deblur.plan(picture.width(), picture.height(), budget);
        } catch (IllegalArgumentException e) {
            throw usage(from + ": " + Failures.sentence(e));
        }
    }

    private static String line(Way way, Deblur.Made made, Deblur.Plan plan, double seconds) {
        String how = plan.isWhole() ? "at once" : "in tiles of " + plan.tileSide() + " pixels";
        if (made.passes() > 1) {
            how += String.format(
                    Locale.ROOT,
                    ", %d passes for the statistics of the whole, exact to %.1g deviations",
                    made.passes(),
                    made.error());
        }
        return String.format(
                Locale.ROOT,
                "%s: %d x %d pixels, %s, in %.1f s",
                way.to,
                made.picture().width(),
                made.picture().height(),
                how,
                seconds);
    }

    /// As opaque as it was, and in the colours of its profile, where the format has them.
    private static void write(Path to, Original made) throws IOException {
        if (isJpeg(to)) {
            OutputFile.write(to, PictureWriter.jpeg(made.picture(), JPEG_QUALITY));
            return;
        }
        Path folder = to.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        PictureWriter.png(to, made);
    }

    private static boolean isJpeg(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".jpg") || name.endsWith(".jpeg");
    }

    private List<Way> ways(Path to) throws IOException {
        for (Path path : pictures) {
            requireExisting(path);
        }
        if (pictures.size() == 1 && Files.isRegularFile(pictures.getFirst()) && !Files.isDirectory(to)) {
            if (!isJpeg(to) && !to.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
                throw usage(to + ": pictures are written as .png or .jpg.");
            }
            return List.of(new Way(pictures.getFirst(), to));
        }
        List<Way> ways = new ArrayList<>();
        for (Path path : pictures) {
            if (Files.isRegularFile(path)) {
                ways.add(new Way(path, to.resolve(named(path.getFileName()))));
                continue;
            }
            try (Stream<Path> files = Files.walk(path)) {
                files.filter(file ->
                                PictureFiles.isPictureName(file.getFileName().toString()) && Files.isRegularFile(file))
                        .sorted()
                        .forEach(file -> ways.add(new Way(file, to.resolve(named(path.relativize(file))))));
            }
        }
        if (ways.isEmpty()) {
            throw usage("there is no picture in " + pictures + ".");
        }
        Set<Path> taken = new HashSet<>();
        for (Way way : ways) {
            if (!taken.add(way.to)) {
                throw usage(way.from + ": another picture goes to " + way.to + " too; give them one by one.");
            }
            if (way.to
                    .toAbsolutePath()
                    .normalize()
                    .equals(way.from.toAbsolutePath().normalize())) {
                throw usage(way.to + ": would be written over itself; name another folder by -o.");
            }
        }
        return ways;
    }

    private static String named(Path path) {
        String name = path.toString();
        int dot = name.lastIndexOf('.');
        return (dot > 0 ? name.substring(0, dot) : name) + ".png";
    }
}
