package org.sekkei.pictures;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A CSV file of `path,label` or `path,label,x,y,w,h`; paths are relative to it. Several lines for one path are
/// several boxes of one picture. The entries are in the order of the file.
final class PictureList extends ListedSource {
    private final PictureReader reader = new PictureReader();
    private final Path folder;

    private PictureList(Path csv, Path folder, List<String> classNames, List<SourceEntry> entries) {
        super(csv, "list " + csv, classNames, entries);
        this.folder = folder;
    }

    private static final class Listed {
        final String label;
        final List<SourceBox> boxes = new ArrayList<>();

        Listed(String label) {
            this.label = label;
        }
    }

    static PictureList open(Path csv) throws SourceException {
        Map<String, Listed> pictures = new LinkedHashMap<>();
        try (BufferedReader lines = Files.newBufferedReader(csv)) {
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (number == 1 && line.startsWith("\uFEFF")) {
                    line = line.substring(1);
                }
                if (!line.isBlank()) {
                    addLine(line, number, csv, pictures);
                }
                number++;
            }
        } catch (SourceException e) {
            throw e;
        } catch (IOException e) {
            throw SourceException.unreadable(csv, e);
        }
        return listed(csv, pictures);
    }

    private static PictureList listed(Path csv, Map<String, Listed> pictures) throws SourceException {
        if (pictures.isEmpty()) {
            throw new SourceException(csv + " lists no pictures; write one line of path,label for each.");
        }
        Path folder = Objects.requireNonNull(csv.toAbsolutePath().getParent());
        Labels labels = Labels.of(
                pictures.values().stream().map(picture -> picture.label).toList());
        List<SourceEntry> entries = new ArrayList<>();
        boolean any = false;
        for (Map.Entry<String, Listed> picture : pictures.entrySet()) {
            Path file = folder.resolve(picture.getKey());
            boolean exists = Files.isRegularFile(file);
            any |= exists;
            try {
                entries.add(new SourceEntry(
                        picture.getKey(),
                        labels.indices()[entries.size()],
                        null,
                        picture.getValue().boxes,
                        exists ? Files.size(file) : 0));
            } catch (IOException e) {
                throw SourceException.unreadable(file, e);
            }
        }
        if (!any) {
            throw new SourceException("none of the " + entries.size() + " files that " + csv
                    + " lists is there; write their paths relative to " + folder + ".");
        }
        return new PictureList(csv, folder, labels.classNames(), List.copyOf(entries));
    }

    private static void addLine(String line, int number, Path csv, Map<String, Listed> pictures)
            throws SourceException {
        List<String> fields = fields(line);
        if (fields == null) {
            throw wrong(csv, number, "a quote is not closed or stands inside a field");
        }
        if (number == 1 && isHeader(fields.getFirst())) {
            return;
        }
        if (fields.size() != 2 && fields.size() != 6) {
            throw wrong(csv, number, fields.size() + (fields.size() == 1 ? " field" : " fields"));
        }
        String path = normalized(fields.getFirst());
        if (path == null) {
            throw wrong(csv, number, "\"" + fields.getFirst() + "\" is no path of a file");
        }
        String label = fields.get(1).strip();
        Listed picture = pictures.computeIfAbsent(path, _ -> new Listed(label));
        if (!picture.label.equals(label)) {
            throw new SourceException("line " + number + " of " + csv + " labels " + path + " \"" + label
                    + "\", but an earlier line labels it \"" + picture.label + "\"; make them agree.");
        }
        if (fields.size() == 6 && !fields.subList(2, 6).stream().allMatch(String::isBlank)) {
            picture.boxes.add(box(fields, number, csv));
        }
    }

    /// A header names its columns, a path has an ending.
    private static boolean isHeader(String field) {
        return !field.isBlank() && !field.contains(".") && !field.contains("/");
    }

    /// Splits at commas outside of quotes; two quotes in quotes stand for one. Null if the quotes are wrong.
    private static @Nullable List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        int at = 0;
        while (true) {
            field.setLength(0);
            if (at < line.length() && line.charAt(at) == '"') {
                at++;
                while (true) {
                    int quote = line.indexOf('"', at);
                    if (quote < 0) {
                        return null;
                    }
                    field.append(line, at, quote);
                    at = quote + 1;
                    if (at == line.length() || line.charAt(at) != '"') {
                        break;
                    }
                    field.append('"');
                    at++;
                }
                if (at < line.length() && line.charAt(at) != ',') {
                    return null;
                }
            } else {
                int comma = line.indexOf(',', at);
                int end = comma < 0 ? line.length() : comma;
                field.append(line, at, end);
                at = end;
            }
            fields.add(field.toString());
            if (at == line.length()) {
                return fields;
            }
            at++;
        }
    }

    /// The path with `/` and without detours, or null if it is none.
    private static @Nullable String normalized(String field) {
        try {
            Path path = Path.of(field.strip()).normalize();
            String name = path.toString().replace(path.getFileSystem().getSeparator(), "/");
            return name.isEmpty() ? null : name;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static SourceBox box(List<String> fields, int number, Path csv) throws SourceException {
        float[] numbers = new float[4];
        for (int index = 0; index < 4; index++) {
            String field = fields.get(2 + index).strip();
            try {
                numbers[index] = Float.parseFloat(field);
            } catch (NumberFormatException e) {
                throw wrong(csv, number, "\"" + field + "\" is no number");
            }
            if (!Float.isFinite(numbers[index])) {
                throw wrong(csv, number, "\"" + field + "\" is no finite number");
            }
        }
        if (numbers[2] <= 0 || numbers[3] <= 0) {
            throw wrong(csv, number, "the box is not wider and higher than 0");
        }
        return new SourceBox(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    private static SourceException wrong(Path csv, int number, String what) {
        return new SourceException(
                "line " + number + " of " + csv + " is wrong: " + what + "; write path,label or path,label,x,y,w,h.");
    }

    @Override
    public Picture picture(int index) throws IOException {
        return reader.read(encoded(index), entry(index).name());
    }

    @Override
    public byte[] encoded(int index) throws IOException {
        String name = entry(index).name();
        return PictureFiles.read(folder.resolve(name), name);
    }
}
