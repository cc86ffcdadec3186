package org.sekkei.inr;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Packs pictures into a data set, shard by shard. A shard is safe once [#writeShard] has returned: whatever stops the
/// process later, a new writer with the same spec goes on after it, and the finished data set is the same, byte for
/// byte, however often the packing was stopped. Not thread-safe.
///
/// ```
/// try (DatasetWriter writer = DatasetWriter.open(folder, spec, () -> learnStart())) {
///     for (int shard = writer.committedShards(); shard < shards; shard++) {
///         writer.writeShard(encode(shard), skipped(shard));
///     }
///     writer.finish();
/// }
/// ```
public final class DatasetWriter implements AutoCloseable {
    /// Begins a data set, or goes on with the unfinished one in `folder`. Temporary files that a stopped writer left
    /// behind are removed.
    ///
    /// @param folder is made if it is missing
    /// @param shared is only asked if the data set is new
    /// @throws IOException if `folder` holds a data set of another job, another writer is at work there,
    ///     or it cannot be written
    /// @throws CorruptDataException if the unfinished data set is damaged
    public static DatasetWriter open(Path folder, DatasetSpec spec, SharedBytes shared) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// How many shards are safe; the next [#writeShard] writes the shard of this index.
    public int committedShards() {
        throw new UnsupportedOperationException();
    }

    /// How many pictures are safe.
    public int committedPictures() {
        throw new UnsupportedOperationException();
    }

    /// Whether the data set was or has been finished. Then nothing can be added.
    public boolean complete() {
        throw new UnsupportedOperationException();
    }

    /// A copy of the bytes that all records share: those of the unfinished data set, or those just made.
    public byte[] shared() {
        throw new UnsupportedOperationException();
    }

    /// Writes and commits the next shard.
    ///
    /// @param pictures may be empty
    /// @param skipped the source entries between these pictures that were left out
    /// @throws IOException if it cannot be written, for instance because the disk is full. What was committed
    ///     before stays; close this writer and open a new one to go on
    public void writeShard(List<PackedPicture> pictures, List<SkippedPicture> skipped) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Declares the data set complete; does nothing if it is already.
    ///
    /// @throws IOException as [#writeShard]
    public void finish() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Lets other writers in. An unfinished data set stays as it is.
    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
