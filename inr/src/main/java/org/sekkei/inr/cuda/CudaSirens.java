package org.sekkei.inr.cuda;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.siren.SirenFormat;
import org.sekkei.inr.siren.SirenRecord;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.inr.siren.SirenStart;

/// Pictures of the codec `siren`. Their entropy coding, whose steps follow from each other through all of a
/// network, is
/// undone once, on the machine; on the card lie the quantised values, a byte each where they fit. A batch
/// is one kernel for
/// each shape of network in it.
final class CudaSirens implements CudaPictures {
    /// The widest networks whose activations fit the registers of a thread.
    private static final int MOST_WIDTH = 64;

    static final int THREADS = 128;
    private static final int SAMPLE_BYTES = 88;
    static final int JOB_BYTES = 136;
    private static final int HALVES = 3;

    /// Blocks for each multiprocessor that a batch should give: so many run there at a time, twice.
    private static final int BLOCKS = 8;

    private final CudaDevice device;
    private final List<Network> networks;
    private final Picture[] pictures;
    private final String[] names;
    private final long[] places;
    private final CodedMemory coded;
    private final Staging staging;
    private final CudaOptions options;

    /// @param kind of the values: bytes, shorts, ints, halves
    /// @param step of the quantiser
    private record Picture(int start, PictureSize size, int kind, int step) {
        static Picture of(SirenRecord record) {
            return switch (record) {
                case SirenRecord.Half half -> new Picture(half.start(), half.size(), HALVES, 0);
                case SirenRecord.Quantised quantised ->
                    new Picture(quantised.start(), quantised.size(), narrowest(quantised.values()), quantised.step());
            };
        }

        private static int narrowest(int[] values) {
            int most = 0;
            for (int value : values) {
                most |= value < 0 ? ~value : value;
            }
            return most <= Byte.MAX_VALUE ? 0 : most <= Short.MAX_VALUE ? 1 : 2;
        }

        int valueBytes() {
            return switch (kind) {
                case 0 -> 1;
                case 2 -> 4;
                default -> 2;
            };
        }
    }

    /// The kernels for a start and its parameters on the card.
    private record Network(CudaProgram program, SirenShape shape, DeviceMemory start, DeviceMemory steps) {
        void close() {
            program.close();
            start.close();
            steps.close();
        }
    }

    private CudaSirens(
            CudaDevice device,
            List<Network> networks,
            Picture[] pictures,
            String[] names,
            long[] places,
            CodedMemory coded,
            CudaOptions options) {
        this.device = device;
        this.networks = networks;
        this.pictures = pictures;
        this.names = names;
        this.places = places;
        this.coded = coded;
        this.options = options;
        staging = new Staging(device, this::failure);
    }

    static CudaSirens open(CudaDevice device, SirenShared shared, RecordSource records, CudaOptions options)
            throws IOException {
        for (SirenStart start : shared.starts()) {
            if (start.shape().width() > MOST_WIDTH) {
                throw new CudaException("networks of " + start.shape() + " are wider than the " + MOST_WIDTH
                        + " units that the kernels hold; decode them with libtorch or on the processor");
            }
        }
        var format = new SirenFormat(shared);
        int count = records.size();
        var pictures = new Picture[count];
        var names = new String[count];
        long[] places = new long[count + 1];
        for (int i = 0; i < count; i++) {
            names[i] = records.name(i);
            pictures[i] = Picture.of(parse(format, records, i));
            int parameters = shared.starts().get(pictures[i].start).shape().parameterCount();
            places[i + 1] = places[i] + Math.ceilDiv((long) parameters * pictures[i].valueBytes(), 4) * 4;
        }
        List<Network> networks = new ArrayList<>();
        CodedMemory coded = null;
        try (CudaStream stream = device.newStream()) {
            for (SirenStart start : shared.starts()) {
                networks.add(network(device, start, options.arithmetic(), stream));
            }
            coded = CodedMemory.copy(
                    device, places, options.budget(), (index, to) -> write(parse(format, records, index), to));
            return new CudaSirens(device, List.copyOf(networks), pictures, names, places, coded, options);
        } catch (IOException | RuntimeException failure) {
            if (coded != null) {
                coded.close();
            }
            networks.forEach(Network::close);
            throw failure;
        }
    }

