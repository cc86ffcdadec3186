package org.sekkei.pictures;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Lists the files in a tar archive by its headers alone: ustar, pax (POSIX.1-2001) and GNU's long names and large
/// sizes. Every length is checked against the file's before it is used.
final class TarIndex {
    private static final int BLOCK = 512;

    /// Names and pax records are short; what claims more is damaged.
    private static final int MAX_EXTENSION = 1 << 20;

    /// @param offset of the content in the archive
    record Member(String name, long offset, long length) {}

    private final MappedFile file;
    private final List<Member> members = new ArrayList<>();
    /// What pax records say about the next member, over what global ones say about all that follow.
    private final Map<String, String> nextPax = new HashMap<>();

    private final Map<String, String> globalPax = new HashMap<>();
    private @Nullable String nextGnuName;

    private TarIndex(MappedFile file) {
        this.file = file;
    }

    /// The regular files in the archive, in its order.
    ///
    /// @throws SourceException if the archive is truncated or damaged
    static List<Member> read(MappedFile file) throws SourceException {
        TarIndex index = new TarIndex(file);
        index.scan();
        return List.copyOf(index.members);
    }

    private void scan() throws SourceException {
        long at = 0;
        while (true) {
            if (at + BLOCK > file.size()) {
                throw truncated(at == 0 ? "it is shorter than a header" : "the end mark is missing");
            }
            MemorySegment header = file.bytes().asSlice(at, BLOCK);
            if (isZero(header)) {
                return;
            }
            checkChecksum(header, at);
            long content = at + BLOCK;
            char type = (char) header.get(ValueLayout.JAVA_BYTE, 156);
            boolean extension = type == 'x' || type == 'g' || type == 'L' || type == 'K';
            String name = extension ? "an extended header" : name(header, at);
            long length = length(header, at, type);
            if (length > file.size() - content) {
                throw truncated(name + " ends " + (length - (file.size() - content)) + " bytes after the archive");
            }
            if (extension) {
                readExtension(type, content, length, at);
            } else {
                if (type == '0' || type == 0 || type == '7') {
                    members.add(new Member(name, content, length));
                } else if (type == 'S' || nextPax.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse."))) {
                    throw new SourceException(file.path() + " stores " + name
                            + " as a sparse file, which is not supported; make the archive again without --sparse.");
                }
                nextPax.clear();
                nextGnuName = null;
            }
            // The padding of the last member may be cut off without a loss, but then so is the end mark.
            at = content + (length + BLOCK - 1) / BLOCK * BLOCK;
        }
    }

    private static boolean isZero(MemorySegment block) {
        for (long at = 0; at < BLOCK; at += Long.BYTES) {
            if (block.get(ValueLayout.JAVA_LONG_UNALIGNED, at) != 0) {
                return false;
            }
        }
        return true;
    }

    /// The sum of a header's bytes with the checksum's own eight taken as spaces. Some old writers summed
    /// signed bytes.
    private void checkChecksum(MemorySegment header, long at) throws SourceException {
        long unsigned = 0;
        long signed = 0;
        for (int index = 0; index < BLOCK; index++) {
            byte value = index >= 148 && index < 156 ? (byte) ' ' : header.get(ValueLayout.JAVA_BYTE, index);
            unsigned += Byte.toUnsignedInt(value);
            signed += value;
        }
        long stored = number(header, 148, 8, at);
        if (stored != unsigned && stored != signed) {
            throw at == 0
                    ? new SourceException(file.path() + " is no tar archive; if it is compressed, unpack it first.")
                    : damaged(at, "a wrong checksum");
        }
    }

    private long length(MemorySegment header, long at, char type) throws SourceException {
        String pax = type == 'x' || type == 'g' ? null : pax("size");
        long length;
        if (pax == null) {
            length = number(header, 124, 12, at);
        } else {
            try {
                length = Long.parseLong(pax);
            } catch (NumberFormatException e) {
                throw damaged(at, "the length \"" + pax + "\"");
            }
        }
        if (length < 0 || length > Long.MAX_VALUE / 2) {
            throw damaged(at, "an impossible length");
        }
        // Links, devices and folders have no content, whatever their length says.
        return type >= '1' && type <= '6' ? 0 : length;
    }

