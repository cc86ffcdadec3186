package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.Split;

/// A data set as a tree of PNG files, in the layout that ImageFolder readers expect.
final class PictureTree {
    private final Dataset dataset;
    private final List<Path> files;

    PictureTree(Dataset dataset, Path root) {
        this.dataset = dataset;
        this.files = files(dataset, root);
    }

    /// @param progress hears how many pictures are written, from any thread
    void write(int threads, IntConsumer progress) throws IOException, InterruptedException {
        var next = new AtomicInteger();
        var written = new AtomicInteger();
        try (ExecutorService workers = Executors.newFixedThreadPool(Math.max(1, threads))) {
            var running = new ArrayList<Future<?>>();
            for (int thread = 0; thread < Math.max(1, threads); thread++) {
                running.add(workers.submit(() -> {
                    var decoded = new DecodedPictures(dataset);
                    for (int index = next.getAndIncrement(); index < files.size(); index = next.getAndIncrement()) {
                        OutputFile.write(files.get(index), decoded.raster(index).png());
                        progress.accept(written.incrementAndGet());
                    }
                    return null;
                }));
            }
            for (Future<?> worker : running) {
                worker.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    /// A file for every picture. Names come from outside: they are cut down to what is safe below `root`, and a number
    /// keeps apart what then is equal.
    private static List<Path> files(Dataset dataset, Path root) {
        long splits = Set.of(Split.values()).stream()
                .filter(split -> dataset.indices(split).length > 0)
                .count();
        Set<String> taken = new HashSet<>();
        var files = new ArrayList<Path>();
        for (int index = 0; index < dataset.size(); index++) {
            PictureInfo info = dataset.info(index);
            Path folder = splits > 1 ? root.resolve(folder(info.split())) : root;
            if (info.label() != PictureInfo.NO_LABEL) {
                folder = folder.resolve(safe(dataset.classNames().get(info.label())));
            }
            String stem = stem(info.name());
            Path file = folder.resolve(stem + ".png");
            // Some file systems take upper and lower case for the same.
            if (!taken.add(file.toString().toLowerCase(Locale.ROOT))) {
                file = folder.resolve(stem + "-" + index + ".png");
                taken.add(file.toString().toLowerCase(Locale.ROOT));
            }
            files.add(file);
        }
        return files;
    }

    private static String folder(Split split) {
        return switch (split) {
            case TRAIN -> "train";
            case VALIDATION -> "val";
            case TEST -> "test";
        };
    }

    private static String stem(String name) {
        String last = name.substring(name.lastIndexOf('/') + 1);
        int dot = last.lastIndexOf('.');
        return safe(dot > 0 ? last.substring(0, dot) : last);
    }

    /// `name` as the name of one file or folder on any file system.
    static String safe(String name) {
        String cleaned = name.replaceAll("[\\p{Cntrl}/\\\\:*?\"<>|]", "_").strip();
        if (cleaned.length() > 100) {
            cleaned = cleaned.substring(0, 100);
        }
        return cleaned.isEmpty() || cleaned.startsWith(".") ? "_" + cleaned : cleaned;
    }
}
