package org.sekkei.inr.internal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Damage;
import org.sekkei.inr.VerifyListener;

/// One reading of all bytes of a data set, which goes on after a damage.
public final class Verification {
    private final DatasetFolder folder;
    private final VerifyListener listener;
    private final List<Damage> damages = new ArrayList<>();
    private long checked;

    public Verification(DatasetFolder folder, VerifyListener listener) {
        this.folder = folder;
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
        attempt(folder.shared(), () -> folder.readShared(manifest));
        int classes = manifest.spec().classNames().size();
        for (int i = 0; i < manifest.shards().size(); i++) {
            int shard = i;
            ShardEntry entry = manifest.shards().get(shard);
            attempt(folder.columns(shard, entry.revision()), () -> folder.readColumns(shard, entry, classes));
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
                mapped.record(record);
            } catch (CorruptDataException e) {
                add(folder.shard(shard), Math.toIntExact(checked), e);
            }
            listener.progress(++checked, total);
        }
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
