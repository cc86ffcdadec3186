package org.sekkei.pictures;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the picture files in a folder and all folders below it.
final class PictureTree {
    private PictureTree() {}

    /// @param name relative to the root, with `/`
    record File(String name, long bytes) {
        /// The first folder on the way to the file, or null if it lies in the root.
        @Nullable
        String topFolder() {
            int slash = name.indexOf('/');
            return slash < 0 ? null : name.substring(0, slash);
        }
    }

    /// Follows links, except back to a folder that they lie in. A link to nowhere is listed: it is a picture that
    /// somebody will miss.
    ///
    /// @return sorted by name, whatever order the file system has
    static List<File> list(Path root) throws SourceException {
        List<File> files = new ArrayList<>();
        try {
            Files.walkFileTree(
                    root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new Visitor(root, files));
        } catch (IOException e) {
            throw SourceException.unreadable(root, e);
        }
        files.sort(Comparator.comparing(File::name));
        return files;
    }

    private static final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;
        private final List<File> files;

        Visitor(Path root, List<File> files) {
            this.root = root;
            this.files = files;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean hidden =
                    !folder.equals(root) && folder.getFileName().toString().startsWith(".");
            return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            // With links followed, what is still a link points nowhere.
            boolean candidate = attributes.isRegularFile() || attributes.isSymbolicLink();
            if (candidate && PictureFiles.isPictureName(file.getFileName().toString())) {
                String name = root.relativize(file)
                        .toString()
                        .replace(root.getFileSystem().getSeparator().charAt(0), '/');
                files.add(new File(name, attributes.isRegularFile() ? attributes.size() : 0));
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof FileSystemLoopException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }
    }
}
