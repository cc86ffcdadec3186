package org.sekkei.pictures;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The binary files of CIFAR-10 and CIFAR-100, https://www.cs.toronto.edu/~kriz/cifar.html: records of one
/// label byte (CIFAR-100: coarse and fine, of which the fine one counts) and a red, a green and a blue plane of
/// 32 x 32.
final class Cifar extends ListedSource {
    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;

    private static final Layout CIFAR_10 = new Layout(
            "CIFAR-10",
            "cifar-10-batches-bin",
            "batches.meta.txt",
            1,
            List.of(
                    new Part("data_batch_1", SourceSplit.TRAIN),
                    new Part("data_batch_2", SourceSplit.TRAIN),
                    new Part("data_batch_3", SourceSplit.TRAIN),
                    new Part("data_batch_4", SourceSplit.TRAIN),
                    new Part("data_batch_5", SourceSplit.TRAIN),
                    new Part("test_batch", SourceSplit.TEST)));
    private static final Layout CIFAR_100 = new Layout(
            "CIFAR-100",
            "cifar-100-binary",
            "fine_label_names.txt",
            2,
            List.of(new Part("train", SourceSplit.TRAIN), new Part("test", SourceSplit.TEST)));

    /// @param labelBytes at the start of a record; the last of them is the label
    private record Layout(String name, String folder, String classFile, int labelBytes, List<Part> parts) {
        int recordBytes() {
            return labelBytes + 3 * PLANE;
        }

        boolean isIn(Path folder) {
            return parts.stream().anyMatch(part -> Files.isRegularFile(part.file(folder)));
        }
    }

    private record Part(String name, SourceSplit split) {
        Path file(Path folder) {
            return folder.resolve(name + ".bin");
        }
    }

    /// Where the pixels of an entry begin.
    private record Place(MappedFile file, long offset) {}

    private final List<Place> places;

    private Cifar(
            Path path, String description, List<String> classNames, List<SourceEntry> entries, List<Place> places) {
        super(path, description, classNames, entries);
        this.places = places;
    }

    /// Returns null if neither `root` nor the folder that the archive unpacks to holds such files.
    static @Nullable Cifar openIfPresent(Path root) throws SourceException {
        for (Layout layout : List.of(CIFAR_10, CIFAR_100)) {
            for (Path folder : List.of(root, root.resolve(layout.folder()))) {
                if (layout.isIn(folder)) {
                    return open(folder, layout);
                }
            }
        }
        return null;
    }

    private static Cifar open(Path folder, Layout layout) throws SourceException {
        List<String> classNames = readClassNames(folder.resolve(layout.classFile()), layout);
        List<SourceEntry> entries = new ArrayList<>();
        List<Place> places = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (Part part : layout.parts()) {
            if (Files.isRegularFile(part.file(folder))) {
                addRecords(MappedFile.open(part.file(folder)), layout, part, classNames, entries, places);
            } else {
                missing.add(part.name() + ".bin");
            }
        }
        if (entries.isEmpty()) {
            throw new SourceException(
                    folder + " holds " + layout.name() + " files without a single record; download them again.");
        }
        String description = layout.name() + " in " + folder
                + (missing.isEmpty() ? "" : ", without " + String.join(", ", missing) + " (not there)");
        return new Cifar(folder, description, classNames, List.copyOf(entries), List.copyOf(places));
    }

    private static List<String> readClassNames(Path file, Layout layout) throws SourceException {
        if (!Files.isRegularFile(file)) {
            throw new SourceException(file + " with the names of the classes is missing; put it beside the "
                    + layout.name() + " files, it comes in the same archive.");
        }
        try {
            List<String> names = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (names.isEmpty() || names.size() > 256) {
                throw new SourceException(
                        file + " names " + names.size() + " classes, not 1 to 256; download it again.");
            }
            return names;
        } catch (SourceException e) {
            throw e;
        } catch (IOException e) {
            throw SourceException.unreadable(file, e);
        }
    }

    private static void addRecords(
            MappedFile file,
            Layout layout,
            Part part,
            List<String> classNames,
            List<SourceEntry> entries,
            List<Place> places)
            throws SourceException {
        int recordBytes = layout.recordBytes();
        if (file.size() % recordBytes != 0) {
            throw new SourceException(file.path() + " has " + file.size() + " bytes, which is no multiple of the "
                    + recordBytes + " of a " + layout.name() + " record; it is cut short or of another kind, "
                    + "download it again.");
        }
        for (long record = 0; record < file.size() / recordBytes; record++) {
            long start = record * recordBytes;
            long pixels = start + layout.labelBytes();
            int label = Byte.toUnsignedInt(file.bytes().get(ValueLayout.JAVA_BYTE, pixels - 1));
            if (label >= classNames.size()) {
                throw new SourceException(file.path() + " has the label " + label + " in record " + record + ", but "
                        + layout.classFile() + " names only " + classNames.size()
                        + " classes; the file is damaged or of another kind, download it again.");
            }
            String name = "%s/%05d".formatted(part.name(), record);
            entries.add(new SourceEntry(name, label, part.split(), List.of(), recordBytes));
            places.add(new Place(file, pixels));
        }
    }

    @Override
    public Picture picture(int index) throws IOException {
        return new Picture(SIDE, SIDE, encoded(index));
    }

    @Override
    public byte[] encoded(int index) throws IOException {
        Place place = places.get(index);
        byte[] planes = place.file().read(place.offset(), 3 * PLANE);
        byte[] rgb = new byte[3 * PLANE];
        for (int pixel = 0; pixel < PLANE; pixel++) {
            rgb[3 * pixel] = planes[pixel];
            rgb[3 * pixel + 1] = planes[PLANE + pixel];
            rgb[3 * pixel + 2] = planes[2 * PLANE + pixel];
        }
        return rgb;
    }
}
