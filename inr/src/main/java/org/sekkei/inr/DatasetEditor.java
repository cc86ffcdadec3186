package org.sekkei.inr;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.sekkei.inr.internal.Columns;
import org.sekkei.inr.internal.DatasetFolder;
import org.sekkei.inr.internal.Disk;
import org.sekkei.inr.internal.FolderLock;
import org.sekkei.inr.internal.Manifest;
import org.sekkei.inr.internal.PictureIndex;
import org.sekkei.inr.internal.ShardEntry;
import org.sekkei.inr.internal.Storage;

/// Changes the columns of a complete data set (labels, splits, boxes, metadata) without touching its shards. Not
/// thread-safe; readers that are open go on with the columns that they opened.
public final class DatasetEditor implements AutoCloseable {
    private final DatasetFolder folder;
    private final FolderLock lock;
    private final PictureIndex pictures;
    private final List<Columns> columns;
    private final TreeMap<Integer, PictureInfo> edits = new TreeMap<>();
    private Manifest manifest;
    private List<String> classNames;

    private DatasetEditor(DatasetFolder folder, FolderLock lock, Manifest manifest) throws IOException {
        this.folder = folder;
        this.lock = lock;
        this.manifest = manifest;
        pictures = new PictureIndex(manifest);
        columns = new ArrayList<>();
        classNames = manifest.spec().classNames();
        for (int shard = 0; shard < manifest.shards().size(); shard++) {
            columns.add(folder.readColumns(shard, manifest.shards().get(shard), classNames.size()));
        }
    }

    /// @throws IOException if there is no complete data set at `folder`, it is damaged, or another writer is at work
    public static DatasetEditor open(Path folder) throws IOException {
        return open(folder, new Disk());
    }

    static DatasetEditor open(Path path, Storage storage) throws IOException {
        DatasetFolder folder = new DatasetFolder(path, storage);
        folder.readManifest();
        FolderLock lock = folder.lock();
        DatasetEditor editor = null;
        try {
            Manifest manifest = folder.readManifest();
            if (!manifest.complete()) {
                throw new IOException(path + " is not finished: run the same pack again before editing it");
            }
            folder.clean(manifest);
            editor = new DatasetEditor(folder, lock, manifest);
            return editor;
        } finally {
            if (editor == null) {
                lock.close();
            }
        }
    }

    public int size() {
        return pictures.size();
    }

    /// What the columns say about picture `index`, edits included.
    public PictureInfo info(int index) {
        PictureInfo edited = edits.get(index);
        if (edited != null) {
            return edited;
        }
        int shard = pictures.shard(index);
        return columns.get(shard).info(index - pictures.first(shard));
    }

    /// Replaces what the columns say about picture `index`.
    ///
    /// @throws IllegalArgumentException if the size differs: it belongs to the record
    public void set(int index, PictureInfo info) {
        if (!info.size().equals(info(index).size())) {
            throw new IllegalArgumentException("the size of " + info.name() + " cannot be edited");
        }
        edits.put(index, info);
    }

    public List<String> classNames() {
        return classNames;
    }

    /// Replaces the class names.
    public void setClassNames(List<String> classNames) {
        this.classNames = List.copyOf(classNames);
    }

    /// Makes all edits visible to new readers at once.
    ///
    /// @throws IllegalArgumentException if a label has no class name
    /// @throws IOException if the files cannot be written; the data set is then as before, or as edited
    ///     if nothing but the confirmation failed
    public void commit() throws IOException {
        for (int index = 0; index < size(); index++) {
            PictureInfo info = info(index);
            if (info.label() >= classNames.size()) {
                throw new IllegalArgumentException(
                        info.name() + " has the label " + info.label() + " of " + classNames.size() + " classes");
            }
        }
        List<ShardEntry> shards = new ArrayList<>(manifest.shards());
        for (int shard = 0; shard < shards.size(); shard++) {
            if (edited(shard)) {
                List<PictureInfo> infos = new ArrayList<>();
                for (int i = pictures.first(shard); i < pictures.first(shard + 1); i++) {
                    infos.add(info(i));
                }
                shards.set(
                        shard,
                        folder.writeColumns(
                                shard,
                                shards.get(shard).nextRevision(),
                                infos,
                                columns.get(shard).skipped()));
            }
        }
        Manifest next = manifest.withClassNames(classNames).withShards(shards);
        folder.commit(manifest, next);
        manifest = next;
        for (int shard = 0; shard < shards.size(); shard++) {
            if (edited(shard)) {
                columns.set(shard, folder.readColumns(shard, shards.get(shard), classNames.size()));
            }
        }
        edits.clear();
        folder.clean(manifest);
    }

    private boolean edited(int shard) {
        Integer next = edits.ceilingKey(pictures.first(shard));
        return next != null && next < pictures.first(shard + 1);
    }

    /// Forgets edits that were not committed and lets other writers in.
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
