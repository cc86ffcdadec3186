package org.sekkei.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.tasks.deblur.DeblurTraining;
import org.sekkei.tasks.deblur.SharpPictures;
import org.sekkei.torch.Device;
import org.sekkei.torch.Threads;
import org.sekkei.train.Precision;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei deblur train`.
@Command(
        name = "train",
        description = {
            "Train the small network of 'sekkei deblur' on sharp photos that are blurred as it goes, by random ways of a"
                    + " camera. The run's folder keeps its state, metrics.csv and the weights."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei deblur train photos --out runs/deblur",
            "  sekkei deblur train photos --out runs/deblur --resume"
        })
final class DeblurTrainCommand extends Job {
    /// Of the photos, one in so many is kept for checking where --validation names none.
    private static final int KEPT = 16;

    @Parameters(
            paramLabel = "PHOTOS",
            arity = "1..*",
            description = "Sharp picture files, and folders or archives in any layout that 'sekkei pack' reads.")
    private List<Path> photos = List.of();

    @Option(names = "--out", paramLabel = "RUN", description = "The run's folder (${DEFAULT-VALUE}).")
    private Path out = Path.of("runs", "deblur");

    @Option(
            names = "--validation",
            paramLabel = "PHOTOS",
            description = "Photos to check with on the way; one in " + KEPT
                    + " of PHOTOS, which is then not trained on, if not given.")
    private @Nullable Path validation;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of the optimiser (${DEFAULT-VALUE}).")
    private int steps = 10_000;

    @Option(names = "--batch", paramLabel = "N", description = "Crops a step (${DEFAULT-VALUE}).")
    private int batch = 16;

    @Option(names = "--crop", paramLabel = "N", description = "Side of a crop in pixels (${DEFAULT-VALUE}).")
    private int crop = 96;

    @Option(names = "--lr", paramLabel = "F", description = "The learning rate at its highest (${DEFAULT-VALUE}).")
    private double learningRate = 0.0004;

    @Option(
            names = "--blur",
            paramLabel = "PIXELS",
            description = "Length of a camera's whole way; an exposure ends after a tenth, a half or all of it"
                    + " (${DEFAULT-VALUE}).")
    private double length = 20;

    @Option(
            names = "--noise",
            paramLabel = "LEVELS",
            description = "Standard deviation of the sensor's noise, of 255 (${DEFAULT-VALUE}).")
    private double noise = 1;

    @Option(
            names = "--photo-size",
            paramLabel = "N",
            description = "Reduce photos to a longest side of so many pixels first (${DEFAULT-VALUE}).")
    private int photoSize = 1024;

    @Option(
            names = "--most",
            paramLabel = "N",
            description = "Take so many photos of a folder at most, spread over it (${DEFAULT-VALUE}).")
    private int most = 4000;

    @Option(names = "--precision", paramLabel = "P", description = "auto, float32 or bfloat16 (${DEFAULT-VALUE}).")
    private Precision precision = Precision.AUTO;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "STEPS",
            description = "Save the state so often (${DEFAULT-VALUE}).")
    private int saveEvery = 250;

    @Option(names = "--seed", paramLabel = "N", description = "Decides crops, blurs and start (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads; all cores if not given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--resume", description = "Go on from the run's state.")
    private boolean resume;

    private record Result(String weights, int steps, List<DeblurTraining.Line> lines) {}

    @Override
    String howToGoOn() {
        return "The same command with --resume goes on from the newest state.";
    }

    @Override
    int run() throws Exception {
        if (!resume && RunFolder.holdsTraining(out)) {
            throw usage(out + ": holds a training already; go on with --resume, or name another folder by --out.");
        }
        if (resume && !DeblurTraining.isBegun(out)) {
            throw usage(out + ": there is nothing to go on from; leave --resume out.");
        }
        if (photoSize < 32 || most < 1) {
            throw usage("--photo-size must be at least 32 and --most at least 1.");
        }
        fromOptions(() -> {
            Threads.set(threads);
            return threads;
        });
        Device where = fromOptions(() -> Device.parse(device));
        DeblurTraining.Config config = fromOptions(() -> new DeblurTraining.Config(
                steps,
                batch,
                crop,
                learningRate,
                length,
                noise,
                precision.on(where) == Precision.BFLOAT16,
                saveEvery,
                seed,
                where));
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
            DeblurTraining training = fromOptions(
                    () -> new DeblurTraining(config, SharpPictures.of(train), SharpPictures.of(check), out));
            Files.createDirectories(out);
            progress.say(
                    json() ? err() : out(),
                    Figures.count(train.size()) + " photos to blur, " + check.size() + " to check with");
            List<DeblurTraining.Line> lines = new ArrayList<>();
            training.run(new DeblurTraining.Listener() {
                @Override
                public void line(DeblurTraining.Line line) {
                    lines.add(line);
                    progress.say(
                            json() ? err() : out(),
                            String.format(
                                    Locale.ROOT,
                                    "step %,d: loss %.5f, photos that it never saw from %.2f dB to %.2f dB, %s",
                                    line.step(),
                                    line.loss(),
                                    line.blurred(),
                                    line.restored(),
                                    Figures.duration(line.seconds())));
                }

                @Override
                public void step(int step, int steps, double loss) {
                    progress.update("training", "steps", step, steps, String.format(Locale.ROOT, "loss %.5f", loss));
                }
            });
            Path weights = out.resolve(DeblurTraining.WEIGHTS);
            if (json()) {
                printJson(new Result(weights.toString(), steps, lines));
            } else {
                out().println(weights + ": written; 'sekkei deblur --weights " + weights + "' takes it.");
            }
        }
        return Main.DONE;
    }
}
