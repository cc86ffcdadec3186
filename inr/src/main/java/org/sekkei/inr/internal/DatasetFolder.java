package org.sekkei.inr.internal;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sekkei.inr.DatasetSpec;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.SkippedPicture;

/// The folder of a data set: the names of its files, and how they are written so that the disk holds either the old
/// data
/// set or the new one.
public final class DatasetFolder {
    private static final String MANIFEST = "manifest.bin";
    private static final String SHARED = "shared.bin";
    private static final String LOCK = "lock";
    private static final String TEMPORARY = ".tmp";
    private static final Pattern SHARD = Pattern.compile("\\d{6,}\\.shard");
    private static final Pattern COLUMNS = Pattern.compile("\\d{6,}\\.\\d+\\.columns");

    private final Path path;
    private final Storage storage;

    public DatasetFolder(Path path, Storage storage) {
        this.path = path;
        this.storage = storage;
    }

    public Path path() {
        return path;
    }

    public Path manifest() {
        return path.resolve(MANIFEST);
    }

    public Path shared() {
        return path.resolve(SHARED);
    }

    public Path shard(int shard) {
        return path.resolve(shardName(shard));
    }

    public Path columns(int shard, long revision) {
        return path.resolve(columnsName(shard, revision));
    }

    private static String shardName(int shard) {
        return String.format(Locale.ROOT, "%06d.shard", shard);
    }

    private static String columnsName(int shard, long revision) {
        return String.format(Locale.ROOT, "%06d.%d.columns", shard, revision);
    }

    /// Reads the manifest.
    ///
    /// @throws NoSuchFileException if there is none, with a reason for people
    public Manifest readManifest() throws IOException {
        if (!Files.isDirectory(path)) {
            throw new NoSuchFileException(path.toString(), null, "there is no data set here");
        }
        try {
            return Manifest.read(manifest());
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(
                    path.toString(), null, "this folder is not a data set, it has no " + MANIFEST);
        }
    }

    public byte[] readShared(Manifest manifest) throws IOException {
        SealedFile sealed = SealedFile.read(shared(), FileHeader.SHARED);
        if (sealed.length() != manifest.sharedLength() || sealed.checksum() != manifest.sharedChecksum()) {
            throw Damages.in(shared(), "it is not the one that the manifest names");
        }
        return sealed.body();
    }

    /// The columns of a shard as `entry` of the manifest names them.
    public Columns readColumns(int shard, ShardEntry entry, int classes) throws IOException {
        Path file = columns(shard, entry.revision());
        Columns columns = Columns.read(file);
        if (columns.size() != entry.pictures()
                || columns.length() != entry.columnsLength()
                || columns.checksum() != entry.columnsChecksum()) {
            throw Damages.in(file, "they are not the columns that the manifest names");
        }
        for (int i = 0; i < columns.size(); i++) {
            if (columns.label(i) >= classes) {
                throw Damages.in(file, "picture " + i + " has the label " + columns.label(i) + " of " + classes);
            }
        }
        return columns;
    }

    /// The shard as `entry` of the manifest names it.
    ///
    /// @param arena unmaps it
    public ShardFile mapShard(int shard, ShardEntry entry, Arena arena) throws IOException {
        ShardFile mapped = ShardFile.map(shard(shard), arena);
        if (mapped.size() != entry.pictures()
                || mapped.length() != entry.length()
                || mapped.checksum() != entry.checksum()) {
            throw Damages.in(shard(shard), "it is not the shard that the manifest names");
        }
        return mapped;
    }

