package org.sekkei.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.tasks.track.Composition;
import org.sekkei.tasks.track.SequenceFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei track compose`.
@Command(
        name = "compose",
        description = {
            "Compose sequences of cut-outs that move over photos, with the exact box of one of them, in OTB's layout. The"
                    + " same photos and seed give the same pixels."
        },
        footer = {"", "Example:", "  sekkei track compose photos -o composed --sequences 12 --seed 7"})
final class TrackComposeCommand extends Job {
    private static final int SMALLEST = 64;
    private static final int LARGEST = 4096;
    private static final int MOST_FRAMES = 100_000;

    @Parameters(
            paramLabel = "PHOTOS",
            arity = "1..*",
            description = "Picture files, and folders or archives in any layout that 'sekkei pack' reads.")
    private List<Path> photos = List.of();

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "DIR",
            description = "The folder for the sequences.")
    private Path out = Path.of("");

    @Option(names = "--sequences", paramLabel = "N", description = "How many (${DEFAULT-VALUE}).")
    private int sequences = 12;

    @Option(names = "--frames", paramLabel = "N", description = "Frames of each (${DEFAULT-VALUE}).")
    private int frames = 100;

    @Option(names = "--width", paramLabel = "N", description = "Width of a frame in pixels (${DEFAULT-VALUE}).")
    private int width = 320;

    @Option(names = "--height", paramLabel = "N", description = "Height of a frame in pixels (${DEFAULT-VALUE}).")
    private int height = 240;

    @Option(
            names = "--photo-size",
            paramLabel = "N",
            description = "Reduce photos to a longest side of so many pixels first (${DEFAULT-VALUE}).")
    private int photoSize = 320;

    @Option(
            names = "--kind",
            paramLabel = "K",
            description = "open: cut-outs of any size; street: small figures that walk, in and out of the shade; place:"
                    + " a place of the photo itself, which others pass (${DEFAULT-VALUE}).")
    private Composition.Kind kind = Composition.Kind.OPEN;

    @Option(
            names = "--absent",
            paramLabel = "FROM,COUNT",
            description = "Leave the target out of COUNT frames, of which FROM is the first; 1 is the first of all.")
    private @Nullable String absent;

    @Option(names = "--seed", paramLabel = "N", description = "Decides the sequences (${DEFAULT-VALUE}).")
    private long seed = 7;

    private record Result(String folder, int sequences, int frames, long seed) {}

    @Override
    int run() throws Exception {
        if (sequences < 1 || frames < 1 || sequences > MOST_FRAMES || frames > MOST_FRAMES) {
            throw usage("--sequences and --frames must be from 1 to " + MOST_FRAMES + ".");
        }
        if (Math.min(width, height) < SMALLEST || Math.max(width, height) > LARGEST || photoSize < SMALLEST) {
            throw usage("--width and --height must be from " + SMALLEST + " to " + LARGEST
                    + ", and --photo-size at least " + SMALLEST + ".");
        }
        int @Nullable [] away = absent == null ? null : absence(absent);
        try (ProgressLine progress = newProgress()) {
            List<Picture> read = RefocusPhotos.read(this, photos, photoSize, Integer.MAX_VALUE, progress);
            Files.createDirectories(out);
            for (int i = 0; i < sequences; i++) {
                String name = String.format(Locale.ROOT, "composed%03d", i + 1);
                var composed = new Composition(name, read, width, height, frames, seed * MOST_FRAMES + i, kind);
                SequenceFolder.write(
                        out, away == null ? composed : fromOptions(() -> composed.without(away[0] - 1, away[1])));
                progress.update("composing", "sequences", i + 1, sequences, "");
            }
        }
        if (json()) {
            printJson(new Result(out.toString(), sequences, frames, seed));
        } else {
            out().println(out + ": " + sequences + " sequences of " + frames + " frames");
        }
        return Main.DONE;
    }

    private int[] absence(String typed) {
        try {
            String[] numbers = typed.split(",", -1);
            if (numbers.length == 2) {
                return new int[] {Integer.parseInt(numbers[0].strip()), Integer.parseInt(numbers[1].strip())};
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw usage("--absent takes a frame and how many, for instance 20,15, not '" + typed + "'.");
    }
}
