package org.sekkei.inr.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file that is read as a whole: header, body, checksum of the body. The manifest, the shared bytes and the columns
/// are
/// of this kind.
final class SealedFile {
    private static final int OVERHEAD = FileHeader.BYTES + 4;

    private final byte[] body;
    private final int checksum;

    private SealedFile(byte[] body, int checksum) {
        this.body = body;
        this.checksum = checksum;
    }

    static SealedFile of(byte[] body) {
        return new SealedFile(body, Checksum.of(body, 0, body.length));
    }

    static SealedFile read(Path file, FileHeader kind) throws IOException {
        long length = Files.size(file);
        try (InputStream in = Files.newInputStream(file)) {
            // The header vouches for the length before memory of that length is taken.
            kind.check(file, in.readNBytes(FileHeader.BYTES), length);
            long bodyLength = length - OVERHEAD;
            if (bodyLength < 0 || bodyLength > Integer.MAX_VALUE - OVERHEAD) {
                throw Damages.in(file, "no such file has " + length + " bytes");
            }
            byte[] body = in.readNBytes((int) bodyLength);
            byte[] trailer = in.readNBytes(4);
            if (body.length != bodyLength || trailer.length != 4) {
                throw new EOFException(file + " was cut off while it was read: is something else writing to it?");
            }
            SealedFile sealed = of(body);
            if (new ByteReader(file, trailer).u32() != sealed.checksum) {
                throw Damages.in(file, "its contents do not have their checksum");
            }
            return sealed;
        }
    }

    void write(OutputStream out, FileHeader kind) throws IOException {
        out.write(kind.encode(length()));
        out.write(body);
        ByteWriter trailer = new ByteWriter();
        trailer.u32(checksum);
        out.write(trailer.toBytes());
    }

    byte[] body() {
        return body;
    }

    int checksum() {
        return checksum;
    }

    long length() {
        return (long) body.length + OVERHEAD;
    }
}
