package org.sekkei.pictures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The layouts that data sets come in, told apart by what lies at a path. `docs/data-sources.md` lists them.
public final class PictureSources {
    private interface Layout {
        /// Returns null if the folder is not of this layout.
        @Nullable
        PictureSource openIfPresent(Path folder) throws SourceException;
    }

    /// The first that fits counts. Loose pictures come before archives: an archive often lies beside what
    /// was unpacked from it.
    private static final List<Layout> FOLDERS =
            List.of(Cifar::openIfPresent, Mnist::openIfPresent, ImageFolder::openIfPresent, WebDataset::openIfPresent);

    private PictureSources() {}

    /// Opens the data set at `path`, whatever its layout.
    ///
    /// @throws SourceException if nothing is there, the layout is not known, or the files are damaged
    public static PictureSource open(Path path) throws SourceException {
        if (Files.isDirectory(path)) {
            return openFolder(path);
        }
        if (!Files.exists(path)) {
            throw new SourceException(path + " does not exist; check the path.");
        }
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".csv")) {
            return PictureList.open(path);
        }
        if (name.endsWith(".tar")) {
            return WebDataset.openShard(path);
        }
        throw new SourceException(path + " is neither a folder nor a .tar or .csv file; "
                + (PictureFiles.isPictureName(name)
                        ? "give the folder that the picture lies in."
                        : "unpack it first if it is an archive."));
    }

    private static PictureSource openFolder(Path folder) throws SourceException {
        for (Layout layout : FOLDERS) {
            PictureSource source = layout.openIfPresent(folder);
            if (source != null) {
                return source;
            }
        }
        throw new SourceException(folder
                + (isEmpty(folder)
                        ? " is an empty folder; put pictures into it or check the path."
                        : " holds no pictures (.jpg, .jpeg, .png, .webp, .gif, .bmp, .tif, .tiff) and none of the other "
                                + "layouts in docs/data-sources.md; check the path."));
    }

    private static boolean isEmpty(Path folder) throws SourceException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            throw SourceException.unreadable(folder, e);
        }
    }
}
