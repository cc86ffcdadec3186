package org.sekkei.inr;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A data set opened for reading: records by memory map, columns in memory. Any number of threads may read at once.
///
/// Opening checks the manifest, the shared bytes, the columns and every shard's header and footer against their
/// checksums; a record is checked each time it is asked for. The layout is in `docs/format.md`.
public final class Dataset implements AutoCloseable {
    /// Opens a complete data set.
    ///
    /// @throws java.nio.file.NoSuchFileException if there is no data set at `folder`
    /// @throws CorruptDataException if it is damaged; the message names the file and what is wrong
    /// @throws IOException if it cannot be read or its packing has not been finished
    public static Dataset open(Path folder) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Opens what has been committed of a data set, finished or not. Errors as in [#open].
    public static Dataset openPartial(Path folder) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Reads everything and tells what is damaged; goes on after a damage.
    ///
    /// @return empty if all is well
    /// @throws IOException if there is no data set at `folder` or it cannot be read
    public static List<Damage> verify(Path folder, VerifyListener listener) throws IOException {
        throw new UnsupportedOperationException();
    }

    public Path folder() {
        throw new UnsupportedOperationException();
    }

    /// Whether the packing has been finished.
    public boolean complete() {
        throw new UnsupportedOperationException();
    }

    /// How many pictures there are.
    public int size() {
        throw new UnsupportedOperationException();
    }

    /// The codec's bytes of picture `index`: a read-only view of the mapped file, valid until [#close].
    ///
    /// @throws CorruptDataException if they do not have their checksum; the message names shard and record
    public MemorySegment record(int index) throws CorruptDataException {
        throw new UnsupportedOperationException();
    }

    /// The length of [#record] in bytes, without reading it.
    public int recordBytes(int index) {
        throw new UnsupportedOperationException();
    }

    /// What the columns say about picture `index`.
    public PictureInfo info(int index) {
        throw new UnsupportedOperationException();
    }

    /// The label of picture `index`, as in [#info].
    public int label(int index) {
        throw new UnsupportedOperationException();
    }

    /// The indices of the pictures in `split`, ascending.
    public int[] indices(Split split) {
        throw new UnsupportedOperationException();
    }

    /// The name of the codec of all records.
    public String codec() {
        throw new UnsupportedOperationException();
    }

    /// A copy of the bytes that all records share.
    public byte[] shared() {
        throw new UnsupportedOperationException();
    }

    public List<String> classNames() {
        throw new UnsupportedOperationException();
    }

    public Map<String, String> attributes() {
        throw new UnsupportedOperationException();
    }

    /// The job's fingerprint, see [DatasetSpec#fingerprint].
    public String fingerprint() {
        throw new UnsupportedOperationException();
    }

    /// The source entries that did not become pictures, in the order of the source.
    public List<SkippedPicture> skipped() {
        throw new UnsupportedOperationException();
    }

    /// The lengths of all records together.
    public long payloadBytes() {
        throw new UnsupportedOperationException();
    }

    /// The lengths of all files of the data set together.
    public long bytesOnDisk() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
