package org.sekkei.pictures;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Tar shards of samples, https://github.com/webdataset/webdataset: the files of one sample share the path up
/// to the first dot of the file name. Only where the pictures lie is held in memory, not the pictures.
final class WebDataset extends ListedSource {
    /// If a sample has several pictures, the first of these counts.
    private static final List<String> PICTURES = List.of("jpg", "jpeg", "png", "webp");

    private static final String CLASS = "cls";

    /// A class is a word or a number.
    private static final int MAX_CLASS_BYTES = 1024;

    private record Place(MappedFile shard, TarIndex.Member member) {}

    /// @param labelText empty if the sample has no class
    private record Sample(
            String name,
            Place picture,
            String labelText,
            @Nullable SourceSplit split) {}

    private final PictureReader reader = new PictureReader();
    private final List<Place> places;

    private WebDataset(
            Path path, String description, List<String> classNames, List<SourceEntry> entries, List<Place> places) {
        super(path, description, classNames, entries);
        this.places = places;
    }

    /// Opens one shard. Its entries have the names of the archive's members.
    static WebDataset openShard(Path shard) throws SourceException {
        return open("WebDataset shard " + shard, shard, List.of(shard));
    }

    /// Opens all shards in a folder, or returns null if it has none. The entries' names begin with the shard's.
    static @Nullable WebDataset openIfPresent(Path folder) throws SourceException {
        List<Path> shards;
        try (Stream<Path> files = Files.list(folder)) {
            shards = files.filter(WebDataset::isShard).sorted().toList();
        } catch (UncheckedIOException e) {
            throw SourceException.unreadable(folder, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw SourceException.unreadable(folder, e);
        }
        return shards.isEmpty()
                ? null
                : open("WebDataset of " + shards.size() + " shards in " + folder, folder, shards);
    }

    private static boolean isShard(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".tar") && !name.startsWith(".") && Files.isRegularFile(file);
    }

    private static WebDataset open(String description, Path root, List<Path> shards) throws SourceException {
        List<Sample> samples = new ArrayList<>();
        for (Path shard : shards) {
            addSamples(shard, shard.equals(root) ? "" : stem(shard) + "/", samples);
        }
        if (samples.isEmpty()) {
            throw new SourceException(root + " holds no pictures: none of its tar members ends in .jpg, .jpeg, "
                    + ".png or .webp right after the first dot of its name; rename them or unpack the archive.");
        }
        Labels labels = Labels.of(samples.stream().map(Sample::labelText).toList());
        List<SourceEntry> entries = new ArrayList<>();
        for (Sample sample : samples) {
            int label = labels.indices()[entries.size()];
            long bytes = sample.picture().member().length();
            entries.add(new SourceEntry(sample.name(), label, sample.split(), List.of(), bytes));
        }
        List<Place> places = samples.stream().map(Sample::picture).toList();
        return new WebDataset(root, description, labels.classNames(), List.copyOf(entries), places);
    }

    private static void addSamples(Path path, String prefix, List<Sample> samples) throws SourceException {
        MappedFile shard = MappedFile.open(path);
        // By the path up to the first dot of the file name, then by ending. As in tar, a later member replaces an
        // earlier one of the same name.
        Map<String, Map<String, TarIndex.Member>> groups = new LinkedHashMap<>();
        for (TarIndex.Member member : TarIndex.read(shard)) {
            String name = member.name();
            int file = name.lastIndexOf('/') + 1;
            int dot = name.indexOf('.', file);
            if (dot > file) {
                String ending = name.substring(dot + 1).toLowerCase(Locale.ROOT);
                if (ending.equals(CLASS) || PICTURES.contains(ending)) {
                    groups.computeIfAbsent(name.substring(0, dot), _ -> new LinkedHashMap<>())
                            .put(ending, member);
                }
            }
        }
        SourceSplit split = split(path);
        for (Map<String, TarIndex.Member> group : groups.values()) {
            TarIndex.Member picture = PICTURES.stream()
                    .filter(group::containsKey)
                    .findFirst()
                    .map(group::get)
                    .orElse(null);
            if (picture != null) {
                String label = labelText(shard, group.get(CLASS));
                samples.add(new Sample(prefix + picture.name(), new Place(shard, picture), label, split));
            }
        }
    }

    private static String labelText(MappedFile shard, TarIndex.@Nullable Member member) throws SourceException {
        if (member == null) {
            return "";
        }
        if (member.length() > MAX_CLASS_BYTES) {
            throw new SourceException(member.name() + " in " + shard.path() + " has " + member.length()
                    + " bytes; it should hold nothing but a class number or a class name.");
        }
        try {
            return new String(shard.read(member.offset(), (int) member.length()), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw SourceException.unreadable(shard.path(), e);
        }
    }

    private static String stem(Path shard) {
        String name = shard.getFileName().toString();
        return name.substring(0, name.length() - ".tar".length());
    }

    private static @Nullable SourceSplit split(Path shard) {
        String name = shard.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.startsWith("train")) {
            return SourceSplit.TRAIN;
        }
        if (name.startsWith("val")) {
            return SourceSplit.VALIDATION;
        }
        return name.startsWith("test") ? SourceSplit.TEST : null;
    }

    @Override
    public Picture picture(int index) throws IOException {
        return reader.read(encoded(index), entry(index).name());
    }

    @Override
    public byte[] encoded(int index) throws IOException {
        Place place = places.get(index);
        PictureFiles.checkLength(place.member().length(), entry(index).name());
        return place.shard().read(place.member().offset(), (int) place.member().length());
    }
}
