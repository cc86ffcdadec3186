package org.sekkei.pictures;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file mapped for reading: any number of threads can read at any place, no file descriptor stays open, and the
/// mapping goes when nobody refers to it any more.
record MappedFile(Path path, MemorySegment bytes) {
    static MappedFile open(Path path) throws SourceException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new MappedFile(path, channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()));
        } catch (IOException e) {
            throw SourceException.unreadable(path, e);
        }
    }

    long size() {
        return bytes.byteSize();
    }

    byte[] read(long offset, int length) throws IOException {
        byte[] target = new byte[length];
        try {
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset, target, 0, length);
        } catch (InternalError e) {
            // What the JVM makes of a page fault that the file cannot answer.
            throw new IOException(path + " cannot be read at byte " + offset + "; it may have been shortened.", e);
        }
        return target;
    }
}
