package org.sekkei.pictures;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// The idx files of MNIST and of the sets that share its form, packed by gzip or not. Grey pictures become RGB with
/// three equal channels. The pixels are held in memory.
///
/// An idx file is, big-endian: two zero bytes, the element type (8 is an unsigned byte), the number of
/// dimensions, each dimension in four bytes, the elements.
final class Mnist extends ListedSource {
    /// What stands before the elements of pictures and of labels.
    private static final int PICTURES = 0x803;

    private static final int LABELS = 0x801;

    private static final int MAX_SIDE = 1 << 13;

    private record Part(String prefix, String name, SourceSplit split) {}

    private static final List<Part> PARTS =
            List.of(new Part("train", "train", SourceSplit.TRAIN), new Part("t10k", "test", SourceSplit.TEST));

    /// Pictures of one file: `[count, height, width]`, grey.
    private record Pictures(int count, int height, int width, byte[] grey) {}

    private record Place(Pictures pictures, int offset) {}

    private final List<Place> places;

    private Mnist(
            Path path, String description, List<String> classNames, List<SourceEntry> entries, List<Place> places) {
        super(path, description, classNames, entries);
        this.places = places;
    }

    /// Returns null if `folder` holds no such files.
    static @Nullable Mnist openIfPresent(Path folder) throws SourceException {
        List<SourceEntry> entries = new ArrayList<>();
        List<Place> places = new ArrayList<>();
        boolean present = false;
        for (Part part : PARTS) {
            Path pictures = find(folder, part.prefix() + "-images", "idx3-ubyte");
            Path labels = find(folder, part.prefix() + "-labels", "idx1-ubyte");
            if (pictures != null && labels != null) {
                add(part, pictures, labels, entries, places);
                present = true;
            } else if (pictures != null || labels != null) {
                throw new SourceException((pictures != null ? pictures : labels) + " lies alone: put the "
                        + (pictures != null ? "labels" : "pictures") + " of the same set beside it.");
            }
        }
        if (!present) {
            return null;
        }
        if (entries.isEmpty()) {
            throw new SourceException(folder + " holds idx files without a single picture; download them again.");
        }
        int classes = entries.stream().mapToInt(SourceEntry::label).max().orElseThrow() + 1;
        List<String> classNames =
                IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        return new Mnist(folder, "MNIST idx files in " + folder, classNames, List.copyOf(entries), List.copyOf(places));
    }

    private static @Nullable Path find(Path folder, String stem, String form) {
        for (String name : List.of(stem + "-" + form, stem + "." + form)) {
            for (String ending : List.of("", ".gz")) {
                Path file = folder.resolve(name + ending);
                if (Files.isRegularFile(file)) {
                    return file;
                }
            }
        }
        return null;
    }

    private static void add(Part part, Path pictureFile, Path labelFile, List<SourceEntry> entries, List<Place> places)
            throws SourceException {
        Pictures pictures = readPictures(pictureFile);
        byte[] labels = readLabels(labelFile);
        if (labels.length != pictures.count()) {
            throw new SourceException(labelFile + " has " + labels.length + " labels for " + pictures.count()
                    + " pictures in " + pictureFile + "; the two belong to different sets.");
        }
        int pixels = pictures.height() * pictures.width();
        for (int picture = 0; picture < labels.length; picture++) {
            String name = "%s/%05d".formatted(part.name(), picture);
            entries.add(
                    new SourceEntry(name, Byte.toUnsignedInt(labels[picture]), part.split(), List.of(), pixels + 1));
            places.add(new Place(pictures, picture * pixels));
        }
    }

    private static Pictures readPictures(Path file) throws SourceException {
        try (InputStream in = openFile(file)) {
            int[] dimensions = readHeader(in, file, PICTURES, 3);
            byte[] grey = readElements(in, file, dimensions);
            return new Pictures(dimensions[0], dimensions[1], dimensions[2], grey);
        } catch (SourceException e) {
            throw e;
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    private static byte[] readLabels(Path file) throws SourceException {
        try (InputStream in = openFile(file)) {
            return readElements(in, file, readHeader(in, file, LABELS, 1));
        } catch (SourceException e) {
            throw e;
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    private static InputStream openFile(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        if (!file.toString().endsWith(".gz")) {
            return new BufferedInputStream(in);
        }
        try {
            return new GZIPInputStream(in, 1 << 16);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private static int[] readHeader(InputStream in, Path file, int magic, int dimensions) throws IOException {
        byte[] bytes = in.readNBytes(4 + 4 * dimensions);
        ByteBuffer header = ByteBuffer.wrap(bytes);
        if (bytes.length < 4 + 4 * dimensions || header.getInt() != magic) {
            throw new SourceException(file + " does not begin as an idx file of "
                    + (dimensions == 3 ? "pictures" : "labels") + " in bytes; download it again.");
        }
        int[] sizes = new int[dimensions];
        header.asIntBuffer().get(sizes);
        return sizes;
    }

    /// Takes memory as the bytes come, so that a header cannot ask for more than the file has.
    private static byte[] readElements(InputStream in, Path file, int[] dimensions) throws IOException {
        long count = 1;
        boolean possible = true;
        for (int index = 0; index < dimensions.length; index++) {
            possible &=
                    dimensions[index] >= 0 && (index == 0 || dimensions[index] >= 1 && dimensions[index] <= MAX_SIDE);
            count = Math.min(count * Math.max(0, dimensions[index]), Integer.MAX_VALUE);
        }
        if (!possible || count > Integer.MAX_VALUE - 8) {
            throw new SourceException(file + " claims to hold " + join(dimensions)
                    + " bytes, which is more than can be read; it is damaged, download it again.");
        }
        byte[] elements = in.readNBytes((int) count);
        if (elements.length < count || in.read() >= 0) {
            throw new SourceException(file + " should hold " + join(dimensions) + " bytes after its header but has "
                    + (elements.length < count ? "only " + elements.length : "more")
                    + "; it is damaged, download it again.");
        }
        return elements;
    }

    private static String join(int[] dimensions) {
        return String.join(
                " x ",
                IntStream.of(dimensions).mapToObj(Integer::toUnsignedString).toList());
    }

    private static SourceException damaged(Path file, IOException cause) {
        return cause instanceof ZipException || cause instanceof EOFException
                ? new SourceException(file + " is no complete gzip file; download it again.")
                : SourceException.unreadable(file, cause);
    }

    @Override
    public Picture picture(int index) {
        Pictures pictures = places.get(index).pictures();
        return new Picture(pictures.width(), pictures.height(), encoded(index));
    }

    @Override
    public byte[] encoded(int index) {
        Place place = places.get(index);
        byte[] rgb = new byte[3 * place.pictures().width() * place.pictures().height()];
        for (int at = 0; at < rgb.length; at++) {
            rgb[at] = place.pictures().grey()[place.offset() + at / 3];
        }
        return rgb;
    }
}
