package org.sekkei.inr;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.internal.DatasetFolder;
import org.sekkei.inr.internal.Disk;
import org.sekkei.inr.internal.FolderLock;
import org.sekkei.inr.internal.Manifest;
import org.sekkei.inr.internal.ShardEntry;
import org.sekkei.inr.internal.Storage;

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
    private final DatasetFolder folder;
    private final FolderLock lock;
    private final byte[] shared;
    private Manifest manifest;

    private DatasetWriter(DatasetFolder folder, FolderLock lock, Manifest manifest, byte[] shared) {
        this.folder = folder;
        this.lock = lock;
        this.manifest = manifest;
        this.shared = shared;
    }

    /// Begins a data set, or goes on with the unfinished one in `folder`. Temporary files that a stopped writer left
    /// behind are removed.
    ///
    /// @param folder is made if it is missing, and removed again if this fails before the data set has begun
    /// @param shared is only asked if the data set is new
    /// @throws IOException if `folder` holds a data set of another job, another writer is at work there,
    ///     or it cannot be written
    /// @throws CorruptDataException if the unfinished data set is damaged
    public static DatasetWriter open(Path folder, DatasetSpec spec, SharedBytes shared) throws IOException {
        return open(folder, spec, shared, new Disk());
    }

    static DatasetWriter open(Path path, DatasetSpec spec, SharedBytes shared, Storage storage) throws IOException {
        DatasetFolder folder = new DatasetFolder(path, storage);
        boolean made = folder.create();
        try {
            return open(folder, spec, shared);
        } catch (IOException | RuntimeException | Error failure) {
            if (made && !Files.exists(folder.manifest())) {
                orSuppressed(failure, folder::remove);
            }
            throw failure;
        }
    }

    private static DatasetWriter open(DatasetFolder folder, DatasetSpec spec, SharedBytes shared) throws IOException {
        if (!Files.exists(folder.manifest())) {
            folder.refuseOthers();
        }
        FolderLock lock = folder.lock();
        try {
            DatasetWriter writer =
                    Files.exists(folder.manifest()) ? resume(folder, lock, spec) : begin(folder, lock, spec, shared);
            folder.clean(writer.manifest);
            return writer;
        } catch (IOException | RuntimeException | Error failure) {
            if (!Files.exists(folder.manifest())) {
                orSuppressed(failure, folder::clean);
            }
            orSuppressed(failure, lock::close);
            throw failure;
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /// A step after a failure, which says more than the step's own.
    private static void orSuppressed(Throwable failure, Step step) {
        try {
            step.run();
        } catch (IOException second) {
            failure.addSuppressed(second);
        }
    }

    private static DatasetWriter begin(DatasetFolder folder, FolderLock lock, DatasetSpec spec, SharedBytes shared)
            throws IOException {
        byte[] bytes = shared.compute().clone();
        return new DatasetWriter(folder, lock, folder.begin(spec, bytes), bytes);
    }

    private static DatasetWriter resume(DatasetFolder folder, FolderLock lock, DatasetSpec spec) throws IOException {
        try (Dataset committed = Dataset.openPartial(folder)) {
            refuseOtherJob(folder.path(), committed, spec);
            return new DatasetWriter(folder, lock, folder.readManifest(), committed.shared());
        }
    }

    private static void refuseOtherJob(Path path, Dataset committed, DatasetSpec spec) throws IOException {
        String difference = null;
        if (!committed.codec().equals(spec.codec())) {
            difference = "codec " + committed.codec() + " instead of " + spec.codec();
        }
        TreeSet<String> keys = new TreeSet<>(committed.attributes().keySet());
        keys.addAll(spec.attributes().keySet());
        keys.remove(DatasetSpec.SOURCE);
        for (String key : keys) {
            @Nullable String there = committed.attributes().get(key);
            @Nullable String here = spec.attributes().get(key);
            if (difference == null && !Objects.equals(there, here)) {
                difference = key + " " + there + " instead of " + here;
            }
        }
        // A complete data set may have been edited since.
        if (difference == null
                && !committed.complete()
                && !committed.classNames().equals(spec.classNames())) {
            difference = "other class names";
        }
        if (difference == null && !committed.fingerprint().equals(spec.fingerprint())) {
            difference = "other pictures or options";
        }
        if (difference != null) {
            throw new IOException(path + " holds the data set of another job (" + difference
                    + "): name another folder, or delete this one");
        }
    }

    /// How many shards are safe; the next [#writeShard] writes the shard of this index.
    public int committedShards() {
        return manifest.shards().size();
    }

    /// How many pictures are safe.
    public int committedPictures() {
        return manifest.pictures();
    }

    /// Whether the data set was or has been finished. Then nothing can be added.
    public boolean complete() {
        return manifest.complete();
    }

    /// A copy of the bytes that all records share: those of the unfinished data set, or those just made.
    public byte[] shared() {
        return shared.clone();
    }

    /// Writes and commits the next shard.
    ///
    /// @param pictures may be empty
    /// @param skipped the source entries between these pictures that were left out
    /// @throws IOException if it cannot be written, for instance because the disk is full. What was committed
    ///     before stays; close this writer and open a new one to go on
    public void writeShard(List<PackedPicture> pictures, List<SkippedPicture> skipped) throws IOException {
        if (complete()) {
            throw new IllegalStateException(folder.path() + " is complete");
        }
        List<PictureInfo> infos = pictures.stream().map(PackedPicture::info).toList();
        int classes = manifest.spec().classNames().size();
        for (PictureInfo info : infos) {
            if (info.label() >= classes) {
                throw new IllegalArgumentException(
                        info.name() + " has the label " + info.label() + " of " + classes + " classes");
            }
        }
        Math.addExact(committedPictures(), pictures.size());
        List<MemorySegment> records =
                pictures.stream().map(PackedPicture::record).toList();
        ShardEntry shard = folder.writeShard(committedShards(), records, infos, skipped);
        commit(manifest.withShard(shard));
    }

    /// Declares the data set complete; does nothing if it is already.
    ///
    /// @throws IOException as [#writeShard]
    public void finish() throws IOException {
        if (!complete()) {
            commit(manifest.finished());
        }
    }

    /// Lets other writers in. An unfinished data set stays as it is.
    @Override
    public void close() throws IOException {
        lock.close();
    }

    private void commit(Manifest next) throws IOException {
        folder.commit(manifest, next);
        manifest = next;
    }
}
