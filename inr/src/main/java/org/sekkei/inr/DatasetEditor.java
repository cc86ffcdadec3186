package org.sekkei.inr;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Changes the columns of a complete data set (labels, splits, boxes, metadata) without touching its shards. Not
/// thread-safe; readers that are open go on with the columns that they opened.
public final class DatasetEditor implements AutoCloseable {
    /// @throws IOException if there is no complete data set at `folder`, it is damaged, or another writer is at work
    public static DatasetEditor open(Path folder) throws IOException {
        throw new UnsupportedOperationException();
    }

    public int size() {
        throw new UnsupportedOperationException();
    }

    /// What the columns say about picture `index`, edits included.
    public PictureInfo info(int index) {
        throw new UnsupportedOperationException();
    }

    /// Replaces what the columns say about picture `index`.
    ///
    /// @throws IllegalArgumentException if the size differs: it belongs to the record
    public void set(int index, PictureInfo info) {
        throw new UnsupportedOperationException();
    }

    public List<String> classNames() {
        throw new UnsupportedOperationException();
    }

    /// Replaces the class names.
    public void setClassNames(List<String> classNames) {
        throw new UnsupportedOperationException();
    }

    /// Makes all edits visible to new readers at once.
    ///
    /// @throws IOException if a label has no class name, or the files cannot be written; then the
    ///     data set is as before
    public void commit() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Forgets edits that were not committed and lets other writers in.
    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
