package org.sekkei.inr.cuda;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldEvaluator;
import org.sekkei.inr.field.FieldFormat;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldShared;

/// Pictures of the codec `field`. A batch is two kernels: one undoes the entropy coding, a block a picture;
/// the other makes
/// the pixels, a block a tile and colour.
final class CudaFields implements CudaPictures {
    static final String COEFFICIENTS = "field_coefficients";
    static final String PIXELS = "field_pixels";
    static final int DECODING_THREADS = 128;
    static final int PIXEL_THREADS = 256;
    private static final int SAMPLE_BYTES = 160;
    static final int JOB_BYTES = 448;
    private static final int LEAST_ENTRIES = 2048;

    // What a multiprocessor keeps of its fast memory for each block, and what the kernel has beside the pixels.
    private static final int RESERVED_SHARED = 2048;

    private final CudaDevice device;
    private final FieldBasis basis;
    private final CudaProgram program;
    private final FieldOnCard tables;
    private final FieldFormat.Start[] starts;
    private final String[] names;
    private final long[] places;
    private final int[] words;
    private final CodedMemory coded;
    private final FieldEvaluator evaluator;
    private final Staging staging;
    private final long working;
    private final int canvas;
    private @Nullable DeviceMemory scratch;

    private CudaFields(
            CudaDevice device,
            FieldBasis basis,
            CudaProgram program,
            FieldOnCard tables,
            FieldFormat.Start[] starts,
            String[] names,
            long[] places,
            int[] words,
            CodedMemory coded,
            long working) {
        this.device = device;
        this.basis = basis;
        this.program = program;
        this.tables = tables;
        this.starts = starts;
        this.names = names;
        this.places = places;
        this.words = words;
        this.coded = coded;
        this.working = working;
        evaluator = new FieldEvaluator(basis, FieldKernel.reference());
        staging = new Staging(device, this::failure);
        program.allowShared(PIXELS, device.properties().sharedBytes() - RESERVED_SHARED);
        // Two blocks at a time on a multiprocessor.
        canvas = (device.properties().sharedBytes() / 2 - 4 * RESERVED_SHARED) / Float.BYTES;
    }

    static CudaFields open(CudaDevice device, FieldShared shared, RecordSource records, CudaBudget budget)
            throws IOException {
        FieldBasis basis = shared.basis();
        FieldFormat format = new FieldFormat(basis, shared.commonSize(), FieldKernel.reference());
        int count = records.size();
        var starts = new FieldFormat.Start[count];
        var names = new String[count];
        long[] places = new long[count + 1];
        int[] words = new int[count];
        for (int i = 0; i < count; i++) {
            MemorySegment record = records.record(i);
            names[i] = records.name(i);
            try {
                starts[i] = format.start(record);
                long stream = record.byteSize() - starts[i].offset() - 4L * starts[i].lanes();
                if (stream < 0 || (stream & 1) != 0) {
                    throw new CorruptDataException("a field record with a stream of " + stream + " bytes");
                }
                words[i] = Math.toIntExact(stream / 2);
                // Streams only: what comes before them is in `starts`.
                places[i + 1] = places[i] + Math.ceilDiv(4L * starts[i].lanes() + stream, 4) * 4;
            } catch (CorruptDataException damage) {
                throw new CorruptDataException(names[i] + " cannot be decoded: " + damage.getMessage());
            }
        }
        CudaProgram program = CudaProgram.load(device, source(basis));
        FieldOnCard tables = null;
        CodedMemory coded = null;
        try (CudaStream stream = device.newStream()) {
            tables = new FieldOnCard(device, basis, stream);
            coded = CodedMemory.copy(device, places, budget, (index, to) -> {
                MemorySegment record = records.record(index);
                to.copyFrom(record.asSlice(starts[index].offset()));
            });
            return new CudaFields(
                    device, basis, program, tables, starts, names, places, words, coded, budget.working());
        } catch (IOException | RuntimeException failure) {
            if (coded != null) {
                coded.close();
            }
            if (tables != null) {
                tables.close();
            }
            program.close();
            throw failure;
        }
    }

