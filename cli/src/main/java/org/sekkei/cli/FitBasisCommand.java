package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sekkei.fit.field.BasisTrainer;
import org.sekkei.fit.field.BasisTraining;
import org.sekkei.fit.field.TrainingCrops;
import org.sekkei.fit.field.TrainingLength;
import org.sekkei.pictures.PictureFiles;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.PictureSources;
import org.sekkei.pictures.UnreadablePictureException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei fit basis`.
@Command(
        name = "basis",
        description = {
            "Train a basis of the codec field: the functions that all pictures of a data set share, for as few bytes as"
                    + " possible at a quality. Photos are cut into crops at several sizes; pictures of up to 64 pixels are"
                    + " taken whole. 'sekkei pack --basis' packs with it."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei fit basis photos --time 1h -o photo.safetensors",
            "  sekkei fit basis xrays --stride 16 --channels 256 --steps 4000 -o xray.safetensors"
        })
final class FitBasisCommand extends Job {
    private static final String SUFFIX = ".safetensors";
    private static final int MOST_PICTURES = 20_000;
    private static final long MOST_BYTES = 1L << 30;
    private static final long SAVE_EVERY = 30_000_000_000L;

    @Parameters(
            paramLabel = "PHOTOS",
            arity = "1..*",
            description = "Picture files, and folders or archives in any layout that 'sekkei pack' reads.")
    private List<Path> photos = List.of();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "The basis to write (${DEFAULT-VALUE}).")
    private Path out = Path.of("photo" + SUFFIX);

    @Option(
            names = "--stride",
            paramLabel = "N",
            description = "Pixels between cells: 8, 16 or 32; 16 if not given, 8 for pictures of up to 64 pixels.")
    private @Nullable Integer stride;

    @Option(
            names = "--channels",
            paramLabel = "N",
            description =
                    "Functions: more reach a higher quality and take longer; 128, 320 or 768 by stride if not given.")
    private @Nullable Integer channels;

    @ArgGroup
    private @Nullable Length length;

    /// How long; one of the two.
    static final class Length {
        @Option(
                names = "--time",
                paramLabel = "T",
                description = "Train for so long: 90s, 20m or 2h (20m), resumed time included.")
        private @Nullable Duration time;

        @Option(
                names = "--steps",
                paramLabel = "N",
                description = "Train for so many steps: the same basis every time.")
        private @Nullable Integer steps;

        TrainingLength toTrainingLength() {
            return steps != null
                    ? new TrainingLength.Steps(steps)
                    : new TrainingLength.Time(time == null ? Duration.ofMinutes(20) : time);
        }
    }

    @Option(names = "--crop", paramLabel = "N", description = "Side of the crops in pixels (${DEFAULT-VALUE}).")
    private int crop = 160;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers come from (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--threads", paramLabel = "N", description = "Threads; all cores if not given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--resume", description = "Go on with the training of FILE that was interrupted or is too short.")
    private boolean resume;

    private record Result(
            String basis,
            String sha256,
            int stride,
            int channels,
            int steps,
            int pictures,
            int skipped,
            int crops,
            double bitsPerPixel,
            double modelBitsPerPixel,
            double psnr) {}

    @Override
    String howToGoOn() {
        return "The same command with --resume goes on; with --resume --time 0s it makes the basis from what there is.";
    }

    @Override
    int run() throws Exception {
        Path state = out.resolveSibling(out.getFileName() + ".training");
        if (resume && !Files.exists(state)) {
            throw usage(state + ": there is no training to go on with; begin one without --resume.");
        }
        if (!resume && Files.exists(state) && !Files.exists(out)) {
            throw usage(state + ": holds an unfinished training; go on with --resume, or remove it.");
        }
        TrainingLength until = fromOptions(() -> (length == null ? new Length() : length).toTrainingLength());
        TrainingCrops crops = fromOptions(() -> new TrainingCrops(
                crop, Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / 4), seed));
        try (ProgressLine progress = newProgress()) {
            Read read = read(crops, progress);
            if (crops.size() == 0) {
                throw usage("there is no readable picture in " + photos + ".");
            }
            BasisTraining training = fromOptions(() -> training(crops.areSmall()));
            Path folder = out.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            progress.update("choosing functions", "crops", 0, crops.size(), "");
            try (BasisTrainer trainer =
                    resume ? BasisTrainer.resume(training, crops, state) : BasisTrainer.start(training, crops)) {
                trainer.train(until, new Watch(trainer, until, state, progress));
                trainer.save(state);
                progress.update("counting symbols", "crops", 0, 0, "");
                BasisTrainer.Finished finished = trainer.finish(name());
                OutputFile.write(out, finished.basis().toBytes());
                progress.close();
                print(trainer.steps(), finished, read, crops.size());
            }
        }
        return Main.DONE;
    }

    private BasisTraining training(boolean small) {
        int pixels = stride == null ? small ? 8 : 16 : stride;
        int functions = channels == null ? pixels == 8 ? 128 : pixels == 16 ? 320 : 768 : channels;
        return BasisTraining.standard(pixels, functions, small, seed, threads);
    }

    private String name() {
        String file = out.getFileName().toString();
        return file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
    }

    private record Read(int pictures, int skipped) {}

    private Read read(TrainingCrops crops, ProgressLine progress) throws IOException {
        int pictures = 0;
        int skipped = 0;
        PictureReader reader = new PictureReader();
        for (Path path : photos) {
            requireExisting(path);
            if (Files.isRegularFile(path)
                    && PictureFiles.isPictureName(path.getFileName().toString())) {
                crops.add(reader.read(path));
                pictures++;
                progress.update("reading", "pictures", pictures, 0, crops.size() + " crops");
                continue;
            }
            try (PictureSource source = PictureSources.open(path)) {
                int taken = Math.min(MOST_PICTURES, source.size());
                for (int i = 0; i < taken; i++) {
                    try {
                        crops.add(source.picture((int) ((long) i * source.size() / taken)));
                        pictures++;
                    } catch (UnreadablePictureException e) {
                        progress.say(err(), "skipped: " + Failures.sentence(e));
                        skipped++;
                    }
                    progress.update("reading", "pictures", i + 1, taken, crops.size() + " crops");
                }
            }
        }
        return new Read(pictures, skipped);
    }

    /// Reports, and saves what can be resumed.
    private static final class Watch implements BasisTrainer.Listener {
        private static final double MEMORY = 0.98;

        private final BasisTrainer trainer;
        private final TrainingLength until;
        private final Path state;
        private final ProgressLine progress;
        private long saved = System.nanoTime();
        private double loss;
        private double bits;
        private double weight;

        Watch(BasisTrainer trainer, TrainingLength until, Path state, ProgressLine progress) {
            this.trainer = trainer;
            this.until = until;
            this.state = state;
            this.progress = progress;
        }

        @Override
        public void stepped(BasisTrainer.Step step, double done) throws IOException {
            loss = MEMORY * loss + step.loss();
            bits = MEMORY * bits + step.bitsPerPixel();
            weight = MEMORY * weight + 1;
            String detail = String.format(Locale.ROOT, "loss %.5f, %.3f bits a pixel", loss / weight, bits / weight);
            switch (until) {
                case TrainingLength.Steps(int count) ->
                    progress.update("training", "steps", trainer.steps(), count, detail);
                case TrainingLength.Time(Duration time) ->
                    progress.update(
                            "training",
                            "seconds",
                            Math.round(done * time.toSeconds()),
                            time.toSeconds(),
                            "step " + Figures.count(trainer.steps()) + ", " + detail);
            }
            if (System.nanoTime() - saved > SAVE_EVERY) {
                trainer.save(state);
                saved = System.nanoTime();
            }
        }
    }

    private void print(int steps, BasisTrainer.Finished finished, Read read, int crops) {
        var basis = finished.basis();
        if (json()) {
            printJson(new Result(
                    out.toString(),
                    basis.sha256(),
                    basis.stride(),
                    basis.channels(),
                    steps,
                    read.pictures,
                    read.skipped,
                    crops,
                    finished.bitsPerPixel(),
                    finished.modelBitsPerPixel(),
                    finished.psnr()));
            return;
        }
        out().printf(
                        Locale.ROOT,
                        "%s: stride %d, %d channels, %s, %s steps on %s crops of %s pictures%n",
                        out,
                        basis.stride(),
                        basis.channels(),
                        Figures.bytes(basis.toBytes().length),
                        Figures.count(steps),
                        Figures.count(crops),
                        Figures.count(read.pictures));
        out().printf(
                        Locale.ROOT,
                        "%.3f bits a pixel (the training's model: %.3f) at %s on crops at all levels%n",
                        finished.bitsPerPixel(),
                        finished.modelBitsPerPixel(),
                        Figures.decibel(finished.psnr()));
    }
}
