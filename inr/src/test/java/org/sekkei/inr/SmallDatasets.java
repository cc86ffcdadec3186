package org.sekkei.inr;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.sekkei.inr.internal.Disk;
import org.sekkei.inr.internal.Storage;

/// A packing job whose pictures are drawn from a seed, and views of what it leaves on the disk.
record SmallDatasets(long seed, int shards, int picturesPerShard, int maxRecordBytes) {
    static final SmallDatasets TINY = new SmallDatasets(7, 3, 2, 9);

    DatasetSpec spec() {
        return new DatasetSpec(
                "siren", "job " + seed, Map.of("seed", "" + seed, "size", "32"), List.of("cat", "dög", "狐"));
    }

    byte[] shared() {
        byte[] bytes = new byte[11];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    List<PackedPicture> pictures(int shard) {
        Random random = new Random(seed * 1000 + shard);
        List<PackedPicture> pictures = new ArrayList<>();
        for (int i = 0; i < picturesPerShard; i++) {
            byte[] record = new byte[random.nextInt(maxRecordBytes + 1)];
            random.nextBytes(record);
            List<Box> boxes = new ArrayList<>();
            for (int box = random.nextInt(3); box > 0; box--) {
                boxes.add(new Box(random.nextFloat(), random.nextFloat(), random.nextFloat(), 3));
            }
            Map<String, String> metadata = new TreeMap<>();
            for (int entry = random.nextInt(3); entry > 0; entry--) {
                metadata.put("key " + entry, "value " + random.nextInt());
            }
            PictureInfo info = new PictureInfo(
                    "ordner/" + shard + "-" + i + ".jpg",
                    random.nextInt(4) - 1,
                    Split.values()[random.nextInt(3)],
                    boxes,
                    new PictureSize(1 + random.nextInt(300), 1 + random.nextInt(300)),
                    random.nextLong() >>> random.nextInt(1, 64),
                    30 + random.nextFloat(),
                    metadata);
            pictures.add(new PackedPicture(info, MemorySegment.ofArray(record)));
        }
        return pictures;
    }

    List<SkippedPicture> skipped(int shard) {
        return shard % 2 == 0
                ? List.of()
                : List.of(new SkippedPicture("ordner/" + shard + ".txt", "it is not a picture"));
    }

    /// Runs the job, or what is left of it.
    void pack(Path folder) throws IOException {
        pack(folder, new Disk());
    }

    void pack(Path folder, Storage storage) throws IOException {
        try (DatasetWriter writer = DatasetWriter.open(folder, spec(), this::shared, storage)) {
            while (writer.committedShards() < shards) {
                int shard = writer.committedShards();
                writer.writeShard(pictures(shard), skipped(shard));
            }
            writer.finish();
        }
    }

    /// All that a data set says, in a form that can be compared.
    static Map<String, String> contents(Path folder) throws IOException {
        try (Dataset dataset = Dataset.open(folder)) {
            Map<String, String> contents = new TreeMap<>();
            contents.put("codec", dataset.codec());
            contents.put("fingerprint", dataset.fingerprint());
            contents.put("attributes", "" + new TreeMap<>(dataset.attributes()));
            contents.put("classes", "" + dataset.classNames());
            contents.put("skipped", "" + dataset.skipped());
            contents.put("shared", Base64.getEncoder().encodeToString(dataset.shared()));
            for (int i = 0; i < dataset.size(); i++) {
                contents.put("info " + i, "" + dataset.info(i));
                byte[] record = dataset.record(i).toArray(ValueLayout.JAVA_BYTE);
                contents.put("record " + i, Base64.getEncoder().encodeToString(record));
            }
            return contents;
        }
    }

    /// The files of a folder by name, as text so that a difference can be read.
    static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(folder)) {
            paths.forEach(path -> {
                try {
                    files.put("" + path.getFileName(), Base64.getEncoder().encodeToString(Files.readAllBytes(path)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return files;
    }
}
