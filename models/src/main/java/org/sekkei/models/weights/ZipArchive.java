package org.sekkei.models.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The members of a zip archive (PKWARE APPNOTE 6.3), with zip64. The JDK's reader does not tell where in the file a
/// member lies, which mapping needs.
///
/// Members that share bytes, lie outside of the file or expand beyond reason are refused.
final class ZipArchive {
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_LENGTH = 22;
    private static final int LONGEST_COMMENT = 0xffff;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int END64_LENGTH = 56;
    private static final int LOCATOR_SIGNATURE = 0x07064b50;
    private static final int LOCATOR_LENGTH = 20;
    private static final int ENTRY_SIGNATURE = 0x02014b50;
    private static final int ENTRY_LENGTH = 46;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int LOCAL_LENGTH = 30;
    private static final int ZIP64_FIELD = 1;
    private static final int ENCRYPTED = 1;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;

    private static final int LARGEST_DIRECTORY = 32 << 20;
    // Weights hardly shrink; what expands a hundredfold is made to fill the memory.
    private static final long LARGEST_EXPANSION = 100;
    private static final long ALWAYS_ALLOWED = 64L << 20;

    /// @param directoryOffset where the central directory begins
    private record End(long directoryOffset, long directoryLength, long count) {}

    private record Entry(String name, int flags, int method, long crc, long compressed, long bytes, long local) {}

    private record Range(String name, long begin, long end) {}

    private final CheckpointFile file;
    private final SequencedMap<String, Storage> members = new LinkedHashMap<>();

    private ZipArchive(CheckpointFile file) {
        this.file = file;
    }

    /// Reads the directory.
    ///
    /// @throws CheckpointException if the archive is damaged or hostile
    static ZipArchive read(CheckpointFile file) throws IOException {
        ZipArchive archive = new ZipArchive(file);
        archive.readDirectory();
        return archive;
    }

    /// The members by name, in the directory's order.
    SequencedMap<String, Storage> members() {
        return members;
    }

    private void readDirectory() throws IOException {
        End end = end();
        if (end.directoryLength > LARGEST_DIRECTORY) {
            throw file.problem("has a directory of " + end.directoryLength + " bytes; no checkpoint needs more than "
                    + LARGEST_DIRECTORY);
        }
        ByteBuffer directory = file.read(end.directoryOffset, (int) end.directoryLength);
        List<Range> ranges = new ArrayList<>();
        for (long i = 0; i < end.count; i++) {
            Entry entry = entry(directory);
            Storage data = new Storage.InFile(file, dataOffset(entry, end.directoryOffset), entry.compressed);
            ranges.add(new Range(entry.name, entry.local, ((Storage.InFile) data).begin() + entry.compressed));
            if (members.putIfAbsent(entry.name, expanded(entry, data)) != null) {
                throw file.problem("has two members named " + entry.name);
            }
        }
        requireDisjoint(ranges);
    }

    private Storage expanded(Entry entry, Storage data) throws CheckpointException {
        if ((entry.flags & ENCRYPTED) != 0) {
            throw file.problem("member " + entry.name + " is encrypted; decrypt it first");
        }
        return switch (entry.method) {
            case STORED -> {
                if (entry.bytes != entry.compressed) {
                    throw file.problem(
                            "member " + entry.name + " has " + entry.compressed + " bytes instead of " + entry.bytes);
                }
                yield data;
            }
            case DEFLATED -> {
                if (entry.bytes > ALWAYS_ALLOWED && entry.bytes / LARGEST_EXPANSION > entry.compressed) {
                    throw file.problem("member " + entry.name + " of " + entry.compressed + " bytes would expand to "
                            + entry.bytes + ", which no weights do; it is not loaded");
                }
                yield new Deflated(file, entry.name, data, entry.bytes, entry.crc);
            }
            default ->
                throw file.problem("member " + entry.name + " is compressed by method " + entry.method
                        + ", which is not supported; save it without compression");
        };
    }

    private End end() throws IOException {
        int length = (int) Math.min(file.size(), END_LENGTH + LONGEST_COMMENT);
        long begin = file.size() - length;
        ByteBuffer tail = file.read(begin, length);
        for (int at = length - END_LENGTH; at >= 0; at--) {
            if (tail.getInt(at) == END_SIGNATURE
                    && at + END_LENGTH + Short.toUnsignedInt(tail.getShort(at + 20)) == length) {
                int count = Short.toUnsignedInt(tail.getShort(at + 10));
                long size = Integer.toUnsignedLong(tail.getInt(at + 12));
                long offset = Integer.toUnsignedLong(tail.getInt(at + 16));
                End end64 = end64(begin + at);
                End end = end64 != null ? end64 : new End(offset, size, count);
                if (end.directoryOffset < 0
                        || end.directoryLength < 0
                        || end.directoryOffset > begin + at - end.directoryLength
                        || end.count < 0
                        || end.count > end.directoryLength / ENTRY_LENGTH) {
                    throw file.problem("has a zip directory that does not lie in the file; copy or download it again");
                }
                return end;
            }
        }
        throw file.problem("is a zip archive without its end; copy or download it again");
    }

