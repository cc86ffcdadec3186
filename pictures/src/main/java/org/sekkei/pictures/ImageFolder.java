package org.sekkei.pictures;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A tree of picture files: class folders, class folders in `train`, `val` and `test`, or no classes at all. The
/// entries
/// are sorted by name.
final class ImageFolder extends ListedSource {
    private final PictureReader reader = new PictureReader();

    private ImageFolder(Path root, String description, List<String> classNames, List<SourceEntry> entries) {
        super(root, description, classNames, entries);
    }

    /// Returns null if there is no picture below `root`.
    static @Nullable ImageFolder openIfPresent(Path root) throws SourceException {
        List<PictureTree.File> files = PictureTree.list(root);
        if (files.isEmpty()) {
            return null;
        }
        boolean bySplit = isSplitTree(files);
        List<Place> places = new ArrayList<>();
        for (PictureTree.File file : files) {
            if (!bySplit) {
                places.add(Place.of(file, null, file.name()));
            } else if (file.topFolder() != null && split(file.topFolder()) != null) {
                places.add(Place.of(
                        file,
                        split(file.topFolder()),
                        file.name().substring(file.topFolder().length() + 1)));
            }
        }
        // Loose pictures beside class folders belong to no class and are left out, split by split: a test folder of
        // nothing but loose pictures stays in.
        Set<@Nullable SourceSplit> withClasses = new HashSet<>();
        Set<String> classNames = new TreeSet<>();
        for (Place place : places) {
            if (place.className() != null) {
                withClasses.add(place.split());
                classNames.add(place.className());
            }
        }
        places.removeIf(place -> place.className() == null && withClasses.contains(place.split()));
        List<String> names = List.copyOf(classNames);
        List<SourceEntry> entries =
                places.stream().map(place -> place.entry(names)).toList();
        return new ImageFolder(root, describe(root, names, bySplit, files.size() - entries.size()), names, entries);
    }

    private static String describe(Path root, List<String> classNames, boolean bySplit, int leftOut) {
        return "folder " + root + " of " + (classNames.isEmpty() ? "pictures" : classNames.size() + " class folders")
                + (bySplit ? " by split" : "")
                + (leftOut > 0 ? ", without " + leftOut + " pictures that lie outside of them" : "");
    }

    /// A class may be called `train`, so folders of other names beside it count too.
    private static boolean isSplitTree(List<PictureTree.File> files) {
        Set<String> folders = new HashSet<>();
        Set<SourceSplit> splits = new HashSet<>();
        int others = 0;
        for (PictureTree.File file : files) {
            String folder = file.topFolder();
            if (folder != null && folders.add(folder)) {
                SourceSplit split = split(folder);
                if (split == null) {
                    others++;
                } else {
                    splits.add(split);
                }
            }
        }
        return others == 0 ? !splits.isEmpty() : splits.contains(SourceSplit.TRAIN) && splits.size() > 1;
    }

    private static @Nullable SourceSplit split(String folder) {
        return switch (folder.toLowerCase(Locale.ROOT)) {
            case "train" -> SourceSplit.TRAIN;
            case "val", "valid", "validation" -> SourceSplit.VALIDATION;
            case "test" -> SourceSplit.TEST;
            default -> null;
        };
    }

    private record Place(
            PictureTree.File file,
            @Nullable SourceSplit split,
            @Nullable String className) {
        /// @param below the file's path in the folder that holds the class folders
        static Place of(PictureTree.File file, @Nullable SourceSplit split, String below) {
            int slash = below.indexOf('/');
            return new Place(file, split, slash < 0 ? null : below.substring(0, slash));
        }

        SourceEntry entry(List<String> classNames) {
            int label = className == null ? SourceEntry.NO_LABEL : Collections.binarySearch(classNames, className);
            return new SourceEntry(file.name(), label, split, List.of(), file.bytes());
        }
    }

    @Override
    public Picture picture(int index) throws IOException {
        return reader.read(encoded(index), entry(index).name());
    }

    @Override
    public byte[] encoded(int index) throws IOException {
        String name = entry(index).name();
        return PictureFiles.read(path().resolve(name), name);
    }
}
