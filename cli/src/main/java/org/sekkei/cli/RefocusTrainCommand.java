package org.sekkei.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.plan.Workload;
import org.sekkei.tasks.refocus.RefocusNeed;
import org.sekkei.tasks.refocus.RefocusTraining;
import org.sekkei.torch.Device;
import org.sekkei.torch.Threads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei refocus train`.
@Command(
        name = "train",
        description = {
            "Train the network of 'sekkei refocus' on scenes of cut-outs and patterns over photos, made as it goes, whose"
                    + " refocused pictures a thin lens gives. The run's folder keeps its state, metrics.csv and the weights."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei refocus train photos --out runs/refocus",
            "  sekkei refocus train photos --out runs/refocus --resume"
        })
final class RefocusTrainCommand extends Job {
    /// Of the photos, one in so many is kept for checking where --validation names none.
    private static final int KEPT = 16;

    @Parameters(
            paramLabel = "PHOTOS",
            arity = "1..*",
            description = "Picture files, and folders or archives in any layout that 'sekkei pack' reads.")
    private List<Path> photos = List.of();

    @Option(names = "--out", paramLabel = "RUN", description = "The run's folder (${DEFAULT-VALUE}).")
    private Path out = Path.of("runs", "refocus");

    @Option(
            names = "--validation",
            paramLabel = "PHOTOS",
            description = "Photos to check with on the way; one in " + KEPT
                    + " of PHOTOS, which is then not trained on, if" + " not given.")
    private @Nullable Path validation;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of the optimiser (${DEFAULT-VALUE}).")
    private int steps = 4000;

    @Option(names = "--batch", paramLabel = "N", description = "Scenes a step (${DEFAULT-VALUE}).")
    private int batch = 8;

    @Option(names = "--crop", paramLabel = "N", description = "Side of a scene in pixels (${DEFAULT-VALUE}).")
    private int crop = 96;

    @Option(names = "--lr", paramLabel = "F", description = "The learning rate at its highest (${DEFAULT-VALUE}).")
    private double learningRate = 0.003;

    @Option(
            names = "--photo-size",
            paramLabel = "N",
            description = "Reduce photos to a longest side of so many pixels first (${DEFAULT-VALUE}).")
    private int photoSize = 320;

    @Option(
            names = "--most",
            paramLabel = "N",
            description = "Take so many photos of a folder at most, spread over it (${DEFAULT-VALUE}).")
    private int most = 4000;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "STEPS",
            description = "Save the state so often (${DEFAULT-VALUE}).")
    private int saveEvery = 100;

    @Option(names = "--seed", paramLabel = "N", description = "Decides scenes and start (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--memory",
            paramLabel = "M",
            description = "Memory that may be taken, for instance 1G; most of what is free if not given.")
    private @Nullable MemorySize memory;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads; all cores if not given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--resume", description = "Go on from the run's state.")
    private boolean resume;

    private record Result(String weights, int steps, List<RefocusTraining.Line> lines) {}

    @Override
    String howToGoOn() {
        return "The same command with --resume goes on from the newest state.";
    }

    @Override
    int run() throws Exception {
        if (!resume && RunFolder.holdsTraining(out)) {
            throw usage(out + ": holds a training already; go on with --resume, or name another folder by --out.");
        }
        if (resume && !RefocusTraining.isBegun(out)) {
            throw usage(out + ": there is nothing to go on from; leave --resume out.");
        }
        if (photoSize < 32 || most < 1) {
            throw usage("--photo-size must be at least 32 and --most at least 1.");
        }
        fromOptions(() -> {
            Threads.set(threads);
            return threads;
        });
        RefocusTraining.Config asked = fromOptions(() ->
                new RefocusTraining.Config(steps, batch, crop, learningRate, saveEvery, seed, Device.parse(device)));
        try (ProgressLine progress = newProgress()) {
            List<Picture> all = RefocusPhotos.read(this, photos, photoSize, most, progress);
            List<Picture> train = new ArrayList<>(all);
            List<Picture> check = new ArrayList<>();
            if (validation != null) {
                check.addAll(RefocusPhotos.read(this, List.of(validation), photoSize, most, progress));
            } else {
                train.clear();
                for (int i = 0; i < all.size(); i++) {
                    (i % KEPT == KEPT - 1 || all.size() == 1 ? check : train).add(all.get(i));
                }
                if (check.isEmpty() || train.isEmpty()) {
                    throw usage("there are " + all.size() + " photos; give at least " + KEPT + ", or --validation.");
                }
            }
            StepMemory plan = plan(asked, Stream.concat(train.stream(), check.stream()));
            progress.say(err(), plan.sentence());
            RefocusTraining.Config config = asked.withMicroBatch(plan.microBatch());
            Files.createDirectories(out);
            progress.say(
                    json() ? err() : out(),
                    Figures.count(train.size()) + " photos to make scenes of, " + check.size() + " to check with");
            List<RefocusTraining.Line> lines = new ArrayList<>();
            new RefocusTraining(config, train, check, out).run(new RefocusTraining.Listener() {
                @Override
                public void line(RefocusTraining.Line line) {
                    lines.add(line);
                    progress.say(
                            json() ? err() : out(),
                            String.format(
                                    Locale.ROOT,
                                    "step %,d: loss %.5f, %.2f dB on photos that it never saw, %s",
                                    line.step(),
                                    line.loss(),
                                    line.psnr(),
                                    Figures.duration(line.seconds())));
                }

                @Override
                public void step(int step, int steps, double loss) {
                    progress.update("training", "steps", step, steps, String.format(Locale.ROOT, "loss %.5f", loss));
                }
            });
            Path weights = out.resolve(RefocusTraining.WEIGHTS);
            if (json()) {
                printJson(new Result(weights.toString(), steps, lines));
            } else {
                out().println(weights + ": written; 'sekkei refocus --weights " + weights + "' takes it.");
            }
        }
        return Main.DONE;
    }

    private StepMemory plan(RefocusTraining.Config config, Stream<Picture> photos) {
        Workload step = new RefocusNeed()
                .training(RefocusNeed.NETWORK)
                .withBatch(config.batch())
                .withSide(config.crop());
        long held = photos.mapToLong(photo -> photo.rgb().length).sum();
        return fromOptions(() -> StepMemory.of(step, held, config.device(), memory));
    }
}