    private @Nullable End end64(long endOffset) throws IOException {
        long locatorOffset = endOffset - LOCATOR_LENGTH;
        if (locatorOffset < 0) {
            return null;
        }
        ByteBuffer locator = file.read(locatorOffset, LOCATOR_LENGTH);
        if (locator.getInt(0) != LOCATOR_SIGNATURE) {
            return null;
        }
        long offset = locator.getLong(8);
        if (offset < 0 || offset > locatorOffset - END64_LENGTH) {
            throw file.problem("has a zip64 end that does not lie in the file; copy or download it again");
        }
        ByteBuffer end = file.read(offset, END64_LENGTH);
        if (end.getInt(0) != END64_SIGNATURE) {
            throw file.problem("has no zip64 end where it should be; copy or download it again");
        }
        return new End(end.getLong(48), end.getLong(40), end.getLong(32));
    }

    private Entry entry(ByteBuffer directory) throws CheckpointException {
        if (directory.remaining() < ENTRY_LENGTH || directory.getInt(directory.position()) != ENTRY_SIGNATURE) {
            throw file.problem("has a damaged zip directory; copy or download it again");
        }
        ByteBuffer fixed = directory.slice(directory.position(), ENTRY_LENGTH).order(directory.order());
        int nameLength = Short.toUnsignedInt(fixed.getShort(28));
        int extraLength = Short.toUnsignedInt(fixed.getShort(30));
        int commentLength = Short.toUnsignedInt(fixed.getShort(32));
        if (directory.remaining() < ENTRY_LENGTH + nameLength + extraLength + commentLength) {
            throw file.problem("has a damaged zip directory; copy or download it again");
        }
        directory.position(directory.position() + ENTRY_LENGTH);
        byte[] name = new byte[nameLength];
        directory.get(name);
        ByteBuffer extra = directory.slice(directory.position(), extraLength).order(directory.order());
        directory.position(directory.position() + extraLength + commentLength);
        // What does not fit the fixed fields stands, in this order, in the zip64 field.
        ByteBuffer wide = zip64(extra);
        long bytes = widened(fixed.getInt(24), wide);
        long compressed = widened(fixed.getInt(20), wide);
        long local = widened(fixed.getInt(42), wide);
        return new Entry(
                new String(name, StandardCharsets.UTF_8),
                Short.toUnsignedInt(fixed.getShort(8)),
                Short.toUnsignedInt(fixed.getShort(10)),
                Integer.toUnsignedLong(fixed.getInt(16)),
                compressed,
                bytes,
                local);
    }

    private static ByteBuffer zip64(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int id = Short.toUnsignedInt(extra.getShort());
            int length = Math.min(Short.toUnsignedInt(extra.getShort()), extra.remaining());
            if (id == ZIP64_FIELD) {
                return extra.slice(extra.position(), length).order(extra.order());
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    private long widened(int value, ByteBuffer wide) throws CheckpointException {
        if (value != -1) {
            return Integer.toUnsignedLong(value);
        }
        if (wide.remaining() < Long.BYTES) {
            throw file.problem("has a zip directory without a size that it needs; copy or download it again");
        }
        return wide.getLong();
    }

    private long dataOffset(Entry entry, long limit) throws IOException {
        if (entry.local < 0 || entry.local > limit - LOCAL_LENGTH) {
            throw outside(entry);
        }
        ByteBuffer header = file.read(entry.local, LOCAL_LENGTH);
        if (header.getInt(0) != LOCAL_SIGNATURE) {
            throw file.problem("has no member " + entry.name + " where the directory says; copy or download it again");
        }
        long data = entry.local
                + LOCAL_LENGTH
                + Short.toUnsignedInt(header.getShort(26))
                + Short.toUnsignedInt(header.getShort(28));
        if (entry.compressed < 0 || entry.bytes < 0 || data > limit - entry.compressed) {
            throw outside(entry);
        }
        return data;
    }

    private CheckpointException outside(Entry entry) {
        return file.problem("member " + entry.name + " of " + entry.compressed + " bytes at byte " + entry.local
                + " does not lie in the file; copy or download it again");
    }

    private void requireDisjoint(List<Range> ranges) throws CheckpointException {
        ranges.sort(Comparator.comparingLong(Range::begin));
        for (int i = 1; i < ranges.size(); i++) {
            if (ranges.get(i).begin < ranges.get(i - 1).end) {
                throw file.problem("members " + ranges.get(i - 1).name + " and " + ranges.get(i).name
                        + " share bytes; it is not loaded");
            }
        }
    }
}
