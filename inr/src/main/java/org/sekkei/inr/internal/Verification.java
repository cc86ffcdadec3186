package org.sekkei.inr.internal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Codec;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Damage;
import org.sekkei.inr.Decoder;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.VerifyListener;

/// One reading of all bytes of a data set, which goes on after a damage. With a codec each record is decoded too: its
/// checksum only says that it is as it was written.
public final class Verification {
    private final DatasetFolder folder;
    private final @Nullable Codec codec;
    private final VerifyListener listener;
    private @Nullable Decoder decoder;
    private @Nullable Columns columns;
    private final List<Damage> damages = new ArrayList<>();
    private long checked;

    /// @param codec of the records, or null if they are not decoded
    public Verification(DatasetFolder folder, @Nullable Codec codec, VerifyListener listener) {
        this.folder = folder;
        this.codec = codec;
        this.listener = listener;
    }

    /// @throws IOException if there is no data set, or one that this version cannot read
    public List<Damage> run() throws IOException {
        Manifest manifest;
        try {
            manifest = folder.readManifest();
        } catch (CorruptDataException e) {
            add(folder.manifest(), -1, e);
            verifyShardsAlone();
            return damages;
        }
        attempt(folder.shared(), () -> {
            byte[] shared = folder.readShared(manifest);
            if (codec != null) {
                decoder = codec.newDecoder(shared);
            }
        });
        int classes = manifest.spec().classNames().size();
        for (int i = 0; i < manifest.shards().size(); i++) {
            int shard = i;
            ShardEntry entry = manifest.shards().get(shard);
            columns = null;
            attempt(folder.columns(shard, entry.revision()), () -> columns = folder.readColumns(shard, entry, classes));
            long before = checked;
            attempt(folder.shard(shard), () -> {
                try (Arena arena = Arena.ofConfined()) {
                    verifyRecords(shard, folder.mapShard(shard, entry, arena), manifest.pictures());
                }
            });
            checked = before + entry.pictures();
            listener.progress(checked, manifest.pictures());
        }
        return damages;
    }

    /// Without a manifest the shards can still tell whether they are whole.
    private void verifyShardsAlone() {
        for (int i = 0; Files.exists(folder.shard(i)); i++) {
            int shard = i;
            attempt(folder.shard(shard), () -> {
                try (Arena arena = Arena.ofConfined()) {
                    ShardFile mapped = ShardFile.map(folder.shard(shard), arena);
                    verifyRecords(shard, mapped, checked + mapped.size());
                }
            });
        }
    }

    private void verifyRecords(int shard, ShardFile mapped, long total) {
        for (int record = 0; record < mapped.size(); record++) {
            try {
                decode(record, mapped.record(record));
            } catch (CorruptDataException e) {
                add(folder.shard(shard), Math.toIntExact(checked), e);
            }
            listener.progress(++checked, total);
        }
    }

    /// All of a record, at one pixel.
    private void decode(int place, MemorySegment record) throws CorruptDataException {
        if (decoder == null) {
            return;
        }
        PictureSize size = decoder.size(record);
        if (columns != null && !columns.info(place).size().equals(size)) {
            throw new CorruptDataException(
                    "the record is a picture of " + text(size) + " pixels, but packed was one of "
                            + text(columns.info(place).size()));
        }
        decoder.decode(record, Sampling.full(1, 1), new float[3], 0);
    }

    private static String text(PictureSize size) {
        return size.width() + " x " + size.height();
    }

    private void attempt(Path file, Check check) {
        try {
            check.run();
        } catch (NoSuchFileException e) {
            add(file, -1, Damages.missing(file));
        } catch (CorruptDataException e) {
            add(file, -1, e);
        } catch (IOException e) {
            damages.add(new Damage(name(file), -1, file + " cannot be read: " + DatasetFolder.reason(e)));
        }
    }

    private void add(Path file, int record, IOException e) {
        damages.add(new Damage(name(file), record, String.valueOf(e.getMessage())));
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    @FunctionalInterface
    private interface Check {
        void run() throws IOException;
    }
}
