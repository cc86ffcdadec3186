package org.sekkei.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sekkei.plan.Workload;
import org.sekkei.tasks.refocus.DepthTraining;
import org.sekkei.tasks.refocus.RefocusNeed;
import org.sekkei.tasks.refocus.RgbdFolder;
import org.sekkei.torch.Device;
import org.sekkei.torch.Threads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei refocus train-depth`.
@Command(
        name = "train-depth",
        description = {
            "Train DeepLens' depth network on photos with depth, from nothing or from its authors' weights. The run's folder"
                    + " keeps its state, metrics.csv and the weights, which 'sekkei refocus --weights' takes."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei refocus train-depth rgbd --out runs/depth",
            "  sekkei refocus train-depth nyu --distance --init model_end2end/model.index --out runs/depth"
        })
final class RefocusTrainDepthCommand extends Job {
    /// Of the pairs, one in so many is kept for checking where --validation names none.
    private static final int KEPT = 16;

    @Parameters(
            paramLabel = "RGBD",
            arity = "1..*",
            description = "Folders with rgb/NAME.jpg and depth/NAME.png (or .pfm, .npy) in them, at any depth. Depth is"
                    + " inverse: larger for what is nearer.")
    private List<Path> folders = List.of();

    @Option(
            names = "--distance",
            description = "Depth files hold distances: larger for what is farther, 0 where it is not known.")
    private boolean distance;

    @Option(names = "--out", paramLabel = "RUN", description = "The run's folder (${DEFAULT-VALUE}).")
    private Path out = Path.of("runs", "depth");

    @Option(
            names = "--validation",
            paramLabel = "RGBD",
            description = "A folder to check with on the way; one pair in " + KEPT
                    + " of RGBD, which is then not trained on, if not given.")
    private @Nullable Path validation;

    @Option(names = "--init", paramLabel = "FILE", description = "DeepLens' weights to begin with; anew if not given.")
    private @Nullable Path init;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of the optimiser (${DEFAULT-VALUE}).")
    private int steps = 20000;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures a step (${DEFAULT-VALUE}).")
    private int batch = 4;

    @Option(names = "--lr", paramLabel = "F", description = "The learning rate at its highest (${DEFAULT-VALUE}).")
    private double learningRate = 0.0002;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "STEPS",
            description = "Save the state so often (${DEFAULT-VALUE}).")
    private int saveEvery = 100;

    @Option(names = "--seed", paramLabel = "N", description = "Decides crops and start (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--memory",
            paramLabel = "M",
            description = "Memory that may be taken, for instance 4G; most of what is free if not given.")
    private @Nullable MemorySize memory;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads; all cores if not given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--resume", description = "Go on from the run's state.")
    private boolean resume;

    private record Result(String weights, int steps, List<DepthTraining.Line> lines) {}

    @Override
    String howToGoOn() {
        return "The same command with --resume goes on from the newest state.";
    }

    @Override
    int run() throws Exception {
        if (!resume && RunFolder.holdsTraining(out)) {
            throw usage(out + ": holds a training already; go on with --resume, or name another folder by --out.");
        }
        if (resume && !DepthTraining.isBegun(out)) {
            throw usage(out + ": there is nothing to go on from; leave --resume out.");
        }
        fromOptions(() -> {
            Threads.set(threads);
            return threads;
        });
        DepthTraining.Config asked = fromOptions(() -> new DepthTraining.Config(
                steps, batch, batch, learningRate, saveEvery, seed, distance, Device.parse(device)));
        List<RgbdFolder.Pair> train = new ArrayList<>();
        List<RgbdFolder.Pair> check = new ArrayList<>();
        for (Path folder : folders) {
            requireExisting(folder);
            train.addAll(RgbdFolder.of(folder).pairs());
        }
        if (validation != null) {
            requireExisting(validation);
            check.addAll(RgbdFolder.of(validation).pairs());
        } else {
            if (train.size() < KEPT) {
                throw usage("there are " + train.size() + " photos with depth; give at least " + KEPT
                        + ", or --validation.");
            }
            for (int i = train.size() / KEPT * KEPT - 1; i >= 0; i -= KEPT) {
                check.add(train.remove(i));
            }
        }
        try (ProgressLine progress = newProgress()) {
            Workload step = new RefocusNeed().training(RefocusNeed.DEPTH).withBatch(batch);
            StepMemory plan = fromOptions(() -> StepMemory.of(step, 0, asked.device(), memory));
            progress.say(err(), plan.sentence());
            Files.createDirectories(out);
            progress.say(
                    json() ? err() : out(),
                    Figures.count(train.size()) + " photos with depth to train on, " + check.size() + " to check with");
            List<DepthTraining.Line> lines = new ArrayList<>();
            new DepthTraining(asked.withMicroBatch(plan.microBatch()), train, check, init, out)
                    .run(new DepthTraining.Listener() {
                        @Override
                        public void line(DepthTraining.Line line) {
                            lines.add(line);
                            progress.say(
                                    json() ? err() : out(),
                                    String.format(
                                            Locale.ROOT,
                                            "step %,d: loss %.4f, error %.4f on photos that it never saw, %s",
                                            line.step(),
                                            line.loss(),
                                            line.error(),
                                            Figures.duration(line.seconds())));
                        }

                        @Override
                        public void step(int step, int steps, double loss) {
                            progress.update(
                                    "training", "steps", step, steps, String.format(Locale.ROOT, "loss %.4f", loss));
                        }
                    });
            Path weights = out.resolve(DepthTraining.WEIGHTS);
            if (json()) {
                printJson(new Result(weights.toString(), steps, lines));
            } else {
                out().println(weights + ": written; 'sekkei refocus --weights " + weights + "' takes it.");
            }
        }
        return Main.DONE;
    }
}
