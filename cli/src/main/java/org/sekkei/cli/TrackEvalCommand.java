package org.sekkei.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.tasks.track.SequenceFolder;
import org.sekkei.tasks.track.Sighting;
import org.sekkei.tasks.track.TrTrTracker;
import org.sekkei.tasks.track.TrackEvaluation;
import org.sekkei.tasks.track.TrackEvaluation.Score;
import org.sekkei.tasks.track.Tracker;
import org.sekkei.torch.Device;
import org.sekkei.torch.Threads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei track eval`.
@Command(
        name = "eval",
        description = {
            "Let trackers follow sequences from the box of the first frame, and compare with the truth afterwards: the area"
                    + " under the curve of success over 21 overlaps, the share of frames whose centre is within 20 pixels of"
                    + " the true one, and frames a second without reading them."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei track eval OTB100 --report otb.html",
            "  sekkei track eval composed --trackers trtr,trtr-online,csrt,kcf,mil --csv scores.csv"
        })
final class TrackEvalCommand extends Job {
    private static final double PERCENT = 100;

    /// Frames of a sequence that the report shows, and of how many sequences.
    private static final int SHOWN_FRAMES = 4;

    private static final int SHOWN_SEQUENCES = 6;

    @Parameters(
            paramLabel = "DIR",
            arity = "1..*",
            description = "Sequences in OTB's or GOT-10k's layout, or folders of them.")
    private List<Path> folders = List.of();

    @Option(
            names = "--trackers",
            paramLabel = "T,...",
            description = "Of trtr, trtr-online, csrt, kcf and mil (${DEFAULT-VALUE}).")
    private String trackers = "trtr";

    @Option(names = "--csv", paramLabel = "FILE", description = "Write a row a sequence and tracker.")
    private @Nullable Path csv;

    @Option(names = "--report", paramLabel = "FILE.html", description = "Write a report with plots and frames.")
    private @Nullable Path report;

    @Mixin
    private TrackerOptions options = new TrackerOptions();

    private record Mean(double successArea, double precision, double framesPerSecond, int lost, int skipped) {
        static Mean of(List<Score> scores) {
            double frames = scores.stream().mapToInt(Score::frames).sum();
            double seconds = scores.stream().mapToDouble(Score::seconds).sum();
            return new Mean(
                    scores.stream().mapToDouble(Score::area).average().orElse(0),
                    scores.stream().mapToDouble(Score::precision).average().orElse(0),
                    frames / Math.max(1e-9, seconds),
                    scores.stream().mapToInt(Score::lost).sum(),
                    scores.stream().mapToInt(Score::skipped).sum());
        }
    }

    private record OneSequence(
            String sequence, int frames, double successArea, double precision, double framesPerSecond, int lost) {}

    private record Result(SequencedMap<String, Mean> mean, SequencedMap<String, List<OneSequence>> sequences) {}

    @Override
    int run() throws Exception {
        List<TrackerOptions.Name> names = fromOptions(() -> List.of(trackers.split(",", -1)).stream()
                .map(TrackerOptions.Name::of)
                .distinct()
                .toList());
        if (options.weights != null) {
            requireExisting(options.weights);
        }
        fromOptions(() -> {
            Threads.set(options.threads);
            return options.threads;
        });
        Device on = fromOptions(() -> Device.parse(options.device));
        List<SequenceFolder> sequences = new ArrayList<>();
        for (Path folder : folders) {
            requireExisting(folder);
            sequences.addAll(SequenceFolder.open(folder));
        }
        for (SequenceFolder sequence : sequences) {
            if (sequence.truths() > sequence.length()) {
                err().println(sequence.name() + ": ends early, after " + sequence.length() + " of " + sequence.truths()
                        + " frames; those that are there are compared.");
            }
        }
        TrTrTracker.@Nullable Weights weights =
                names.stream().anyMatch(TrackerOptions.Name::isTrTr) ? options.weights(on) : null;
        if (weights != null) {
            Picture first = sequences.getFirst().frame(0);
            TrackMemory memory = fromOptions(() -> TrackMemory.ofFollowing(
                    "trtr_" + weights.modelName(), (long) first.width() * first.height(), on, options.memory));
            err().println(memory.sentence());
        }
        SequencedMap<TrackerOptions.Name, List<Score>> scores = new LinkedHashMap<>();
        SequencedMap<TrackerOptions.Name, List<List<@Nullable Sighting>>> sightings = new LinkedHashMap<>();
        try (ProgressLine progress = newProgress()) {
            for (TrackerOptions.Name name : names) {
                List<Score> ofTracker = new ArrayList<>();
                List<List<@Nullable Sighting>> seen = new ArrayList<>();
                for (SequenceFolder sequence : sequences) {
                    List<@Nullable Sighting> frames = new ArrayList<>();
                    try (Tracker tracker = fromOptions(() -> options.tracker(name, weights))) {
                        ofTracker.add(TrackEvaluation.run(sequence, tracker, (index, sighting) -> {
                            frames.add(sighting);
                            progress.update(
                                    name.typed() + " follows " + sequence.name(),
                                    "frames",
                                    index + 1,
                                    sequence.length(),
                                    "");
                        }));
                    }
                    seen.add(frames);
                }
                scores.put(name, ofTracker);
                sightings.put(name, seen);
            }
        }
        print(scores);
        if (report != null) {
            writeReport(report, sequences, scores, sightings);
        }
        return Main.DONE;
    }

    private void print(SequencedMap<TrackerOptions.Name, List<Score>> scores) throws IOException {
        if (csv != null) {
            var text = new StringBuilder(
                    "tracker,sequence,frames,compared,success_auc,precision_20px,lost,absent,lost_while_absent,"
                            + "skipped,frames_per_second\n");
            scores.forEach((name, ofTracker) -> ofTracker.forEach(score -> text.append(String.format(
                    Locale.ROOT,
                    "%s,%s,%d,%d,%.4f,%.4f,%d,%d,%d,%d,%.1f%n",
                    name.typed(),
                    score.sequence(),
                    score.frames(),
                    score.compared(),
                    score.area(),
                    score.precision(),
                    score.lost(),
                    score.absent(),
                    score.lostWhileAbsent(),
                    score.skipped(),
                    score.framesPerSecond()))));
            OutputFile.write(csv, text.toString().getBytes(StandardCharsets.UTF_8));
        }
        if (json()) {
            SequencedMap<String, Mean> means = new LinkedHashMap<>();
            SequencedMap<String, List<OneSequence>> each = new LinkedHashMap<>();
            scores.forEach((name, ofTracker) -> {
                means.put(name.typed(), Mean.of(ofTracker));
                each.put(
                        name.typed(),
                        ofTracker.stream()
                                .map(score -> new OneSequence(
                                        score.sequence(),
                                        score.frames(),
                                        score.area(),
                                        score.precision(),
                                        score.framesPerSecond(),
                                        score.lost()))
                                .toList());
            });
            printJson(new Result(means, each));
            return;
        }
        int sequences = scores.firstEntry().getValue().size();
        table(scores).forEach(row -> out().printf("%-28s %-12s %8s %12s %10s %6s%n", row.toArray()));
        out().println(sequences == 1 ? "1 sequence" : "means over " + sequences + " sequences");
    }

    private static List<List<String>> table(SequencedMap<TrackerOptions.Name, List<Score>> scores) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("sequence", "tracker", "AUC", "within 20 px", "frames/s", "lost"));
        int sequences = scores.firstEntry().getValue().size();
        for (int i = 0; i < sequences; i++) {
            for (var entry : scores.entrySet()) {
                Score score = entry.getValue().get(i);
                rows.add(row(
                        score.sequence(),
                        entry.getKey(),
                        new Mean(
                                score.area(),
                                score.precision(),
                                score.framesPerSecond(),
                                score.lost(),
                                score.skipped())));
            }
        }
        if (sequences > 1) {
            scores.forEach((name, ofTracker) -> rows.add(row("mean", name, Mean.of(ofTracker))));
        }
        return rows;
    }

    private static List<String> row(String sequence, TrackerOptions.Name name, Mean mean) {
        return List.of(
                sequence,
                name.typed(),
                String.format(Locale.ROOT, "%.3f", mean.successArea),
                String.format(Locale.ROOT, "%.3f", mean.precision),
                String.format(Locale.ROOT, "%.1f", mean.framesPerSecond),
                Integer.toString(mean.lost));
    }

    private void writeReport(
            Path file,
            List<SequenceFolder> sequences,
            SequencedMap<TrackerOptions.Name, List<Score>> scores,
            SequencedMap<TrackerOptions.Name, List<List<@Nullable Sighting>>> sightings)
            throws IOException {
        var html = new HtmlReport("Following an object: " + Figures.count(sequences.size()) + " sequences");
        html.paragraph("Each tracker is told the box of the first frame and nothing else.");
        List<List<String>> rows = table(scores);
        html.table(rows.getFirst(), rows.subList(1, rows.size()));
        html.heading("Success");
        html.note("The share of frames whose box overlaps the true one by more than so many percent.");
        html.plot(Plot.lines(
                "success",
                "overlap, percent",
                "frames, percent",
                curves(
                        scores,
                        TrackEvaluation.THRESHOLDS,
                        PERCENT / (TrackEvaluation.THRESHOLDS - 1),
                        Score::success)));
        html.heading("Precision");
        html.note("The share of frames whose centre is no farther from the true one than so many pixels.");
        html.plot(Plot.lines(
                "precision",
                "pixels",
                "frames, percent",
                curves(scores, TrackEvaluation.FARTHEST + 1, 1, Score::within)));
        html.heading("Frames");
        List<TrackerOptions.Name> names = List.copyOf(scores.keySet());
        html.note("Colours: "
                + TrackDrawing.legend(
                        names.stream().map(TrackerOptions.Name::typed).toList())
                + ". Dashed where the tracker says that it lost the object.");
        for (int i = 0; i < Math.min(SHOWN_SEQUENCES, sequences.size()); i++) {
            SequenceFolder sequence = sequences.get(i);
            List<HtmlReport.Captioned> shown = new ArrayList<>();
            for (int k = 1; k <= SHOWN_FRAMES; k++) {
                int index = (sequence.length() - 1) * k / SHOWN_FRAMES;
                Picture frame = sequence.frame(index);
                int tracker = 0;
                for (List<List<@Nullable Sighting>> ofTracker : sightings.values()) {
                    frame = TrackDrawing.drawn(frame, ofTracker.get(i).get(index), tracker);
                    tracker++;
                }
                shown.add(new HtmlReport.Captioned(
                        Raster.ofInterleaved(frame.rgb(), frame.width(), frame.height()),
                        sequence.name() + ", frame " + (index + 1)));
            }
            html.pictures(shown);
        }
        html.write(file);
        if (!json()) {
            out().println(file + ": written");
        }
    }

    /// Curves of the mean over the sequences.
    private static List<Plot.Curve> curves(
            SequencedMap<TrackerOptions.Name, List<Score>> scores,
            int points,
            double step,
            java.util.function.Function<Score, double[]> values) {
        List<Plot.Curve> curves = new ArrayList<>();
        scores.forEach((name, ofTracker) -> curves.add(new Plot.Curve(
                name.typed(),
                IntStream.range(0, points).mapToObj(i -> i * step).toList(),
                IntStream.range(0, points)
                        .mapToObj(i -> PERCENT
                                * ofTracker.stream()
                                        .mapToDouble(score -> values.apply(score)[i])
                                        .average()
                                        .orElse(0))
                        .toList())));
        return curves;
    }
}
