package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.tasks.track.DetectionPictures;
import org.sekkei.tasks.track.FrameSequence;
import org.sekkei.tasks.track.SequenceFolder;
import org.sekkei.tasks.track.TrackModel;
import org.sekkei.tasks.track.TrackTraining;
import org.sekkei.torch.Device;
import org.sekkei.torch.Threads;
import org.sekkei.train.Precision;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei track train`.
@Command(
        name = "train",
        description = {
            "Train TrTr on pairs of frames: of videos composed of PHOTOS as it goes, of sequences in the layout of OTB or"
                    + " GOT-10k, and of pictures with boxes (COCO). The run's folder keeps its state, metrics.csv and the"
                    + " weights."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei track train photos --out runs/track",
            "  sekkei track train photos --sequences GOT-10k/train --out runs/track",
            "  sekkei track train photos --out runs/track --resume"
        })
final class TrackTrainCommand extends Job {
    /// Of the photos, one in so many is kept for checking where --validation names none.
    private static final int KEPT = 16;

    private static final int SMALLEST_PHOTO = 64;

    @Parameters(
            paramLabel = "PHOTOS",
            arity = "0..*",
            description = "Picture files, and folders or archives in any layout that 'sekkei pack' reads.")
    private List<Path> photos = List.of();

    @Option(
            names = "--sequences",
            paramLabel = "DIR",
            description = "Sequences in OTB's or GOT-10k's layout, or a folder of them. May be given several times.")
    private List<Path> sequenceFolders = new ArrayList<>();

    @Option(
            names = "--detections",
            paramLabel = "JSON=PICTURES",
            description = "Boxes in COCO's format and the folder of their pictures. May be given several times.")
    private Map<Path, Path> detections = new LinkedHashMap<>();

    @Option(names = "--out", paramLabel = "RUN", description = "The run's folder (${DEFAULT-VALUE}).")
    private Path out = Path.of("runs", "track");

    @Option(
            names = "--validation",
            paramLabel = "PHOTOS",
            description = "Photos to check with on the way; one in " + KEPT
                    + " of PHOTOS, which is then not trained on, if not given.")
    private @Nullable Path validation;

    @Option(
            names = "--model",
            paramLabel = "M",
            description = "light, which a processor trains in an hour, or resnet50, the authors' (${DEFAULT-VALUE}).")
    private TrackModel model = TrackModel.LIGHT;

    @Option(names = "--init", paramLabel = "FILE", description = "Weights to begin with.")
    private @Nullable Path init;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of the optimiser (${DEFAULT-VALUE}).")
    private int steps = 6000;

    @Option(names = "--batch", paramLabel = "N", description = "Pairs a step (${DEFAULT-VALUE}).")
    private int batch = 16;

    @Option(
            names = "--lr",
            paramLabel = "F",
            description = "The learning rate at its highest; 0.001 for light and 0.0001 for resnet50 if not given.")
    private @Nullable Double learningRate;

    @Option(
            names = "--schedule",
            paramLabel = "S",
            description = "cosine, or halved after each 6 of 20 parts as the authors do (${DEFAULT-VALUE}).")
    private TrackTraining.Schedule schedule = TrackTraining.Schedule.COSINE;

    @Option(
            names = "--photo-size",
            paramLabel = "N",
            description = "Reduce photos to a longest side of so many pixels first (${DEFAULT-VALUE}).")
    private int photoSize = 320;

    @Option(
            names = "--most",
            paramLabel = "N",
            description = "Take so many photos of a folder at most, spread over it (${DEFAULT-VALUE}).")
    private int most = 1500;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "STEPS",
            description = "Save the state so often (${DEFAULT-VALUE}).")
    private int saveEvery = 200;

    @Option(names = "--seed", paramLabel = "N", description = "Decides pairs and start (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--precision", paramLabel = "P", description = "auto, float32 or bfloat16 (${DEFAULT-VALUE}).")
    private Precision precision = Precision.AUTO;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads; all cores if not given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--memory",
            paramLabel = "M",
            description = "Memory that may be taken, for instance 2G; most of what is free if not given.")
    private @Nullable MemorySize memory;

    @Option(names = "--resume", description = "Go on from the run's state.")
    private boolean resume;

    private record Result(String weights, int steps, Precision precision, List<TrackTraining.Line> lines) {}

    @Override
    String howToGoOn() {
        return "The same command with --resume goes on from the newest state.";
    }

    @Override
    int run() throws Exception {
        if (!resume && RunFolder.holdsTraining(out)) {
            throw usage(out + ": holds a training already; go on with --resume, or name another folder by --out.");
        }
        if (resume && !TrackTraining.isBegun(out)) {
            throw usage(out + ": there is nothing to go on from; leave --resume out.");
        }
        if (photoSize < SMALLEST_PHOTO || most < 1) {
            throw usage("--photo-size must be at least " + SMALLEST_PHOTO + " and --most at least 1.");
        }
        fromOptions(() -> {
            Threads.set(threads);
            return threads;
        });
        Device where = fromOptions(() -> Device.parse(device));
        TrackTraining.Config config = fromOptions(() -> new TrackTraining.Config(
                model,
                steps,
                batch,
                learningRate == null ? model.usualRate() : learningRate,
                model.backboneRate(),
                model.clipping(),
                schedule,
                saveEvery,
                seed,
                precision.on(where) == Precision.BFLOAT16,
                where));
        try (ProgressLine progress = newProgress()) {
            List<FrameSequence> sequences = sequences();
            List<Picture> train = new ArrayList<>();
            List<Picture> check = new ArrayList<>();
            readPhotos(train, check, !sequences.isEmpty(), progress);
            long photoBytes = Stream.concat(train.stream(), check.stream())
                    .mapToLong(photo -> photo.rgb().length)
                    .sum();
            TrackMemory plan = fromOptions(() -> TrackMemory.ofTraining(
                    "trtr_" + model.name().toLowerCase(Locale.ROOT), batch, config.half(), photoBytes, where, memory));
            progress.say(err(), plan.sentence());
            Files.createDirectories(out);
            progress.say(
                    json() ? err() : out(),
                    Figures.count(train.size()) + " photos to compose videos of, " + check.size() + " to check with, "
                            + Figures.count(sequences.size()) + " sequences and pictures with boxes");
            List<TrackTraining.Line> lines = new ArrayList<>();
            new TrackTraining(config, train, sequences, check, init, out).run(new TrackTraining.Listener() {
                @Override
                public void line(TrackTraining.Line line) {
                    lines.add(line);
                    progress.say(
                            json() ? err() : out(),
                            String.format(
                                    Locale.ROOT,
                                    "step %,d: loss %.4f (heat %.4f), overlap %.3f in pairs that it never saw, %s",
                                    line.step(),
                                    line.loss(),
                                    line.heat(),
                                    line.overlap(),
                                    Figures.duration(line.seconds())));
                }

                @Override
                public void step(int step, int steps, double loss) {
                    progress.update("training", "steps", step, steps, String.format(Locale.ROOT, "loss %.4f", loss));
                }
            });
            Path weights = out.resolve(TrackTraining.WEIGHTS);
            if (json()) {
                printJson(new Result(weights.toString(), steps, precision.on(where), lines));
            } else {
                out().println(weights + ": written; 'sekkei track --weights " + weights + "' takes it.");
            }
        }
        return Main.DONE;
    }

    private List<FrameSequence> sequences() throws IOException {
        List<FrameSequence> sequences = new ArrayList<>();
        for (Path folder : sequenceFolders) {
            requireExisting(folder);
            sequences.addAll(SequenceFolder.open(folder));
        }
        for (var entry : detections.entrySet()) {
            requireExisting(entry.getKey());
            requireExisting(entry.getValue());
            sequences.addAll(DetectionPictures.read(entry.getKey(), entry.getValue()));
        }
        return sequences;
    }

    private void readPhotos(List<Picture> train, List<Picture> check, boolean mayBeNone, ProgressLine progress)
            throws IOException {
        if (photos.isEmpty()) {
            if (!mayBeNone) {
                throw usage("give photos to compose videos of, --sequences or --detections.");
            }
            return;
        }
        List<Picture> all = RefocusPhotos.read(this, photos, photoSize, most, progress);
        if (validation != null) {
            train.addAll(all);
            check.addAll(RefocusPhotos.read(this, List.of(validation), photoSize, most, progress));
            return;
        }
        for (int i = 0; i < all.size(); i++) {
            (i % KEPT == KEPT - 1 ? check : train).add(all.get(i));
        }
        if (check.isEmpty()) {
            throw usage("there are " + all.size() + " photos; give at least " + KEPT + ", or --validation.");
        }
    }
}
