package org.sekkei.fit;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.sekkei.inr.Box;
import org.sekkei.inr.DatasetSpec;
import org.sekkei.inr.DatasetWriter;
import org.sekkei.inr.PackedPicture;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.SkippedPicture;
import org.sekkei.inr.Split;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.SourceEntry;
import org.sekkei.pictures.SourceSplit;
import org.sekkei.pictures.Splits;
import org.sekkei.pictures.UnreadablePictureException;

/// Turns a source of pictures into a data set. Stopped at any moment and started again with the same source and
/// options, it goes on after the last shard that was committed, and ends with the same bytes as one quiet run.
public final class Packer {
    /// Pictures that the codec is prepared with.
    private static final int SAMPLES = 64;

    private final PictureSource source;
    private final PackOptions options;
    private final PackListener listener;

    private Packer(PictureSource source, PackOptions options, PackListener listener) {
        this.source = source;
        this.options = options;
        this.listener = listener;
    }

    /// Packs all of `source` into the data set `folder`, or goes on with it.
    ///
    /// @throws UnreadablePictureException with [PackOptions#strict], for the first picture that cannot be read
    /// @throws IOException if no picture can be read, the source fails, or the data set cannot be written or is
    ///     another
    ///     job's
    /// @throws InterruptedException if the thread is interrupted; what was committed stays
    public static PackReport pack(PictureSource source, Path folder, PackOptions options, PackListener listener)
            throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(
                options.threads(), Thread.ofPlatform().daemon().name("pack-", 0).factory());
        try {
            return new Packer(source, options, listener).run(folder, threads);
        } finally {
            threads.shutdownNow();
        }
    }

    private PackReport run(Path folder, ExecutorService threads) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        SourceSplit[] splits = Splits.stratified(source, options.validation(), options.seed());
        DatasetSpec spec =
                new DatasetSpec(options.encoding().codec(), fingerprint(splits), attributes(), source.classNames());
        try (DatasetWriter writer = DatasetWriter.open(folder, spec, () -> shared(threads))) {
            double preparation = seconds(begin);
            int perShard = picturesPerShard(writer.shared());
            int resumed = Math.min(source.size(), writer.committedShards() * perShard);
            if (resumed > 0) {
                listener.resumed(resumed, source.size());
            }
            long fitting = System.nanoTime();
            int skipped = 0;
            if (!writer.complete()) {
                skipped = writeShards(writer, splits, perShard, threads);
            }
            if (writer.committedPictures() == 0) {
                throw new IOException(source.description() + ": none of its " + source.size()
                        + " pictures can be read; the reasons are listed above");
            }
            writer.finish();
            return new PackReport(writer.committedPictures(), skipped, resumed, preparation, seconds(fitting));
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /// No data set has less than about sixteen shards, so that a kill of a small one costs little too.
    private int picturesPerShard(byte[] shared) throws IOException {
        return Math.clamp(source.size() / 16, 8, Math.max(8, options.encoding().picturesPerShard(shared)));
    }

    private int writeShards(DatasetWriter writer, SourceSplit[] splits, int perShard, ExecutorService threads)
            throws IOException, InterruptedException {
        Queue<PictureEncoder> encoders = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < options.threads(); i++) {
            encoders.add(options.encoding().newEncoder(writer.shared(), options.goal(), options.seed()));
        }
        int total = source.size();
        int next = writer.committedShards() * perShard;
        int skipped = 0;
        ArrayDeque<Future<Outcome>> pending = new ArrayDeque<>();
        for (int first = next; first < total; first += perShard) {
            int end = Math.min(total, first + perShard);
            List<PackedPicture> pictures = new ArrayList<>();
            List<SkippedPicture> left = new ArrayList<>();
            for (int index = first; index < end; index++) {
                for (; next < total && pending.size() < perShard + 4 * options.threads(); next++) {
                    int submitted = next;
                    pending.add(threads.submit(() -> encode(submitted, splits[submitted], encoders)));
                }
                switch (outcome(pending.remove())) {
                    case Outcome.Packed(PackedPicture picture, EncodedPicture encoded) -> {
                        pictures.add(picture);
                        listener.packed(index + 1, total, picture.info().name(), encoded);
                    }
                    case Outcome.Skipped(SkippedPicture picture) -> {
                        left.add(picture);
                        skipped++;
                        listener.skipped(index + 1, total, picture.name(), picture.reason());
                    }
                }
            }
            writer.writeShard(pictures, left);
        }
        return skipped;
    }

    private sealed interface Outcome {
        record Packed(PackedPicture picture, EncodedPicture encoded) implements Outcome {}

        record Skipped(SkippedPicture picture) implements Outcome {}
    }

    private static Outcome outcome(Future<Outcome> future) throws IOException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException("a picture could not be packed: " + e.getCause(), e.getCause());
        }
    }

    private Outcome encode(int index, SourceSplit split, Queue<PictureEncoder> encoders) throws IOException {
        SourceEntry entry = source.entry(index);
        PackSize.Sized sized;
        try {
            sized = read(index);
        } catch (UnreadablePictureException e) {
            if (options.strict()) {
                throw e;
            }
            return new Outcome.Skipped(new SkippedPicture(entry.name(), String.valueOf(e.getMessage())));
        }
        PictureEncoder encoder = encoders.remove();
        EncodedPicture encoded;
        try {
            encoded = encoder.encode(sized.picture(), sized.boxes(), index);
        } finally {
            encoders.add(encoder);
        }
        PictureInfo info = new PictureInfo(
                entry.name(),
                entry.label(),
                split(split),
                sized.boxes(),
                new PictureSize(sized.picture().width(), sized.picture().height()),
                entry.sourceBytes(),
                (float) encoded.psnr(),
                encoded.attributes());
        return new Outcome.Packed(new PackedPicture(info, MemorySegment.ofArray(encoded.record())), encoded);
    }

    private PackSize.Sized read(int index) throws IOException {
        List<Box> boxes = source.entry(index).boxes().stream()
                .map(box -> new Box(box.x(), box.y(), box.width(), box.height()))
                .toList();
        return options.size().apply(source.picture(index), boxes);
    }

    private static Split split(SourceSplit split) {
        return switch (split) {
            case TRAIN -> Split.TRAIN;
            case VALIDATION -> Split.VALIDATION;
            case TEST -> Split.TEST;
        };
    }

    private byte[] shared(ExecutorService threads) throws IOException {
        try {
            return options.encoding().shared(samples(), options.seed(), threads, listener::preparing);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the pack was interrupted while it prepared its codec", e);
        }
    }

    private List<Picture> samples() throws IOException {
        List<Picture> samples = new ArrayList<>();
        int total = source.size();
        int wanted = Math.min(SAMPLES, total);
        for (int i = 0; i < wanted; i++) {
            try {
                samples.add(read((int) ((long) i * total / wanted)).picture());
            } catch (UnreadablePictureException e) {
                if (options.strict()) {
                    throw e;
                }
            }
        }
        for (int i = 0; samples.isEmpty() && i < total; i++) {
            try {
                samples.add(read(i).picture());
            } catch (UnreadablePictureException e) {
                listener.skipped(i + 1, total, source.entry(i).name(), String.valueOf(e.getMessage()));
            }
        }
        if (samples.isEmpty()) {
            throw new IOException(source.description() + ": none of its " + total
                    + " pictures can be read; the reasons are listed above");
        }
        return samples;
    }

    private Map<String, String> attributes() throws IOException {
        Map<String, String> attributes = new TreeMap<>(options.encoding().attributes());
        attributes.put(DatasetSpec.SOURCE, source.path().toRealPath().toString());
        attributes.put("size", options.size().toString());
        attributes.put("goal", options.goal().toString());
        attributes.put("seed", Long.toString(options.seed()));
        return attributes;
    }

    private String fingerprint(SourceSplit[] splits) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        digest.update(options.fingerprint().getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < source.size(); i++) {
            SourceEntry entry = source.entry(i);
            String line = String.join(
                    "\t",
                    entry.name(),
                    Integer.toString(entry.label()),
                    splits[i].toString(),
                    entry.boxes().toString(),
                    Long.toString(entry.sourceBytes()));
            digest.update(line.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) '\n');
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
