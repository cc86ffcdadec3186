package org.sekkei.tasks.classify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.Split;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.SourceEntry;
import org.sekkei.pictures.UnreadablePictureException;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.train.Batch;
import org.sekkei.train.BatchLoader;
import org.sekkei.train.Batches;
import org.sekkei.train.TrainedModel;

/// Where pictures to be classified come from.
public interface PictureSupply {
    /// Takes batches.
    @FunctionalInterface
    interface Receiver {
        /// @param inputs \[B, 3, S, S\], normalised; valid until this returns
        void receive(List<Subject> subjects, Tensor inputs) throws IOException;
    }

    /// How many pictures there are, readable or not.
    int size();

    /// Prepares all pictures for a model and hands them on in batches.
    ///
    /// @param batch the most pictures at once
    /// @param unreadable is told, as a sentence, of each picture that cannot be read and is left out
    /// @throws IOException if the pictures' source cannot be read
    void supply(TrainedModel model, int batch, Consumer<String> unreadable, Receiver receiver) throws IOException;

    /// One file.
    static PictureSupply ofFile(Path file) {
        var reader = new PictureReader();
        return new Read(List.of(new Subject(file.toString(), null)), _ -> reader.read(file));
    }

    /// A folder or an archive of pictures, whose class folders are labels.
    ///
    /// @param source stays open as long as the supply, and is not closed by it
    static PictureSupply ofSource(PictureSource source) {
        List<Subject> subjects = new ArrayList<>();
        for (int i = 0; i < source.size(); i++) {
            SourceEntry entry = source.entry(i);
            subjects.add(new Subject(
                    source.path().resolve(entry.name()).toString(), label(source.classNames(), entry.label())));
        }
        return new Read(subjects, source::picture);
    }

    /// A data set, all of it or a split. Its pictures are evaluated at the pixels that the network takes in.
    ///
    /// @param loader of the data set, made with the model's configuration
    /// @param split null for all pictures
    static PictureSupply ofDataset(Dataset dataset, BatchLoader loader, @Nullable Split split) {
        int[] indices = split == null ? IntStream.range(0, dataset.size()).toArray() : dataset.indices(split);
        return new Packed(dataset, loader, indices);
    }

    private static @Nullable String label(List<String> classNames, int label) {
        return label < 0 || label >= classNames.size() ? null : classNames.get(label);
    }

    /// Pictures that are read one by one.
    record Read(List<Subject> subjects, Reading reading) implements PictureSupply {
        /// Reads one.
        @FunctionalInterface
        public interface Reading {
            Picture read(int index) throws IOException;
        }

        public Read {
            subjects = List.copyOf(subjects);
        }

        @Override
        public int size() {
            return subjects.size();
        }

        @Override
        public void supply(TrainedModel model, int batch, Consumer<String> unreadable, Receiver receiver)
                throws IOException {
            List<Subject> read = new ArrayList<>();
            List<Picture> pictures = new ArrayList<>();
            for (int i = 0; i < subjects.size(); i++) {
                try {
                    pictures.add(reading.read(i));
                    read.add(subjects.get(i));
                } catch (UnreadablePictureException broken) {
                    unreadable.accept(String.valueOf(broken.getMessage()));
                }
                if (!read.isEmpty() && (read.size() == batch || i == subjects.size() - 1)) {
                    try (var _ = Scope.open()) {
                        receiver.receive(List.copyOf(read), model.inputs(pictures));
                    }
                    read.clear();
                    pictures.clear();
                }
            }
        }
    }

    /// Pictures of a data set.
    record Packed(Dataset dataset, BatchLoader loader, int[] indices) implements PictureSupply {
        @Override
        public int size() {
            return indices.length;
        }

        @Override
        public void supply(TrainedModel model, int batch, Consumer<String> unreadable, Receiver receiver)
                throws IOException {
            if (indices.length == 0) {
                return;
            }
            try (Batches batches = loader.selection(indices)) {
                while (true) {
                    try (var _ = Scope.open()) {
                        Batch next = batches.next();
                        if (next == null) {
                            return;
                        }
                        receiver.receive(
                                Arrays.stream(next.indices())
                                        .mapToObj(this::subject)
                                        .toList(),
                                next.pictures());
                    }
                }
            }
        }

        private Subject subject(int index) {
            PictureInfo info = dataset.info(index);
            return new Subject(info.name(), label(dataset.classNames(), info.label()));
        }
    }
}