    /// A number in octal digits, or GNU's big-endian form that begins with the bit 0x80.
    private long number(MemorySegment header, int offset, int width, long at) throws SourceException {
        byte first = header.get(ValueLayout.JAVA_BYTE, offset);
        if ((first & 0x80) != 0) {
            long value = first & 0x7f;
            for (int index = 1; index < width; index++) {
                if (value >> 54 != 0) {
                    throw damaged(at, "an impossible number");
                }
                value = value << 8 | Byte.toUnsignedInt(header.get(ValueLayout.JAVA_BYTE, offset + index));
            }
            return value;
        }
        String digits = text(header, offset, width).strip();
        try {
            return digits.isEmpty() ? 0 : Long.parseUnsignedLong(digits, 8);
        } catch (NumberFormatException e) {
            throw at == 0
                    ? new SourceException(file.path() + " is no tar archive; if it is compressed, unpack it first.")
                    : damaged(at, "no number where one should be");
        }
    }

    private String name(MemorySegment header, long at) throws SourceException {
        String pax = pax("path");
        String name;
        if (pax != null) {
            name = pax;
        } else if (nextGnuName != null) {
            name = nextGnuName;
        } else {
            name = text(header, 0, 100);
            String prefix = text(header, 257, 6).equals("ustar") ? text(header, 345, 155) : "";
            if (!prefix.isEmpty()) {
                name = prefix + "/" + name;
            }
        }
        if (name.isEmpty()) {
            throw damaged(at, "no name");
        }
        return name.startsWith("./") ? name.substring(2) : name;
    }

    private @Nullable String pax(String key) {
        String next = nextPax.get(key);
        return next != null ? next : globalPax.get(key);
    }

    private void readExtension(char type, long content, long length, long at) throws SourceException {
        if (length > MAX_EXTENSION) {
            throw damaged(at, "an extended header of " + length + " bytes");
        }
        MemorySegment bytes = file.bytes().asSlice(content, length);
        switch (type) {
            case 'x' -> readPax(bytes, nextPax, at);
            case 'g' -> readPax(bytes, globalPax, at);
            case 'L' -> nextGnuName = text(bytes, 0, (int) length);
            default -> {}
        }
    }

    /// Records of the form `LENGTH KEY=VALUE\n`; the length counts the whole record, itself included.
    private void readPax(MemorySegment bytes, Map<String, String> target, long at) throws SourceException {
        byte[] records = bytes.toArray(ValueLayout.JAVA_BYTE);
        int start = 0;
        while (start < records.length) {
            int space = start;
            int length = 0;
            while (space < records.length && records[space] >= '0' && records[space] <= '9' && length < MAX_EXTENSION) {
                length = 10 * length + records[space++] - '0';
            }
            int end = start + length;
            if (space == start
                    || space >= records.length
                    || records[space] != ' '
                    || end > records.length
                    || end <= space + 1
                    || records[end - 1] != '\n') {
                throw damaged(at, "a damaged extended header");
            }
            String record = new String(records, space + 1, end - 1 - (space + 1), StandardCharsets.UTF_8);
            int equals = record.indexOf('=');
            if (equals < 1) {
                throw damaged(at, "a damaged extended header");
            }
            target.put(record.substring(0, equals), record.substring(equals + 1));
            start = end;
        }
    }

    /// Up to the first zero byte.
    private static String text(MemorySegment bytes, int offset, int width) {
        byte[] field = bytes.asSlice(offset, width).toArray(ValueLayout.JAVA_BYTE);
        int length = 0;
        while (length < width && field[length] != 0) {
            length++;
        }
        return new String(field, 0, length, StandardCharsets.UTF_8);
    }

    private SourceException truncated(String how) {
        return new SourceException(file.path() + " is truncated: " + how + "; download or make it again.");
    }

    private SourceException damaged(long at, String what) {
        return new SourceException(file.path() + " is damaged: the header at byte " + at + " has " + what
                + "; download or make it again.");
    }
}
