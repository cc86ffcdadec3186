package org.sekkei.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.tasks.refocus.BlurWeights;
import org.sekkei.tasks.refocus.RefocusEvaluation;
import org.sekkei.tasks.refocus.RefocusEvaluation.Score;
import org.sekkei.tasks.refocus.RefocusEvaluation.Way;
import org.sekkei.torch.Device;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei refocus eval`.
@Command(
        name = "eval",
        description = {
            "Compare refocused scenes with what a thin lens makes of them: PSNR of sRGB codes, of the whole and within the"
                    + " largest disc of edges of depth. Take photos that the network was not trained on."
        },
        footer = {"", "Example:", "  sekkei refocus eval kodak --scenes 48 --csv refocus.csv"})
final class RefocusEvalCommand extends Job {
    private static final Map<Way, String> NAMES = Map.of(
            Way.INPUT, "input, all sharp",
            Way.GAUSSIAN, "Gaussian by depth",
            Way.LAYERS, "slices without the network",
            Way.NETWORK, "slices and network");

    @Parameters(
            paramLabel = "PHOTOS",
            arity = "1..*",
            description = "Picture files, and folders or archives in any layout that 'sekkei pack' reads.")
    private List<Path> photos = List.of();

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "What 'sekkei refocus train' made; the network that ships if not given.")
    private @Nullable Path weights;

    @Option(names = "--scenes", paramLabel = "N", description = "Scenes to make (${DEFAULT-VALUE}).")
    private int scenes = 48;

    @Option(names = "--width", paramLabel = "N", description = "Width of a scene in pixels (${DEFAULT-VALUE}).")
    private int width = 320;

    @Option(names = "--height", paramLabel = "N", description = "Height of a scene in pixels (${DEFAULT-VALUE}).")
    private int height = 240;

    @Option(names = "--seed", paramLabel = "N", description = "Decides the scenes (${DEFAULT-VALUE}).")
    private long seed = 7;

    @Option(names = "--csv", paramLabel = "FILE", description = "Write the table as CSV, too.")
    private @Nullable Path csv;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "auto";

    private record Result(int scenes, int width, int height, SequencedMap<String, Score> psnr) {}

    @Override
    int run() throws Exception {
        if (scenes < 1 || width < 32 || height < 32 || Math.max(width, height) > 4096) {
            throw usage("--scenes must be at least 1, and --width and --height from 32 to 4096.");
        }
        Device on = fromOptions(() -> Device.parse(device));
        if (weights != null) {
            requireExisting(weights);
        }
        BlurWeights network = weights == null ? BlurWeights.builtIn(on) : BlurWeights.read(weights, on);
        SequencedMap<Way, Score> found;
        try (ProgressLine progress = newProgress()) {
            List<Picture> read = RefocusPhotos.read(this, photos, Math.max(width, height), Integer.MAX_VALUE, progress);
            found = RefocusEvaluation.evaluate(
                    network,
                    read,
                    scenes,
                    width,
                    height,
                    seed,
                    done -> progress.update("refocusing", "scenes", done, scenes, ""));
        }
        print(found);
        return Main.DONE;
    }

    private void print(SequencedMap<Way, Score> found) throws IOException {
        if (csv != null) {
            var text = new StringBuilder("way,scenes,width,height,seed,psnr_db,psnr_at_edges_db\n");
            found.forEach((way, score) -> text.append(String.format(
                    Locale.ROOT,
                    "%s,%d,%d,%d,%d,%.2f,%.2f%n",
                    way.name().toLowerCase(Locale.ROOT),
                    scenes,
                    width,
                    height,
                    seed,
                    score.whole(),
                    score.edges())));
            OutputFile.write(csv, text.toString().getBytes(StandardCharsets.UTF_8));
        }
        if (json()) {
            SequencedMap<String, Score> named = new LinkedHashMap<>();
            found.forEach((way, score) -> named.put(way.name().toLowerCase(Locale.ROOT), score));
            printJson(new Result(scenes, width, height, named));
            return;
        }
        out().printf("%-28s %10s %10s%n", scenes + " scenes, " + width + " x " + height, "whole", "at edges");
        found.forEach((way, score) -> out().printf(
                        "%-28s %10s %10s%n",
                        NAMES.get(way), Figures.decibel(score.whole()), Figures.decibel(score.edges())));
    }
}
