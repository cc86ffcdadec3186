package org.sekkei.inr.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sekkei.inr.DatasetSpec;

/// The table of contents of a data set, whose replacement is the commit of every change.
///
/// @param sharedLength of the file of shared bytes
/// @param sharedChecksum of its body
public record Manifest(
        DatasetSpec spec, boolean complete, long sharedLength, int sharedChecksum, List<ShardEntry> shards) {
    public Manifest {
        shards = List.copyOf(shards);
    }

    public static Manifest read(Path file) throws IOException {
        ByteReader in =
                new ByteReader(file, SealedFile.read(file, FileHeader.MANIFEST).body());
        String codec = in.string();
        String fingerprint = in.string();
        boolean complete = in.varint("the mark of completion", 1) == 1;
        Map<String, String> attributes = in.strings();
        int classes = in.count("class names", 1);
        List<String> classNames = new ArrayList<>();
        for (int i = 0; i < classes; i++) {
            classNames.add(in.string());
        }
        long sharedLength = in.varint();
        int sharedChecksum = in.u32();
        int count = in.count("shards", 12);
        List<ShardEntry> shards = new ArrayList<>();
        long pictures = 0;
        for (int i = 0; i < count; i++) {
            long length = in.varint();
            int size = in.varint("the number of pictures in a shard", Integer.MAX_VALUE);
            shards.add(new ShardEntry(length, size, in.u32(), in.varint(), in.varint(), in.u32()));
            pictures += size;
        }
        in.expectEnd();
        if (pictures > Integer.MAX_VALUE) {
            throw in.damaged("it claims " + pictures + " pictures");
        }
        return new Manifest(
                new DatasetSpec(codec, fingerprint, attributes, classNames),
                complete,
                sharedLength,
                sharedChecksum,
                shards);
    }

    SealedFile encode() {
        ByteWriter out = new ByteWriter();
        out.string(spec.codec());
        out.string(spec.fingerprint());
        out.varint(complete ? 1 : 0);
        out.strings(spec.attributes());
        out.varint(spec.classNames().size());
        spec.classNames().forEach(out::string);
        out.varint(sharedLength);
        out.u32(sharedChecksum);
        out.varint(shards.size());
        for (ShardEntry shard : shards) {
            out.varint(shard.length());
            out.varint(shard.pictures());
            out.u32(shard.checksum());
            out.varint(shard.revision());
            out.varint(shard.columnsLength());
            out.u32(shard.columnsChecksum());
        }
        return SealedFile.of(out.toBytes());
    }

    /// Of the file, in bytes.
    public long length() {
        return encode().length();
    }

    /// How many pictures all shards hold.
    public int pictures() {
        return shards.stream().mapToInt(ShardEntry::pictures).sum();
    }

    public Manifest withShard(ShardEntry shard) {
        List<ShardEntry> more = new ArrayList<>(shards);
        more.add(shard);
        return new Manifest(spec, complete, sharedLength, sharedChecksum, more);
    }

    public Manifest withShards(List<ShardEntry> shards) {
        return new Manifest(spec, complete, sharedLength, sharedChecksum, shards);
    }

    public Manifest withClassNames(List<String> classNames) {
        DatasetSpec renamed = new DatasetSpec(spec.codec(), spec.fingerprint(), spec.attributes(), classNames);
        return new Manifest(renamed, complete, sharedLength, sharedChecksum, shards);
    }

    public Manifest finished() {
        return new Manifest(spec, true, sharedLength, sharedChecksum, shards);
    }
}
