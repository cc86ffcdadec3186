package org.sekkei.inr;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.sekkei.inr.internal.Columns;
import org.sekkei.inr.internal.Damages;
import org.sekkei.inr.internal.DatasetFolder;
import org.sekkei.inr.internal.Disk;
import org.sekkei.inr.internal.Manifest;
import org.sekkei.inr.internal.PictureIndex;
import org.sekkei.inr.internal.ShardEntry;
import org.sekkei.inr.internal.ShardFile;
import org.sekkei.inr.internal.Verification;

/// A data set opened for reading: records by memory map, columns in memory. Any number of threads may read at once.
///
/// Opening checks the manifest, the shared bytes, the columns and every shard's header and footer against their
/// checksums; a record is checked each time it is asked for. The layout is in `docs/format.md`.
public final class Dataset implements AutoCloseable {
    private final DatasetFolder folder;
    private final Manifest manifest;
    private final byte[] shared;
    private final Arena arena = Arena.ofShared();
    private final List<ShardFile> shards = new ArrayList<>();
    private final List<Columns> columns = new ArrayList<>();
    private final PictureIndex pictures;

    private Dataset(DatasetFolder folder, Manifest manifest) throws IOException {
        this.folder = folder;
        this.manifest = manifest;
        shared = folder.readShared(manifest);
        pictures = new PictureIndex(manifest);
        boolean opened = false;
        try {
            for (int i = 0; i < manifest.shards().size(); i++) {
                ShardEntry entry = manifest.shards().get(i);
                columns.add(folder.readColumns(
                        i, entry, manifest.spec().classNames().size()));
                shards.add(folder.mapShard(i, entry, arena));
            }
            opened = true;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    /// Opens a complete data set.
    ///
    /// @throws java.nio.file.NoSuchFileException if there is no data set at `folder`
    /// @throws CorruptDataException if it is damaged; the message names the file and what is wrong
    /// @throws IOException if it cannot be read or its packing has not been finished
    public static Dataset open(Path folder) throws IOException {
        Dataset dataset = openPartial(folder);
        if (!dataset.complete()) {
            dataset.close();
            throw new IOException(folder + " is not finished, only " + dataset.size()
                    + " pictures are packed so far: run the same pack again to go on with it");
        }
        return dataset;
    }

    /// Opens what has been committed of a data set, finished or not. Errors as in [#open].
    public static Dataset openPartial(Path folder) throws IOException {
        return openPartial(new DatasetFolder(folder, new Disk()));
    }

    /// @see #openPartial(Path)
    static Dataset openPartial(DatasetFolder folder) throws IOException {
        while (true) {
            Manifest manifest = folder.readManifest();
            try {
                return new Dataset(folder, manifest);
            } catch (NoSuchFileException e) {
                // An editor may have replaced columns since the manifest was read.
                if (folder.readManifest().equals(manifest)) {
                    throw Damages.missing(Path.of(e.getFile()));
                }
            }
        }
    }

    /// Reads everything and tells what is damaged; goes on after a damage.
    ///
    /// @return empty if all is well
    /// @throws IOException if there is no data set at `folder` or it cannot be read
    public static List<Damage> verify(Path folder, VerifyListener listener) throws IOException {
        return new Verification(new DatasetFolder(folder, new Disk()), null, listener).run();
    }

    /// As above, and decodes what every record and the shared bytes hold: what was written wrongly has the right
    /// checksum.
    ///
    /// @param codec the one whose name is [#codec()]
    public static List<Damage> verify(Path folder, Codec codec, VerifyListener listener) throws IOException {
        return new Verification(new DatasetFolder(folder, new Disk()), codec, listener).run();
    }

    public Path folder() {
        return folder.path();
    }

    /// Whether the packing has been finished.
    public boolean complete() {
        return manifest.complete();
    }

    /// How many pictures there are.
    public int size() {
        return pictures.size();
    }

    /// The codec's bytes of picture `index`: a read-only view of the mapped file, valid until [#close].
    ///
    /// @throws CorruptDataException if they do not have their checksum; the message names shard and record
    public MemorySegment record(int index) throws CorruptDataException {
        int shard = pictures.shard(index);
        return shards.get(shard).record(index - pictures.first(shard));
    }

    /// As [#record], read from its file into memory of its own: for readers that must not hold the whole data set. Of
    /// a mapped file, what was looked at stays with the process.
    ///
    /// @throws CorruptDataException if the bytes do not have their checksum; the message names shard and record
    /// @throws IOException if the file cannot be read
    public MemorySegment read(int index) throws IOException {
        int shard = pictures.shard(index);
        return shards.get(shard).read(index - pictures.first(shard));
    }

    /// The length of [#record] in bytes, without reading it.
    public int recordBytes(int index) {
        int shard = pictures.shard(index);
        return shards.get(shard).recordBytes(index - pictures.first(shard));
    }

    /// What the columns say about picture `index`.
    public PictureInfo info(int index) {
        int shard = pictures.shard(index);
        return columns.get(shard).info(index - pictures.first(shard));
    }

    /// The label of picture `index`, as in [#info].
    public int label(int index) {
        int shard = pictures.shard(index);
        return columns.get(shard).label(index - pictures.first(shard));
    }

    /// The indices of the pictures in `split`, ascending.
    public int[] indices(Split split) {
        return IntStream.range(0, size())
                .filter(index -> {
                    int shard = pictures.shard(index);
                    return columns.get(shard).split(index - pictures.first(shard)) == split;
                })
                .toArray();
    }

    /// The name of the codec of all records.
    public String codec() {
        return manifest.spec().codec();
    }

    /// A copy of the bytes that all records share.
    public byte[] shared() {
        return shared.clone();
    }

    public List<String> classNames() {
        return manifest.spec().classNames();
    }

    public Map<String, String> attributes() {
        return manifest.spec().attributes();
    }

    /// The job's fingerprint, see [DatasetSpec#fingerprint].
    public String fingerprint() {
        return manifest.spec().fingerprint();
    }

    /// The source entries that did not become pictures, in the order of the source.
    public List<SkippedPicture> skipped() {
        return columns.stream().flatMap(part -> part.skipped().stream()).toList();
    }

    /// The lengths of all records together.
    public long payloadBytes() {
        return shards.stream().mapToLong(ShardFile::payloadBytes).sum();
    }

    /// The lengths of all files of the data set together.
    public long bytesOnDisk() {
        long bytes = manifest.length() + manifest.sharedLength();
        for (ShardEntry entry : manifest.shards()) {
            bytes += entry.length() + entry.columnsLength();
        }
        return bytes;
    }

    @Override
    public void close() {
        arena.close();
    }
}
