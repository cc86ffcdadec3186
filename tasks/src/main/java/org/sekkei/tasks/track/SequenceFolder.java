package org.sekkei.tasks.track;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.PictureWriter;
import org.sekkei.pictures.video.FrameFolder;

/// A sequence on disk, in OTB's layout (`img/0001.jpg`, `groundtruth_rect.txt` with `x,y,width,height` from 1 on) or
/// GOT-10k's (`00000001.jpg`, `groundtruth.txt` with the same from 0 on).
public final class SequenceFolder implements FrameSequence {
    private static final String OTB = "groundtruth_rect";
    private static final String GOT = "groundtruth.txt";
    private static final String ABSENT = "absence.label";
    private static final long LARGEST_TRUTH = 1 << 26;

    /// Of these the truth does not begin with the first frame.
    private static final Map<String, Integer> FIRST_FRAMES =
            Map.of("David", 300, "BlurCar1", 247, "BlurCar3", 3, "BlurCar4", 18);

    private final String name;
    private final List<Path> frames;
    private final List<@Nullable TargetBox> truth;
    private final PictureReader reader = new PictureReader();

    private SequenceFolder(String name, List<Path> frames, List<@Nullable TargetBox> truth) {
        this.name = name;
        this.frames = frames;
        this.truth = truth;
    }

    /// The sequences in a folder: it may be one itself, or hold some.
    ///
    /// @throws IOException naming the folder if there is none, or a file that cannot be understood
    public static List<SequenceFolder> open(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        List<SequenceFolder> found = new ArrayList<>(read(folder));
        if (found.isEmpty()) {
            List<Path> inside;
            try (Stream<Path> entries = Files.list(folder)) {
                inside = entries.filter(Files::isDirectory).sorted().toList();
            }
            for (Path one : inside) {
                found.addAll(read(one));
            }
        }
        if (found.isEmpty()) {
            throw new IOException(folder + ": holds no sequence; one is a folder with " + OTB
                    + ".txt and img/, as OTB has them, or with " + GOT + " and frames, as GOT-10k has them.");
        }
        return found;
    }

    private static List<SequenceFolder> read(Path folder) throws IOException {
        List<Path> truths;
        try (Stream<Path> entries = Files.list(folder)) {
            truths = entries.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.equals(GOT) || name.startsWith(OTB) && name.endsWith(".txt");
                    })
                    .sorted()
                    .toList();
        }
        List<SequenceFolder> found = new ArrayList<>();
        for (Path file : truths) {
            boolean otb = !file.getFileName().toString().equals(GOT);
            Path pictures = Files.isDirectory(folder.resolve("img")) ? folder.resolve("img") : folder;
            List<Path> frames = FrameFolder.files(pictures);
            if (frames.isEmpty()) {
                throw new IOException(pictures + ": there is no frame in it.");
            }
            String name = folder.toAbsolutePath().normalize().getFileName().toString();
            int first = FIRST_FRAMES.getOrDefault(name, 1);
            List<@Nullable TargetBox> truth = truth(file, otb ? 1 : 0);
            if (first > 1 && frames.size() >= first - 1 + truth.size()) {
                frames = frames.subList(first - 1, first - 1 + truth.size());
            }
            markAbsent(folder.resolve(ABSENT), truth);
            if (truth.isEmpty() || truth.getFirst() == null) {
                throw new IOException(file + ": has no box for the first frame.");
            }
            // Jogging and Skating2 have two objects each.
            String which = file.getFileName().toString().replace(OTB, "").replace(".txt", "");
            found.add(new SequenceFolder(otb ? name + which : name, frames, truth));
        }
        return found;
    }

    /// GOT-10k says so where the object is not to be seen.
    private static void markAbsent(Path file, List<@Nullable TargetBox> truth) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        List<String> lines = lines(file);
        for (int i = 0; i < Math.min(lines.size(), truth.size()); i++) {
            if (lines.get(i).equals("1")) {
                truth.set(i, null);
            }
        }
    }

    private static List<String> lines(Path file) throws IOException {
        if (Files.size(file) > LARGEST_TRUTH) {
            throw new IOException(file + ": is too large to be about frames.");
        }
        return Files.readString(file, StandardCharsets.ISO_8859_1)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /// @param origin where the first pixel is
    static List<@Nullable TargetBox> truth(Path file, int origin) throws IOException {
        List<@Nullable TargetBox> boxes = new ArrayList<>();
        for (String line : lines(file)) {
            String[] cells = line.split("[,;\\s]+", -1);
            if (cells.length != 4) {
                throw new IOException(file + ": line " + (boxes.size() + 1) + " is no box x,y,width,height.");
            }
            var numbers = new double[4];
            for (int i = 0; i < 4; i++) {
                try {
                    numbers[i] = Double.parseDouble(cells[i]);
                } catch (NumberFormatException e) {
                    throw new IOException(file + ": line " + (boxes.size() + 1) + " is no box x,y,width,height.", e);
                }
            }
            boolean known = Double.isFinite(numbers[0] + numbers[1]) && numbers[2] > 0 && numbers[3] > 0;
            boxes.add(known ? new TargetBox(numbers[0] - origin, numbers[1] - origin, numbers[2], numbers[3]) : null);
        }
        return boxes;
    }

    /// Writes a sequence in OTB's layout, in a folder under its name.
    ///
    /// @throws IOException if there is something under that name already
    public static void write(Path folder, FrameSequence sequence) throws IOException {
        Path place = folder.resolve(sequence.name());
        Path pictures = place.resolve("img");
        if (Files.exists(place)) {
            throw new IOException(place + ": is there already; choose another folder or remove it.");
        }
        Files.createDirectories(pictures);
        var lines = new StringBuilder();
        for (int i = 0; i < sequence.length(); i++) {
            PictureWriter.png(pictures.resolve(String.format(Locale.ROOT, "%04d.png", i + 1)), sequence.frame(i));
            TargetBox box = sequence.truth(i);
            lines.append(
                    box == null
                            ? "NaN,NaN,NaN,NaN\n"
                            : String.format(
                                    Locale.ROOT,
                                    "%.3f,%.3f,%.3f,%.3f%n",
                                    box.x() + 1,
                                    box.y() + 1,
                                    box.width(),
                                    box.height()));
        }
        Files.writeString(place.resolve(OTB + ".txt"), lines);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int length() {
        return frames.size();
    }

    @Override
    public Picture frame(int index) throws IOException {
        return reader.read(frames.get(index));
    }

    @Override
    public @Nullable TargetBox truth(int index) {
        return index < truth.size() ? truth.get(index) : null;
    }

    /// Boxes in the list, which may be more than frames where a sequence ends early.
    public int truths() {
        return truth.size();
    }
}
