package org.sekkei.inr.cuda;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.sekkei.inr.field.BlockFit;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldNetwork;
import org.sekkei.inr.field.FieldTables;

/// The tables of a basis on a card, in the kernels' order: channels sorted by the parity of their
/// functions, functions as
/// fours of places that mirror each other.
final class FieldOnCard implements AutoCloseable {
    private static final int OCTAVES = 5;
    private static final int PARITIES = 4;
    private static final int BEGINS = 36;
    private static final int COVARIANCES = 160;
    private static final int BYTES_OF_TABLES = 328;

    private final FieldBasis basis;
    private final DeviceMemory memory;
    private final ByteBuffer description = ByteBuffer.allocate(BYTES_OF_TABLES).order(ByteOrder.nativeOrder());

    /// Sorted places, and how many channels come before those of each parity.
    private record Order(int[] place, int[] starts) {
        static Order of(byte[] parity) {
            int[] starts = new int[PARITIES + 1];
            for (byte p : parity) {
                starts[p + 1]++;
            }
            for (int p = 0; p < PARITIES; p++) {
                starts[p + 1] += starts[p];
            }
            int[] next = starts.clone();
            int[] place = new int[parity.length];
            for (int k = 0; k < place.length; k++) {
                place[k] = next[parity[k]]++;
            }
            return new Order(place, starts);
        }
    }