    /// The kernels for a basis.
    static CudaProgram.Source source(FieldBasis basis) {
        int entries = LEAST_ENTRIES;
        for (int group = 1; group < basis.groups(); group++) {
            entries = Math.max(entries, basis.channels(group));
        }
        return CudaProgram.Source.of("field", Map.of("FIELD_ENTRIES", entries));
    }

    private CorruptDataException failure(int index, int status) {
        String problem = switch (status) {
            case 1 -> "the coefficient stream begins with an illegal state";
            case 2 -> "the coefficient stream ends too early";
            case 3 -> "the coefficient stream holds a number of too many digits";
            case 4 -> "the coefficient stream does not end where its symbols do";
            default -> "the kernel ended with status " + status + ", which is a fault of this program";
        };
        return new CorruptDataException(names[index] + " cannot be decoded: " + problem);
    }

    @Override
    public PictureSize size(int index) {
        return starts[index].size();
    }

    private long cells(int index) {
        return (long) starts[index].rows() * starts[index].columns();
    }

    /// Bytes of scratch memory of a picture: coefficients, features, energies; each a multiple of 16.
    private long scratchBytes(int index) {
        return coefficientBytes(index) + featureBytes(index) + energyBytes(index);
    }

    private long coefficientBytes(int index) {
        return Staging.aligned(Short.BYTES * cells(index) * basis.channels());
    }

    private long featureBytes(int index) {
        return Staging.aligned(Short.BYTES * cells(index) * 4 * Math.max(1, basis.groups() - 1));
    }

    private long energyBytes(int index) {
        return Staging.aligned(Integer.BYTES * cells(index));
    }

    @Override
    public void decode(int[] indices, List<Sampling> samplings, CudaTarget target, CudaStream stream)
            throws CorruptDataException {
        Samplings.require(indices, samplings, target, starts.length);
        int from = 0;
        while (from < indices.length) {
            int to = from;
            long bytes = 0;
            while (to < indices.length && to - from < 65_535) {
                long more = scratchBytes(indices[to]);
                if (to > from && bytes + more > working) {
                    break;
                }
                bytes += more;
                to++;
            }
            part(Arrays.copyOfRange(indices, from, to), samplings.subList(from, to), target, from, bytes, stream);
            from = to;
        }
    }

