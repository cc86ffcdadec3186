package org.sekkei.train;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.sekkei.inr.Codec;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Decoder;
import org.sekkei.inr.Sampling;

/// Batches from blueprints: the coded bytes are copied into memory once, and each sample is decoded at the
/// positions that its augmentation asks for. No file is read after opening.
public final class InrLoader extends SampledLoader {
    private final Coded coded;

    private InrLoader(Catalogue catalogue, Coded coded, LoaderConfig config, List<SampleReader> readers) {
        super(catalogue, config, readers);
        this.coded = coded;
    }

    /// @param dataset may be closed afterwards
    /// @param codec the one whose name is `dataset.codec()`
    /// @throws CorruptDataException if a record is damaged; the message names it
    /// @throws IOException if the data set cannot be read
    public static InrLoader open(Dataset dataset, Codec codec, LoaderConfig config) throws IOException {
        if (!codec.name().equals(dataset.codec())) {
            throw new IllegalArgumentException(dataset.folder() + " is written with the codec '" + dataset.codec()
                    + "', not '" + codec.name() + "'");
        }
        Catalogue catalogue = Catalogue.of(dataset);
        var border = new Border(config.normalization().mean());
        Coded coded = Coded.copyOf(dataset);
        try {
            byte[] shared = dataset.shared();
            List<SampleReader> readers = new ArrayList<>();
            for (int i = 0; i < config.threads(); i++) {
                readers.add(new Reader(catalogue, coded, codec.newDecoder(shared), border));
            }
            return new InrLoader(catalogue, coded, config, readers);
        } catch (IOException | RuntimeException failure) {
            coded.arena.close();
            throw failure;
        }
    }

    /// How much memory the coded pictures take.
    public long residentBytes() {
        return coded.bytes.byteSize();
    }

    @Override
    public void close() {
        super.close();
        coded.arena.close();
    }

    /// All records, one after the other.
    ///
    /// @param starts where each begins, and the end of the last
    private record Coded(Arena arena, MemorySegment bytes, long[] starts) {
        @SuppressWarnings("MustBeClosedChecker") // the loader closes the arena
        static Coded copyOf(Dataset dataset) throws CorruptDataException {
            long[] starts = new long[dataset.size() + 1];
            for (int i = 0; i < dataset.size(); i++) {
                starts[i + 1] = starts[i] + dataset.recordBytes(i);
            }
            Arena arena = Arena.ofShared();
            try {
                MemorySegment bytes = arena.allocate(starts[dataset.size()]);
                for (int i = 0; i < dataset.size(); i++) {
                    bytes.asSlice(starts[i]).copyFrom(dataset.record(i));
                }
                return new Coded(arena, bytes.asReadOnly(), starts);
            } catch (IOException | RuntimeException | Error failure) {
                arena.close();
                throw failure;
            }
        }

        MemorySegment record(int index) {
            return bytes.asSlice(starts[index], starts[index + 1] - starts[index]);
        }
    }

    private static final class Reader implements SampleReader {
        // Sixteen evaluations a pixel smooth a field well enough for a network's input; more cost more than they
        // change.
        private static final int MOST_EVALUATIONS = 4;

        private final Catalogue catalogue;
        private final Coded coded;
        private final Decoder decoder;
        private final Border border;
        private final Supersampling supersampling = new Supersampling(MOST_EVALUATIONS);

        Reader(Catalogue catalogue, Coded coded, Decoder decoder, Border border) {
            this.catalogue = catalogue;
            this.coded = coded;
            this.decoder = decoder;
            this.border = border;
        }

        @Override
        public void read(int index, Sampling sampling, float[] rgb) throws IOException {
            MemorySegment record = coded.record(index);
            try {
                supersampling.evaluate(
                        (finer, target) -> {
                            decoder.decode(record, finer, target, 0);
                            border.fill(finer, catalogue.size(index), target);
                        },
                        sampling,
                        rgb);
            } catch (CorruptDataException damage) {
                throw new IOException(
                        catalogue.name() + ": picture " + index + " (" + catalogue.name(index) + ") cannot be decoded: "
                                + damage.getMessage(),
                        damage);
            }
        }
    }
}
