package org.sekkei.inr.internal;

import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The right to write to a folder: a lock of the operating system on a file in it, so that it ends with the process
/// however that ends. The file itself is only there while someone writes, or was killed while writing.
public final class FolderLock implements Closeable {
    private final Path file;
    private final Storage storage;
    private final FileChannel channel;

    private FolderLock(Path file, Storage storage, FileChannel channel) {
        this.file = file;
        this.storage = storage;
        this.channel = channel;
    }

    static FolderLock take(Path file, Storage storage) throws IOException {
        while (true) {
            try {
                Files.createFile(file);
            } catch (FileAlreadyExistsException e) {
                // Left by a killed writer, or held: the lock tells.
            }
            try {
                Object key = key(file);
                FileChannel channel = FileChannel.open(file, WRITE);
                if (!locked(channel)) {
                    channel.close();
                    throw new IOException("another writer is at work in " + file.getParent() + ": wait until it ends");
                }
                if (Objects.equals(key, key(file))) {
                    return new FolderLock(file, storage, channel);
                }
                // The former writer removed the file between opening and locking it: this lock keeps nobody out.
                channel.close();
            } catch (NoSuchFileException e) {
                // The former writer has just removed the file.
            }
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            @Nullable FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            storage.delete(file);
        }
    }
}