    private static SirenRecord parse(SirenFormat format, RecordSource records, int index) throws IOException {
        MemorySegment record = records.record(index);
        try {
            return format.parse(record);
        } catch (CorruptDataException damage) {
            throw new CorruptDataException(records.name(index) + " cannot be decoded: " + damage.getMessage());
        }
    }

    private static void write(SirenRecord record, MemorySegment to) {
        switch (record) {
            case SirenRecord.Half half ->
                MemorySegment.copy(half.differences(), 0, to, ValueLayout.JAVA_SHORT, 0, half.differences().length);
            case SirenRecord.Quantised quantised -> {
                int[] values = quantised.values();
                switch (Picture.of(record).valueBytes()) {
                    case 1 -> {
                        for (int i = 0; i < values.length; i++) {
                            to.set(ValueLayout.JAVA_BYTE, i, (byte) values[i]);
                        }
                    }
                    case 2 -> {
                        for (int i = 0; i < values.length; i++) {
                            to.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) values[i]);
                        }
                    }
                    default -> MemorySegment.copy(values, 0, to, ValueLayout.JAVA_INT, 0, values.length);
                }
            }
        }
    }

    /// The kernels for networks of this shape.
    ///
    /// @param sharedBytes of fast memory that a block may have
    static CudaProgram.Source source(SirenShape shape, int sharedBytes) {
        return CudaProgram.Source.of(
                "siren",
                Map.of(
                        "WIDTH",
                        shape.width(),
                        "LAYERS",
                        shape.layers(),
                        "ALL_LAYERS",
                        allLayers(shape, sharedBytes) ? 1 : 0));
    }

    /// Whether three blocks with all weights fit a multiprocessor.
    private static boolean allLayers(SirenShape shape, int sharedBytes) {
        return floatBytes(shape, true) <= sharedBytes / 3;
    }

    private static int floatBytes(SirenShape shape, boolean all) {
        int width = shape.width();
        int pitch = inFours(width);
        int layers = all ? shape.layers() - 1 : 1;
        return Float.BYTES * (inFours(3 * width) + layers * inFours(width * (pitch + 1)) + 3 * (pitch + 1));
    }

    private static int inFours(int numbers) {
        return Math.ceilDiv(numbers, 4) * 4;
    }

    private static int halfBytes(SirenShape shape) {
        int width = Math.ceilDiv(shape.width(), 16) * 16;
        int layer = width * (width + 8);
        return Float.BYTES * (3 * width + shape.layers() * width)
                + Short.BYTES * ((shape.layers() - 1) * layer + 8 * (width + 8));
    }

    private static int pixelsOfThread(SirenShape shape) {
        return shape.width() <= 32 ? 2 : 1;
    }

    static String kernel(Arithmetic arithmetic) {
        return arithmetic == Arithmetic.HALF ? "siren_half" : "siren_float";
    }

    private static int sharedBytes(SirenShape shape, Arithmetic arithmetic, int most) {
        return arithmetic == Arithmetic.HALF ? halfBytes(shape) : floatBytes(shape, allLayers(shape, most));
    }

    private static Network network(CudaDevice device, SirenStart start, Arithmetic arithmetic, CudaStream stream) {
        SirenShape shape = start.shape();
        int most = device.properties().sharedBytes();
        int bytes = sharedBytes(shape, arithmetic, most);
        if (bytes > most) {
            throw new CudaException("networks of " + shape + " take " + bytes + " bytes of fast memory, and "
                    + device.properties().name() + " has " + most + " for a block; decode them in float32");
        }
        CudaProgram program = CudaProgram.load(device, source(shape, most));
        program.allowShared(kernel(arithmetic), bytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment parameters = arena.allocateFrom(ValueLayout.JAVA_FLOAT, start.parameters());
            MemorySegment steps = arena.allocateFrom(ValueLayout.JAVA_BYTE, start.stepOffsets());
            DeviceMemory onCard = device.allocate(parameters.byteSize());
            onCard.put(0, parameters, stream);
            DeviceMemory stepsOnCard = device.allocate(steps.byteSize());
            stepsOnCard.put(0, steps, stream);
            stream.synchronise();
            return new Network(program, shape, onCard, stepsOnCard);
        }
    }

    private CorruptDataException failure(int index, int status) {
        return new CorruptDataException(names[index] + " ended with status " + status);
    }

    @Override
    public PictureSize size(int index) {
        return pictures[index].size;
    }

    @Override
    public void decode(int[] indices, List<Sampling> samplings, CudaTarget target, CudaStream stream)
            throws CorruptDataException {
        Samplings.require(indices, samplings, target, pictures.length);
        int count = indices.length;
        if (count == 0) {
            return;
        }
        int statusBytes = Staging.statusBytes(count);
        long bytes = statusBytes + (long) SAMPLE_BYTES * count;
        if (coded instanceof CodedMemory.OnMachine) {
            for (int index : indices) {
                bytes += places[index + 1] - places[index];
            }
        }
        Staging.Begun begun = staging.begin(indices, bytes);
        ByteBuffer buffer = begun.buffer();
        long valuePlace = statusBytes + (long) SAMPLE_BYTES * count;
        int[] members = new int[networks.size()];
        for (int network = 0; network < members.length; network++) {
            for (int i = 0; i < count; i++) {
                Picture picture = pictures[indices[i]];
                if (picture.start != network) {
                    continue;
                }
                members[network]++;
                long own = places[indices[i] + 1] - places[indices[i]];
                if (coded instanceof CodedMemory.OnMachine machine) {
                    begun.segment()
                            .asSlice(valuePlace, own)
                            .copyFrom(machine.segment().asSlice(places[indices[i]], own));
                }
                Sampling sampling = samplings.get(i);
                buffer.putLong(coded instanceof CodedMemory.OnCard ? places[indices[i]] : valuePlace)
                        .putInt(picture.kind)
                        .putInt(picture.step)
                        .putInt(picture.size.width())
                        .putInt(picture.size.height())
                        .putInt((int) Math.clamp(Math.ceil(sampling.scale() - 1e-3), 1, options.smoothing()))
                        .putInt(i)
                        .putInt(target.border() != null && !Samplings.inside(sampling, picture.size) ? 1 : 0)
                        .putInt(0);
                Samplings.write(buffer, sampling);
                valuePlace += own;
            }
        }
        begun.slot().send(bytes, stream);
        long values = coded instanceof CodedMemory.OnCard card
                ? card.memory().address()
                : begun.slot().address();
        long samples = begun.slot().address() + statusBytes;
        for (int network = 0; network < members.length; network++) {
            // A grid has no more rows.
            for (int from = 0; from < members[network]; from += 65_535) {
                int some = Math.min(members[network] - from, 65_535);
                launch(networks.get(network), values, samples, some, target, stream);
                samples += (long) SAMPLE_BYTES * some;
            }
        }
        begun.slot().finish(stream);
    }

    private void launch(Network network, long values, long samples, int count, CudaTarget target, CudaStream stream) {
        int pixels = target.width() * target.height();
        int perBlock = options.arithmetic() == Arithmetic.HALF ? THREADS : THREADS * pixelsOfThread(network.shape);
        int tiles = Math.ceilDiv(pixels, perBlock);
        // A block that makes many tiles loads the weights once for all of them.
        int wanted = Math.ceilDiv(BLOCKS * device.properties().multiprocessors(), count);
        int across = Math.clamp(wanted, 1, tiles);
        ByteBuffer job = ByteBuffer.allocate(JOB_BYTES).order(ByteOrder.nativeOrder());
        job.putLong(values).putLong(samples).putLong(network.start.address()).putLong(network.steps.address());
        target.write(job, 0);
        for (int k = 0; k < 8; k++) {
            job.putFloat((float) StrictMath.pow(2, k / 8.0));
        }
        job.putInt(count).putInt(tiles).flip();
        int shared = sharedBytes(
                network.shape, options.arithmetic(), device.properties().sharedBytes());
        network.program.launch(kernel(options.arithmetic()), across, count, THREADS, shared, job, stream);
    }

    @Override
    public void check() throws CorruptDataException {
        staging.check();
    }

    @Override
    public boolean antialiased() {
        return options.smoothing() > 1;
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
        long own = 0;
        for (Network network : networks) {
            own += network.start.bytes() + network.steps.bytes();
        }
        return own + staging.cardBytes() + (resident() ? coded.bytes() : 0);
    }

    @Override
    public void close() {
        staging.close();
        coded.close();
        networks.forEach(Network::close);
    }
}
