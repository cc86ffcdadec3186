package org.sekkei.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.UnreadablePictureException;
import org.sekkei.pictures.video.FrameSink;
import org.sekkei.pictures.video.FrameSource;
import org.sekkei.tasks.track.Sighting;
import org.sekkei.tasks.track.TargetBox;
import org.sekkei.tasks.track.TrTrTracker;
import org.sekkei.tasks.track.Tracker;
import org.sekkei.torch.Device;
import org.sekkei.torch.Threads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei track`.
@Command(
        name = "track",
        subcommands = {TrackTrainCommand.class, TrackEvalCommand.class, TrackComposeCommand.class},
        description = {
            "Follow one object through a video, from its box in the first frame: by TrTr, a transformer, with --online by a"
                    + " classifier beside it that learns the object while it follows, or by a classical tracker of OpenCV."
        },
        footer = {
            "",
            "Exit status: 0 done, 1 failed or the video ends before it should, 2 the command line cannot be right.",
            "",
            "Examples:",
            "  sekkei track street.mp4 --box 205,151,17,50 -o followed.mp4",
            "  sekkei track frames/ --box 205,151,17,50 --online -o followed.mp4 --csv boxes.csv",
            "  sekkei track street.mp4 --box 205,151,17,50 --tracker csrt --csv boxes.csv"
        })
final class TrackCommand extends Job {
    private static final double NANOS = 1e9;

    /// Containers round their length.
    private static final double TOLERATED = 0.02;

    @Parameters(
            arity = "0..1",
            paramLabel = "VIDEO|FRAMES",
            description = "A video file, or a folder of pictures in the order of the numbers in their names.")
    private @Nullable Path video;

    @Option(
            names = "--box",
            paramLabel = "X,Y,W,H",
            description = "The object in the first frame, in pixels from the upper left corner.")
    private @Nullable String box;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "OUT",
            description = "The frames with the box: a video (.mp4), or for any other name a folder of PNG files.")
    private @Nullable Path out;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description = "A row a frame: frame,x,y,width,height,score,state; the state is found, lost or unreadable.")
    private @Nullable Path csv;

    @Option(names = "--tracker", paramLabel = "T", description = "trtr, csrt, kcf or mil (${DEFAULT-VALUE}).")
    private String tracker = "trtr";

    @Option(names = "--online", description = "Let a classifier learn the object while TrTr follows it.")
    private boolean online;

    @Mixin
    private TrackerOptions options = new TrackerOptions();

    /// Frames without the object.
    private record Span(int first, int last) {}

    private record Result(
            String video,
            String tracker,
            int frames,
            int skipped,
            int lost,
            List<Span> lostSpans,
            boolean endsEarly,
            long announced,
            double framesPerSecond,
            double seconds) {}

    @Override
    int run() throws Exception {
        if (video == null) {
            throw usage("give a video, or one of the commands train, eval and compose.");
        }
        if (out == null && csv == null) {
            throw usage("say what to write: -o OUT.mp4, --csv boxes.csv, or both.");
        }
        Path from = video;
        requireExisting(from);
        TargetBox first = parsedBox();
        TrackerOptions.Name named = fromOptions(() -> TrackerOptions.Name.of(online ? tracker + "-online" : tracker));
        if (options.weights != null) {
            requireExisting(options.weights);
        }
        fromOptions(() -> {
            Threads.set(options.threads);
            return options.threads;
        });
        Device on = fromOptions(() -> Device.parse(options.device));
        TrTrTracker.@Nullable Weights weights = named.isTrTr() ? options.weights(on) : null;
        try (FrameSource source = FrameSource.open(from);
                Tracker following = fromOptions(() -> options.tracker(named, weights));
                ProgressLine progress = newProgress()) {
            Result result = follow(from, source, following, named, first, weights, on, progress);
            print(result);
            return result.endsEarly ? Main.FAILED : Main.DONE;
        }
    }

    private TargetBox parsedBox() {
        if (box == null) {
            throw usage("say where the object is in the first frame: --box X,Y,W,H.");
        }
        String[] cells = box.split(",", -1);
        var numbers = new double[4];
        try {
            for (int i = 0; i < 4; i++) {
                numbers[i] = Double.parseDouble(cells[i].strip());
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw usage("--box is four numbers, for instance 205,151,17,50, not '" + box + "'.");
        }
        if (cells.length != 4 || !(Math.abs(numbers[0] + numbers[1]) < 1e9)) {
            throw usage("--box is four numbers, for instance 205,151,17,50, not '" + box + "'.");
        }
        if (!(numbers[2] >= 1 && numbers[3] >= 1 && numbers[2] < 1e6 && numbers[3] < 1e6)) {
            throw usage("--box " + box + ": width and height must be at least 1 pixel.");
        }
        return new TargetBox(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    private Result follow(
            Path from,
            FrameSource source,
            Tracker following,
            TrackerOptions.Name named,
            TargetBox first,
            TrTrTracker.@Nullable Weights weights,
            Device on,
            ProgressLine progress)
            throws IOException {
        var rows = new StringBuilder("frame,x,y,width,height,score,state\n");
        List<Span> lost = new ArrayList<>();
        int frames = 0;
        int skipped = 0;
        int lostFrames = 0;
        long nanos = 0;
        long begun = System.nanoTime();
        @Nullable Sighting last = null;
        try (FrameSink sink = out == null ? new Nowhere() : FrameSink.create(out, source.framesPerSecond())) {
            while (true) {
                Picture frame;
                try {
                    frame = source.next();
                } catch (UnreadablePictureException e) {
                    if (last == null) {
                        throw new IOException("the first frame cannot be read: " + Failures.sentence(e), e);
                    }
                    frames++;
                    skipped++;
                    rows.append(frames).append(",,,,,,unreadable\n");
                    progress.say(err(), "skipped: " + Failures.sentence(e));
                    continue;
                }
                if (frame == null) {
                    break;
                }
                frames++;
                long before = System.nanoTime();
                if (last == null) {
                    begin(from, frame, first, following, weights, on, progress);
                    last = new Sighting(first.within(frame.width(), frame.height()), 1, false);
                } else {
                    last = following.follow(frame);
                    nanos += System.nanoTime() - before;
                }
                if (last.lost()) {
                    lostFrames++;
                    boolean goesOn = !lost.isEmpty() && lost.getLast().last == frames - 1;
                    lost.add(new Span(goesOn ? lost.removeLast().first : frames, frames));
                }
                rows.append(row(frames, last));
                sink.write(TrackDrawing.drawn(frame, last, 0));
                progress.update(
                        "following", "frames", frames, Math.max(frames, source.announced()), last.lost() ? "lost" : "");
            }
            if (last == null) {
                throw new IOException(from + ": there is no frame in it.");
            }
            sink.finish();
        }
        if (csv != null) {
            makeFolder(csv);
            OutputFile.write(csv, rows.toString().getBytes(StandardCharsets.UTF_8));
        }
        long announced = source.announced();
        boolean endsEarly = frames < announced - Math.max(2, TOLERATED * announced);
        return new Result(
                from.toString(),
                named.typed(),
                frames,
                skipped,
                lostFrames,
                lost,
                endsEarly,
                announced,
                Math.max(0, frames - skipped - 1) / Math.max(1e-9, nanos / NANOS),
                (System.nanoTime() - begun) / NANOS);
    }

    private static String row(int frame, Sighting sighting) {
        TargetBox at = sighting.box();
        return String.format(
                Locale.ROOT,
                "%d,%.2f,%.2f,%.2f,%.2f,%.3f,%s%n",
                frame,
                at.x(),
                at.y(),
                at.width(),
                at.height(),
                sighting.score(),
                sighting.lost() ? "lost" : "found");
    }

    private void begin(
            Path from,
            Picture frame,
            TargetBox first,
            Tracker following,
            TrTrTracker.@Nullable Weights weights,
            Device on,
            ProgressLine progress) {
        TargetBox inside = first.within(frame.width(), frame.height());
        if (inside.width() <= 0 || inside.height() <= 0) {
            throw usage("--box " + box + " lies outside of the frames of " + from + ", which have " + frame.width()
                    + " x " + frame.height() + " pixels.");
        }
        if (!inside.equals(first)) {
            progress.say(err(), "--box " + box + " reaches out of the frame; what is inside of it is followed.");
        }
        if (Math.min(inside.width(), inside.height()) < 4) {
            progress.say(err(), "a box of so few pixels holds little to go by; a larger one is followed better.");
        }
        if (weights != null) {
            TrackMemory memory = fromOptions(() -> TrackMemory.ofFollowing(
                    "trtr_" + weights.modelName(), (long) frame.width() * frame.height(), on, options.memory));
            progress.say(err(), memory.sentence());
        }
        fromOptions(() -> {
            following.start(frame, first);
            return first;
        });
    }

    private static void makeFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
    }

    /// For those who want the boxes alone.
    private static final class Nowhere implements FrameSink {
        @Override
        public void write(Picture frame) {}

        @Override
        public void finish() {}

        @Override
        public void close() {}
    }

    private void print(Result result) {
        if (result.endsEarly) {
            err().println(result.video + ": ends early, after " + result.frames + " of " + result.announced
                    + " frames; what there is was followed.");
        }
        if (json()) {
            printJson(result);
            return;
        }
        out().printf(
                        Locale.ROOT,
                        "%s: %d frames by %s, %.1f a second%s%s%n",
                        result.video,
                        result.frames,
                        result.tracker,
                        result.framesPerSecond,
                        result.skipped == 0 ? "" : ", " + result.skipped + " unreadable and skipped",
                        result.lost == 0 ? ", never lost" : ", lost in " + result.lost);
        for (Span span : result.lostSpans) {
            out().println("lost: "
                    + (span.first == span.last ? "frame " + span.first : "frames " + span.first + " to " + span.last));
        }
        if (out != null) {
            out().println(out + ": written");
        }
        if (csv != null) {
            out().println(csv + ": written");
        }
    }
}