    FieldOnCard(CudaDevice device, FieldBasis basis, CudaStream stream) {
        this.basis = basis;
        int channels = basis.channels();
        Order order = Order.of(basis.parity());
        int octaves = FieldTables.lastOctave(basis) + 1;
        long functionBytes = 0;
        for (int octave = 0; octave < octaves; octave++) {
            functionBytes +=
                    (octave == 0 ? 2L : 4L) * channels * basis.tables(octave).length() + 256;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(functionBytes + otherBytes()))
                .order(ByteOrder.nativeOrder());
        int[] parts = new int[6 + octaves];
        parts[0] = align(bytes);
        writeBegins(bytes);
        parts[1] = align(bytes);
        writePrediction(bytes);
        parts[2] = align(bytes);
        for (int place : order.place) {
            bytes.putShort((short) place);
        }
        parts[3] = align(bytes);
        for (int energy : basis.energy()) {
            bytes.put((byte) energy);
        }
        parts[4] = align(bytes);
        int[] networkStarts = writeNetworks(bytes);
        parts[5] = align(bytes);
        writeFits(bytes);
        for (int octave = 0; octave < octaves; octave++) {
            parts[6 + octave] = align(bytes);
            writeFunctions(bytes, octave, order);
        }
        MemorySegment all = MemorySegment.ofBuffer(bytes.flip());
        memory = device.allocate(all.byteSize());
        // The driver takes native memory only.
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(all.byteSize(), 16).copyFrom(all);
            memory.put(0, copy, stream);
            stream.synchronise();
        }
        describe(parts, networkStarts, order, octaves);
    }

    private void describe(int[] parts, int[] networkStarts, Order order, int octaves) {
        for (int part = 0; part < 6; part++) {
            description.putLong(memory.address() + parts[part]);
        }
        for (int octave = 0; octave < OCTAVES; octave++) {
            description.putLong(octave < octaves ? memory.address() + parts[6 + octave] : 0);
        }
        for (int group = 0; group < FieldBasis.MAX_GROUPS; group++) {
            description.putInt(group < basis.groups() ? networkStarts[group] : 0);
        }
        for (int group = 0; group <= FieldBasis.MAX_GROUPS; group++) {
            description.putInt(basis.start(Math.min(group, basis.groups())));
        }
        description.putInt(basis.groups()).putInt(basis.channels()).putInt(basis.stride());
        for (int parity = 0; parity < PARITIES; parity++) {
            description.putInt(order.starts[parity]);
        }
        for (int octave = 0; octave < OCTAVES; octave++) {
            int[] visible = new int[PARITIES];
            for (int k = 0; octave < octaves && k < basis.tables(octave).visible(); k++) {
                visible[basis.parity()[k]]++;
            }
            for (int count : visible) {
                description.putInt(count);
            }
        }
        if (description.hasRemaining()) {
            throw new IllegalStateException("the kernels expect other tables");
        }
        description.flip();
    }

    private long otherBytes() {
        long networks = 0;
        for (int group = 1; group < basis.groups(); group++) {
            FieldNetwork network = basis.network(group);
            networks += (network.inputs() + 1L) * FieldNetwork.HIDDEN + (FieldNetwork.HIDDEN + 1L) * network.channels();
        }
        long fits = OCTAVES * (COVARIANCES + (long) BlockFit.WIDEST * BlockFit.WIDEST) * Double.BYTES;
        long prediction = FieldBasis.GRID_LEVELS * 2L * basis.channels(0) * FieldBasis.SPREADS;
        return 6 * 256 + 2L * FieldBasis.TABLES * BEGINS + prediction + 3L * basis.channels() + 4 * networks + fits;
    }

    private static int align(ByteBuffer bytes) {
        int position = (bytes.position() + 255) & -256;
        bytes.position(position);
        return position;
    }

    private void writeBegins(ByteBuffer bytes) {
        for (int table = 0; table < FieldBasis.TABLES; table++) {
            int begin = 0;
            for (int symbol = 0; symbol < BEGINS; symbol++) {
                bytes.putShort((short) begin);
                begin += symbol < FieldBasis.SYMBOLS ? basis.frequencies()[table * FieldBasis.SYMBOLS + symbol] : 0;
            }
        }
    }

    private void writePrediction(ByteBuffer bytes) {
        for (int level = 0; level < FieldBasis.GRID_LEVELS; level++) {
            for (int kind = 0; kind < 2; kind++) {
                for (int channel = 0; channel < basis.channels(0); channel++) {
                    for (int spread = 0; spread < FieldBasis.SPREADS; spread++) {
                        bytes.put((byte) basis.prediction(level, kind, channel, spread));
                    }
                }
            }
        }
    }

    /// Transposed, so that neighbouring threads read neighbouring weights.
    private int[] writeNetworks(ByteBuffer bytes) {
        int begin = bytes.position();
        int[] starts = new int[basis.groups()];
        for (int group = 1; group < basis.groups(); group++) {
            starts[group] = (bytes.position() - begin) / Integer.BYTES;
            FieldNetwork network = basis.network(group);
            for (int input = 0; input < network.inputs(); input++) {
                for (int unit = 0; unit < FieldNetwork.HIDDEN; unit++) {
                    bytes.putInt(network.hiddenWeight()[unit * network.inputs() + input]);
                }
            }
            for (int bias : network.hiddenBias()) {
                bytes.putInt(bias);
            }
            for (int unit = 0; unit < FieldNetwork.HIDDEN; unit++) {
                for (int channel = 0; channel < network.channels(); channel++) {
                    bytes.putInt(network.scaleWeight()[channel * FieldNetwork.HIDDEN + unit]);
                }
            }
            for (int bias : network.scaleBias()) {
                bytes.putInt(bias);
            }
        }
        return starts;
    }

    private static void writeFits(ByteBuffer bytes) {
        for (int octave = 0; octave < OCTAVES; octave++) {
            double[] covariances = new double[COVARIANCES];
            double[][] factor = new double[BlockFit.WIDEST][BlockFit.WIDEST];
            if (octave > 0) {
                BlockFit fit = new BlockFit(octave, BlockFit.WIDEST);
                System.arraycopy(fit.covariances(), 0, covariances, 0, fit.covariances().length);
                factor = fit.factor();
            }
            for (double covariance : covariances) {
                bytes.putDouble(covariance);
            }
            for (double[] row : factor) {
                for (double number : row) {
                    bytes.putDouble(number);
                }
            }
        }
    }

    private void writeFunctions(ByteBuffer bytes, int octave, Order order) {
        FieldTables tables = basis.tables(octave);
        int stride = tables.stride();
        int half = stride / 2;
        int begin = bytes.position();
        int size = octave == 0 ? Short.BYTES : Float.BYTES;
        float[] quarter = new float[tables.length()];
        for (int k = 0; k < basis.channels(); k++) {
            tables.copy(k, quarter, 0);
            bytes.position(begin + order.place[k] * tables.length() * size);
            for (int colour = 0; colour < 3; colour++) {
                for (int orbit = 0; orbit < half * half; orbit++) {
                    for (int q = 0; q < 4; q++) {
                        int y = (q & 2) == 0 ? orbit / half : stride - 1 - orbit / half;
                        int x = (q & 1) == 0 ? orbit % half : stride - 1 - orbit % half;
                        float value = quarter[(colour * stride + y) * stride + x];
                        if (octave == 0) {
                            bytes.putShort(Float.floatToFloat16(value));
                        } else {
                            bytes.putFloat(value);
                        }
                    }
                }
            }
        }
        bytes.position(begin + basis.channels() * tables.length() * size);
    }

    /// The kernels' `FieldTables`.
    ByteBuffer description() {
        return description.duplicate();
    }

    long bytes() {
        return memory.bytes();
    }

    @Override
    public void close() {
        memory.close();
    }
}
