package org.sekkei.models.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A file of which ranges are read or mapped, each compared with the file's length first.
final class CheckpointFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final long size;
    private final List<CheckpointFile> others = new ArrayList<>();

    private CheckpointFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    /// @throws CheckpointException if there is no such file
    static CheckpointFile open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new CheckpointException(path, "is a folder; give the file with the weights");
        }
        if (!Files.isRegularFile(path)) {
            throw new CheckpointException(path, "there is no such file");
        }
        FileChannel channel = FileChannel.open(path);
        try {
            return new CheckpointFile(path, channel, channel.size());
        } catch (IOException error) {
            channel.close();
            throw error;
        }
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
    }

    /// A copy of some bytes, to be read as little-endian.
    ///
    /// @throws CheckpointException if the file ends before them
    ByteBuffer read(long offset, int length) throws IOException {
        requireInside(offset, length);
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw problem("became shorter while it was read");
            }
        }
        return bytes.flip();
    }

    /// Some bytes without a copy, until the arena is closed.
    ///
    /// @throws CheckpointException if the file ends before them
    MemorySegment map(long offset, long length, Arena arena) throws IOException {
        requireInside(offset, length);
        if (offset + length > channel.size()) {
            throw problem("became shorter while it was read");
        }
        return channel.map(FileChannel.MapMode.READ_ONLY, offset, length, arena);
    }

    /// Another file of the same folder, which is closed with this one.
    ///
    /// @throws CheckpointException if there is no such file
    CheckpointFile openBeside(String name) throws IOException {
        Path beside = path.resolveSibling(name);
        if (!Files.isRegularFile(beside)) {
            throw problem("needs " + name + " beside it, which is not there");
        }
        CheckpointFile other = open(beside);
        others.add(other);
        return other;
    }

    CheckpointException problem(String sentence) {
        return new CheckpointException(path, sentence);
    }

    private void requireInside(long offset, long length) throws CheckpointException {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw problem("ends at byte " + size + ", before the " + length + " bytes that should begin at byte "
                    + offset + "; copy or download it again");
        }
    }

    @Override
    public void close() throws IOException {
        for (CheckpointFile other : others) {
            other.close();
        }
        channel.close();
    }
}