    /// Makes the folder if it is missing.
    ///
    /// @return whether it was missing
    public boolean create() throws IOException {
        if (Files.isDirectory(path)) {
            return false;
        }
        if (Files.exists(path)) {
            throw new IOException(path + " is a file: name a new folder for the data set");
        }
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new IOException("there is no folder " + parent + " to make " + path + " in: make it first");
        }
        try {
            storage.createFolder(path);
            force(parent);
        } catch (IOException e) {
            throw new IOException(path + " cannot be made: " + reason(e), e);
        }
        return true;
    }

    /// Makes sure that the new folder is on the disk, or removes it.
    private void force(Path parent) throws IOException {
        try {
            storage.forceFolder(parent);
        } catch (IOException e) {
            storage.removeFolder(path);
            throw e;
        }
    }

    /// Removes the folder if nothing is in it.
    public void remove() throws IOException {
        storage.removeFolder(path);
    }

    /// Refuses a folder that has no manifest but things that a new data set would get mixed up with.
    public void refuseOthers() throws IOException {
        for (String name : names()) {
            if (SHARD.matcher(name).matches()) {
                throw new IOException(path + " holds shards but no " + MANIFEST
                        + ": restore it from a copy, or delete the folder to pack anew");
            }
            if (!isLeftover(name, Set.of()) && !name.equals(LOCK)) {
                throw new IOException(
                        path + " already holds other files, such as " + name + ": name a new folder for the data set");
            }
        }
    }

    /// Removes what a writer left behind that stopped before there was a manifest.
    public void clean() throws IOException {
        clean(Set.of());
    }

    /// Removes what stopped writers left behind: temporary files, and files that `manifest` does not name.
    public void clean(Manifest manifest) throws IOException {
        Set<String> named = new HashSet<>(List.of(MANIFEST, SHARED));
        for (int shard = 0; shard < manifest.shards().size(); shard++) {
            named.add(shardName(shard));
            named.add(columnsName(shard, manifest.shards().get(shard).revision()));
        }
        clean(named);
    }

    private void clean(Set<String> named) throws IOException {
        for (String name : names()) {
            if (isLeftover(name, named)) {
                storage.delete(path.resolve(name));
            }
        }
    }

    private static boolean isLeftover(String name, Set<String> named) {
        String target = name.endsWith(TEMPORARY) ? name.substring(0, name.length() - TEMPORARY.length()) : name;
        boolean ours = target.equals(MANIFEST)
                || target.equals(SHARED)
                || SHARD.matcher(target).matches()
                || COLUMNS.matcher(target).matches();
        return ours && !named.contains(name);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /// Takes the right to write, which [FolderLock#close] gives back.
    public FolderLock lock() throws IOException {
        return FolderLock.take(path.resolve(LOCK), storage);
    }

    /// Writes the files of a new, empty data set and commits it.
    public Manifest begin(DatasetSpec spec, byte[] shared) throws IOException {
        SealedFile sealed = SealedFile.of(shared);
        write(SHARED, out -> sealed.write(out, FileHeader.SHARED));
        Manifest manifest = new Manifest(spec, false, sealed.length(), sealed.checksum(), List.of());
        publish(manifest);
        return manifest;
    }

    /// Writes the next shard; it counts once a manifest with the returned entry is committed.
    public ShardEntry writeShard(
            int shard, List<MemorySegment> records, List<PictureInfo> infos, List<SkippedPicture> skipped)
            throws IOException {
        int[] checksum = new int[1];
        write(shardName(shard), out -> checksum[0] = ShardFile.write(out, records));
        long length = Files.size(shard(shard));
        return writeColumns(shard, new ShardEntry(length, records.size(), checksum[0], 0, 0, 0), infos, skipped);
    }

    /// Writes the columns of a shard under the name that `entry`'s revision gives.
    public ShardEntry writeColumns(int shard, ShardEntry entry, List<PictureInfo> infos, List<SkippedPicture> skipped)
            throws IOException {
        SealedFile sealed = Columns.encode(infos, skipped);
        write(columnsName(shard, entry.revision()), out -> sealed.write(out, FileHeader.COLUMNS));
        return new ShardEntry(
                entry.length(),
                entry.pictures(),
                entry.checksum(),
                entry.revision(),
                sealed.length(),
                sealed.checksum());
    }

    /// Puts `next` in the place of `current`: this is the moment at which a change happens.
    ///
    /// @throws IOException if the manifest is no longer `current`
    public void commit(Manifest current, Manifest next) throws IOException {
        if (!readManifest().equals(current)) {
            throw new IOException("another writer has changed " + path + ": let only one write at a time");
        }
        publish(next);
    }

    private void publish(Manifest manifest) throws IOException {
        // What the manifest names must have reached the disk before the manifest does.
        storage.forceFolder(path);
        SealedFile sealed = manifest.encode();
        write(MANIFEST, out -> sealed.write(out, FileHeader.MANIFEST));
        storage.forceFolder(path);
    }

    private void write(String name, Content content) throws IOException {
        Path temporary = path.resolve(name + TEMPORARY);
        try {
            try (Storage.Output file = storage.create(temporary)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(file), 1 << 16);
                content.write(out);
                out.flush();
                file.force();
            }
            storage.rename(temporary, path.resolve(name));
        } catch (IOException e) {
            try {
                storage.delete(temporary);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw new IOException(
                    path.resolve(name) + " cannot be written: " + reason(e)
                            + "; what was committed before is safe: remove the cause and run the same again",
                    e);
        }
    }

    @FunctionalInterface
    private interface Content {
        void write(OutputStream out) throws IOException;
    }

    /// Why, in words: the messages of file system exceptions may be no more than a file's name.
    static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "access is denied";
            case FileSystemException other when other.getReason() != null -> String.valueOf(other.getReason());
            case FileSystemException other -> other.getClass().getSimpleName();
            default -> String.valueOf(e.getMessage());
        };
    }
}
