package org.sekkei.inr;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.internal.Disk;
import org.sekkei.inr.internal.Storage;

/// A disk on which one step fails. Every step counts, a write that fails has written half of its bytes, and
/// [#losePower] undoes all that was not forced, as a machine may that stops.
final class FailingStorage implements Storage {
    /// What happens at the failing step.
    enum Failure {
        /// The step and all after it fail: the process is gone.
        STOP,
        /// Only this step fails.
        ERROR
    }

    private final Disk disk = new Disk();
    private final int failingStep;
    private final Failure failure;
    private final Set<Path> unforcedFiles = new HashSet<>();
    private final List<Undo> unforcedNames = new ArrayList<>();
    private int steps;

    FailingStorage(int failingStep, Failure failure) {
        this.failingStep = failingStep;
        this.failure = failure;
    }

    /// A disk that does not fail, for counting steps.
    static FailingStorage never() {
        return new FailingStorage(Integer.MAX_VALUE, Failure.STOP);
    }

    int steps() {
        return steps;
    }

    /// Empties the files that were not forced and gives back the names in folders that were not forced.
    void losePower() throws IOException {
        for (Path file : unforcedFiles) {
            if (Files.exists(file)) {
                Files.write(file, new byte[0]);
            }
        }
        for (Undo undo : unforcedNames.reversed()) {
            undo.run();
        }
    }

    private boolean fails() {
        int step = steps++;
        return step == failingStep || (failure == Failure.STOP && step > failingStep);
    }

    private void step() throws IOException {
        if (fails()) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        step();
        disk.createFolder(folder);
    }

    @Override
    public Output create(Path file) throws IOException {
        step();
        Output output = disk.create(file);
        unforcedFiles.add(file);
        return new Output() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                if (fails()) {
                    bytes.limit(bytes.position() + bytes.remaining() / 2);
                    output.write(bytes);
                    throw new IOException("No space left on device");
                }
                return output.write(bytes);
            }

            @Override
            public void force() throws IOException {
                step();
                unforcedFiles.remove(file);
            }

            @Override
            public boolean isOpen() {
                return output.isOpen();
            }

            @Override
            public void close() throws IOException {
                output.close();
            }
        };
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step();
        byte @Nullable [] replaced = Files.exists(to) ? Files.readAllBytes(to) : null;
        disk.rename(from, to);
        if (unforcedFiles.remove(from)) {
            unforcedFiles.add(to);
        }
        unforcedNames.add(() -> {
            Files.move(to, from);
            if (replaced != null) {
                Files.write(to, replaced);
            }
        });
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        step();
        unforcedNames.clear();
    }

    @Override
    public void delete(Path file) throws IOException {
        step();
        if (Files.exists(file)) {
            byte[] deleted = Files.readAllBytes(file);
            unforcedNames.add(() -> Files.write(file, deleted));
        }
        disk.delete(file);
    }

    @Override
    public void removeFolder(Path folder) throws IOException {
        step();
        disk.removeFolder(folder);
        unforcedNames.add(() -> Files.createDirectory(folder));
    }

    @FunctionalInterface
    private interface Undo {
        void run() throws IOException;
    }
}