    private void part(
            int[] indices, List<Sampling> samplings, CudaTarget target, int first, long scratchBytes, CudaStream stream)
            throws CorruptDataException {
        int count = indices.length;
        int statusBytes = Staging.statusBytes(count);
        long bytes = statusBytes + (long) SAMPLE_BYTES * count;
        if (coded instanceof CodedMemory.OnMachine) {
            for (int index : indices) {
                bytes += places[index + 1] - places[index];
            }
        }
        Staging.Begun begun = staging.begin(indices, bytes);
        ByteBuffer buffer = begun.buffer();
        DeviceMemory room = scratch(scratchBytes, stream);
        // All coefficients come first, then all features, then all energies.
        long features = 0;
        long energies = 0;
        for (int index : indices) {
            features += coefficientBytes(index);
            energies += coefficientBytes(index) + featureBytes(index);
        }
        long coefficientPlace = 0;
        long featurePlace = 0;
        long energyPlace = 0;
        long recordPlace = statusBytes + (long) SAMPLE_BYTES * count;
        int pixels = 0;
        int others = 0;
        int tiles = 0;
        for (int i = 0; i < count; i++) {
            int index = indices[i];
            Sampling sampling = samplings.get(i);
            FieldFormat.Start start = starts[index];
            int octave = evaluator.octave(sampling);
            FieldTiles cut = FieldTiles.of(sampling, start.size(), octave, canvas);
            pixels = Math.max(pixels, cut.pixels());
            others = Math.max(others, cut.others());
            tiles = Math.max(tiles, cut.count());
            long recordBytes = places[index + 1] - places[index];
            if (coded instanceof CodedMemory.OnMachine machine) {
                begun.segment()
                        .asSlice(recordPlace, recordBytes)
                        .copyFrom(machine.segment().asSlice(places[index], recordBytes));
            }
            buffer.putLong(coded instanceof CodedMemory.OnCard ? places[index] : recordPlace)
                    .putLong(coefficientPlace / Short.BYTES)
                    .putLong(featurePlace / Short.BYTES)
                    .putLong(energyPlace / Integer.BYTES)
                    .putInt(words[index])
                    .putInt(start.lanes())
                    .putInt(evaluator.groups(sampling))
                    .putInt(start.level())
                    .putInt(start.size().width())
                    .putInt(start.size().height())
                    .putInt(start.rows())
                    .putInt(start.columns())
                    .putInt(octave)
                    .putInt(FieldTiles.turned(sampling) ? 1 : 0)
                    .putInt(cut.width())
                    .putInt(cut.height())
                    .putInt(cut.across())
                    .putInt(cut.count())
                    .putInt(i)
                    .putInt(target.border() != null && !Samplings.inside(sampling, start.size()) ? 1 : 0);
            Samplings.write(buffer, sampling);
            buffer.putDouble(Math.hypot(sampling.xx(), sampling.xy()))
                    .putDouble(Math.hypot(sampling.yx(), sampling.yy()));
            coefficientPlace += coefficientBytes(index);
            featurePlace += featureBytes(index);
            energyPlace += energyBytes(index);
            recordPlace += recordBytes;
        }
        int sharedBytes = fitting((long) Float.BYTES * pixels + others, target);
        begun.slot().send(bytes, stream);
        long records = coded instanceof CodedMemory.OnCard card
                ? card.memory().address()
                : begun.slot().address();
        ByteBuffer job = ByteBuffer.allocate(JOB_BYTES).order(ByteOrder.nativeOrder());
        job.putLong(records)
                .putLong(begun.slot().address() + statusBytes)
                .putLong(room.address())
                .putLong(room.address() + features)
                .putLong(room.address() + energies)
                .putLong(begun.slot().address())
                .put(tables.description());
        target.write(job, first);
        job.putInt(pixels).putInt(count).flip();
        program.launch(COEFFICIENTS, count, 1, DECODING_THREADS, 0, job, stream);
        program.launch(PIXELS, 3 * tiles, count, PIXEL_THREADS, sharedBytes, job, stream);
        begun.slot().finish(stream);
    }

    private int fitting(long bytes, CudaTarget target) {
        int most = device.properties().sharedBytes() - RESERVED_SHARED;
        if (bytes > most) {
            throw new CudaException("an output of " + target.width() + " x " + target.height()
                    + " pixels takes so much of a picture for each pixel (" + bytes + " bytes of " + most
                    + ") that " + device.properties().name()
                    + " cannot make it; decode it larger, or on the processor");
        }
        return (int) bytes;
    }

    private DeviceMemory scratch(long bytes, CudaStream stream) {
        DeviceMemory known = scratch;
        if (known == null || known.bytes() < bytes) {
            if (known != null) {
                stream.synchronise();
                scratch = null;
                known.close();
            }
            known = device.allocate(bytes);
            scratch = known;
        }
        return known;
    }

    @Override
    public void check() throws CorruptDataException {
        staging.check();
    }

    @Override
    public boolean antialiased() {
        return true;
    }

    @Override
    public long residentBytes() {
        return coded.bytes();
    }

    @Override
    public boolean resident() {
        return coded instanceof CodedMemory.OnCard;
    }

    @Override
    public long cardBytes() {
        return tables.bytes()
                + staging.cardBytes()
                + (scratch == null ? 0 : scratch.bytes())
                + (resident() ? coded.bytes() : 0);
    }

    @Override
    public void close() {
        staging.close();
        if (scratch != null) {
            scratch.close();
        }
        coded.close();
        tables.close();
        program.close();
    }
}
