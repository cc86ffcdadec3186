package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.PictureWriter;
import org.sekkei.tasks.refocus.BlurWeights;
import org.sekkei.tasks.refocus.DepthFiles;
import org.sekkei.tasks.refocus.DepthMap;
import org.sekkei.tasks.refocus.DepthNetwork;
import org.sekkei.tasks.refocus.Lens;
import org.sekkei.tasks.refocus.Refocus;
import org.sekkei.torch.Device;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei refocus`.
@Command(
        name = "refocus",
        subcommands = {RefocusTrainCommand.class, RefocusTrainDepthCommand.class, RefocusEvalCommand.class},
        description = {
            "Make the picture that a lens would have made, focused where you say, from a sharp picture and its inverse depth"
                    + " (near is bright). The depth comes from a file, or from DeepLens' depth network under its authors' weights."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei refocus photo.jpg --depth depth.png --focus 400,300 --aperture 8 -o out.png",
            "  sekkei refocus photo.jpg --weights model_end2end/model.index --focus 400,300 --depth-out depth.png -o out.png",
            "  sekkei refocus photo.jpg --depth depth.pfm --sweep 12 -o sweep.gif"
        })
final class RefocusCommand extends Job {
    private static final double USUAL_SHARE_OF_FREE_MEMORY = 0.8;
    private static final float JPEG_QUALITY = 0.93f;
    private static final int MOST_FRAMES = 100;
    private static final double NANOS = 1e9;

    /// Of the depths in a picture, those between these shares are swept over: the outermost are few and often wrong.
    private static final double[] SWEPT = {0.02, 0.98};

    @Parameters(arity = "0..1", paramLabel = "PICTURE", description = "The picture, sharp everywhere.")
    private @Nullable Path picture;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "OUT",
            description = "What to write: .png or .jpg; with --sweep, .gif, .mp4 or .html.")
    private @Nullable Path out;

    @Option(names = "--focus", paramLabel = "X,Y", description = "The pixel that shall be sharp, from the upper left.")
    private @Nullable String focus;

    @Option(
            names = "--aperture",
            paramLabel = "A",
            description =
                    "From 0, all sharp, to 10, where the farthest from the focus becomes discs of a 40th of the longest"
                            + " side in radius (${DEFAULT-VALUE}).")
    private double aperture = 5;

    @Option(
            names = "--depth",
            paramLabel = "FILE",
            description = "Inverse depth, larger for what is nearer: a grey PNG of 8 or 16 bits, PFM or NPY.")
    private @Nullable Path depth;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description =
                    "DeepLens' checkpoint, for the depth; or what 'sekkei refocus train' made, for the blur. May be given"
                            + " twice.")
    private List<Path> weights = new ArrayList<>();

    @Option(names = "--depth-out", paramLabel = "FILE.png", description = "Write the depth, as a PNG of 16 bits.")
    private @Nullable Path depthOut;

    @Option(
            names = "--sweep",
            paramLabel = "N",
            description = "Instead of one picture, N of them with the focus moving from far to near.")
    private @Nullable Integer sweep;

    @Option(
            names = "--size",
            paramLabel = "N",
            description =
                    "Longest side of the result: pixels, 4K or 8K; that of PICTURE if not given, or 640 for a sweep."
                            + " Never larger than PICTURE.")
    private @Nullable PictureSide size;

    @Option(
            names = "--memory",
            paramLabel = "M",
            description = "Memory that may be taken, for instance 2G; most of what is free if not given.")
    private @Nullable MemorySize memory;

    @Option(
            names = "--device",
            paramLabel = "D",
            description = "auto, cpu, cuda or cuda:N, for the networks" + " (${DEFAULT-VALUE}).")
    private String device = "auto";

    private static final int SWEEP_SIDE = 640;

    private record Result(
            String picture,
            int width,
            int height,
            int frames,
            @Nullable Double focusDepth,
            double aperture,
            double largestRadius,
            String depth,
            String blur,
            int tileSide,
            double seconds) {}

    /// Networks for what the picture does not come with.
    private record Networks(@Nullable DepthNetwork depth, String depthName, BlurWeights blur, String blurName) {}

    @Override
    int run() throws Exception {
        if (picture == null) {
            throw usage("give a picture, or one of the commands train and eval.");
        }
        if (out == null) {
            throw usage("give the file to write by -o.");
        }
        Path from = picture;
        Path to = out;
        requireExisting(from);
        String ending = ending(to);
        int[] pixel = focused(from);
        fromOptions(() -> new Lens(0, aperture));
        Networks networks = networks(fromOptions(() -> Device.parse(device)));
        if (depth == null && networks.depth == null) {
            throw usage("the depth of " + from
                    + " is not known: give --depth FILE, or DeepLens' checkpoint by --weights" + " model.index.");
        }
        long begun = System.nanoTime();
        Picture whole = new PictureReader().read(from);
        if (pixel.length > 0 && (pixel[0] >= whole.width() || pixel[1] >= whole.height())) {
            throw usage("--focus " + focus + " lies outside of " + from + ", which has " + whole.width() + " x "
                    + whole.height() + " pixels.");
        }
        int longest = size == null ? sweep == null ? Integer.MAX_VALUE : SWEEP_SIDE : size.pixels();
        Picture shown = whole.fitLongest(Math.min(longest, Math.max(whole.width(), whole.height())));
        DepthMap map = depth(whole, networks).resized(shown.width(), shown.height());
        makeFolder(to);
        if (depthOut != null) {
            makeFolder(depthOut);
            DepthFiles.write(depthOut, map);
        }
        try (ProgressLine progress = newProgress()) {
            double focusDepth = pixel.length == 0
                    ? 0
                    : map.at((int) ((long) pixel[0] * shown.width() / whole.width()), (int)
                            ((long) pixel[1] * shown.height() / whole.height()));
            var job = new Making(new Refocus(networks.blur), shown, map, progress);
            if (sweep == null) {
                Picture made = job.make(focusDepth, 1, 1);
                if (ending.equals(".png")) {
                    PictureWriter.png(to, made);
                } else {
                    OutputFile.write(to, PictureWriter.jpeg(made, JPEG_QUALITY));
                }
            } else {
                writeSweep(to, ending, job, map);
            }
            report(to, shown, networks, job, sweep == null ? focusDepth : null, (System.nanoTime() - begun) / NANOS);
        }
        return Main.DONE;
    }

    private String ending(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        List<String> endings = sweep == null ? List.of(".png", ".jpg") : List.of(".gif", ".mp4", ".html");
        return endings.stream()
                .filter(name::endsWith)
                .findFirst()
                .orElseThrow(() -> usage(file + ": "
                        + (sweep == null
                                ? "pictures are written as .png or .jpg"
                                : "a sweep is written as .gif, .mp4 or .html")
                        + "."));
    }

    private static void makeFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
    }

    private int[] focused(Path from) {
        if (sweep != null) {
            if (sweep < 2 || sweep > MOST_FRAMES) {
                throw usage("--sweep must be from 2 to " + MOST_FRAMES + ", not " + sweep + ".");
            }
            if (focus != null) {
                throw usage("--sweep moves the focus over all depths; leave --focus out.");
            }
            return new int[0];
        }
        if (focus == null) {
            throw usage("say what shall be sharp in " + from + ": --focus X,Y, or --sweep N.");
        }
        if (!focus.matches("\\d{1,6},\\d{1,6}")) {
            throw usage("--focus is a pixel, for instance 400,300, not '" + focus + "'.");
        }
        return Arrays.stream(focus.split(",", -1)).mapToInt(Integer::parseInt).toArray();
    }

    private Networks networks(Device on) throws IOException {
        @Nullable DepthNetwork depthNetwork = null;
        @Nullable BlurWeights blur = null;
        String blurName = "built-in";
        String depthName = depth == null ? "" : depth.toString();
        for (Path file : weights) {
            if (!Files.exists(file) && !Files.exists(file.resolveSibling(file.getFileName() + ".index"))) {
                throw usage("--weights " + file + ": there is no such file.");
            }
            if (!DepthNetwork.isIn(file)) {
                blur = BlurWeights.read(file, on);
                blurName = file.toString();
                continue;
            }
            err().println(file + ": DeepLens' own lens blur does not run here; the blur is by Sekkei's network.");
            if (depth == null) {
                depthNetwork = DepthNetwork.read(file, on);
                depthName = file.toString();
            } else {
                err().println(file + ": its depth network is not asked, for --depth is given.");
            }
        }
        return new Networks(depthNetwork, depthName, blur == null ? BlurWeights.builtIn(on) : blur, blurName);
    }

    private DepthMap depth(Picture whole, Networks networks) throws IOException {
        if (depth != null) {
            requireExisting(depth);
            DepthFiles.Read read = DepthFiles.read(depth);
            if (read.stretched()) {
                err().println(depth + ": its numbers do not lie in 0..1 and were stretched to it; larger is nearer.");
            }
            DepthMap map = read.depth();
            double skew = (double) map.width() * whole.height() / ((double) map.height() * whole.width());
            if (skew > 1.02 || skew < 0.98) {
                throw usage(depth + ": is of " + map.width() + " x " + map.height()
                        + " pixels, other proportions than the" + " picture's " + whole.width() + " x " + whole.height()
                        + "; it belongs to another picture.");
            }
            return map;
        }
        if (networks.depth == null) {
            throw new IllegalStateException("there is neither depth nor a network for it");
        }
        return networks.depth.depth(whole);
    }

    /// Makes pictures of one scene.
    private final class Making {
        private final Refocus refocus;
        private final Picture shown;
        private final DepthMap map;
        private final ProgressLine progress;
        private double largestRadius;
        private int tileSide;

        Making(Refocus refocus, Picture shown, DepthMap map, ProgressLine progress) {
            this.refocus = refocus;
            this.shown = shown;
            this.map = map;
            this.progress = progress;
        }

        Picture make(double focusDepth, int frame, int frames) {
            var lens = new Lens(Math.clamp(focusDepth, 0, 1), aperture);
            long budget =
                    memory == null ? (long) (Device.CPU.freeBytes() * USUAL_SHARE_OF_FREE_MEMORY) : memory.bytes();
            Refocus.Plan plan = fromOptions(() -> Refocus.plan(map, lens, budget));
            largestRadius = Math.max(largestRadius, plan.largestRadius());
            tileSide = plan.tileSide();
            String stage = frames == 1 ? "refocusing" : "refocusing, picture " + frame + " of " + frames;
            return refocus.apply(shown, map, lens, plan, new Refocus.Listener() {
                @Override
                public void tile(int done, int tiles) {
                    progress.update(stage, "tiles", done, tiles, "");
                }

                @Override
                public void tooLittleMemory(Refocus.Plan failed, Refocus.Plan next) {
                    tileSide = next.tileSide();
                    progress.say(err(), stage + ": " + Figures.begunAnew(failed.tileSide(), failed.bytes(), tileSide));
                }
            });
        }
    }

    private void writeSweep(Path to, String ending, Making job, DepthMap map) throws IOException {
        int frames = sweep == null ? 0 : sweep;
        float[] sorted = map.values().clone();
        Arrays.sort(sorted);
        double far = sorted[(int) (SWEPT[0] * (sorted.length - 1))];
        double near = sorted[(int) (SWEPT[1] * (sorted.length - 1))];
        List<Picture> made = new ArrayList<>();
        for (int i = 0; i < frames; i++) {
            made.add(job.make(far + (near - far) * i / (frames - 1.0), i + 1, frames));
        }
        switch (ending) {
            case ".gif" -> OutputFile.write(to, FocusSweep.gif(made));
            case ".mp4" -> FocusSweep.video(to, made);
            default -> OutputFile.write(to, FocusSweep.html(made));
        }
    }

    private void report(
            Path to, Picture shown, Networks networks, Making job, @Nullable Double focusDepth, double seconds) {
        int frames = sweep == null ? 1 : sweep;
        if (json()) {
            printJson(new Result(
                    to.toString(),
                    shown.width(),
                    shown.height(),
                    frames,
                    focusDepth,
                    aperture,
                    job.largestRadius,
                    networks.depthName,
                    networks.blurName,
                    job.tileSide,
                    seconds));
            return;
        }
        out().printf(
                        Locale.ROOT,
                        "%s: %d x %d pixels%s, discs of up to %.1f pixels in radius, %s in %.1f s%n",
                        to,
                        shown.width(),
                        shown.height(),
                        frames == 1 ? "" : ", " + frames + " of them",
                        job.largestRadius,
                        job.tileSide == 0 ? "at once" : "in tiles of " + job.tileSide + " pixels",
                        seconds);
    }
}
