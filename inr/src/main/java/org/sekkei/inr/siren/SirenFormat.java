package org.sekkei.inr.siren;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.entropy.LaplaceTables;
import org.sekkei.inr.entropy.RansDecoder;
import org.sekkei.inr.entropy.RansEncoder;

/// Writes and reads the records of the codec `siren`. Not thread-safe: one a thread.
///
/// A record begins with one byte: bits 0..3 the index of the start (and so the shape) in [SirenShared], bits 4..5 how
/// the
/// parameters are written (0 half precision, 1 fixed width, 2 rANS), bit 6 set if the picture has the common size;
/// bit 7
/// is zero. Then, unless bit 6 is set, width and height as LEB128 varints. Then
///
/// - half precision: for each parameter its difference from the start as an IEEE half;
/// - fixed width: one byte, the step index, then for each layer 5 bits, the width `b` of its values, 1 bit, whether a
///   mask says which are not zero, and the values: two's complement of `b` bits each;
/// - rANS: one byte, the step index, then one rANS stream: for each layer 6 bits, its scale, 4 bits, its probability
/// of
///   zero, and its rows, each as weights and bias, with the tables of [LaplaceTables] at the layer's scale plus the
/// row's
///   offset.
///
/// A quantised parameter is `start + value * step(row)`.
public final class SirenFormat {
    private static final int HALF = 0;
    private static final int FIXED = 1;
    private static final int RANS = 2;
    private static final int COMMON_SIZE = 1 << 6;
    private static final int SCALE_BITS = 6;
    private static final int ZERO_BITS = 4;

    private final SirenShared shared;
    private final LaplaceTables tables = new LaplaceTables();

    public SirenFormat(SirenShared shared) {
        this.shared = shared;
    }

    public SirenShared shared() {
        return shared;
    }

    /// Writes a network in half precision, without quantisation.
    public byte[] writeHalf(int start, PictureSize size, float[] parameters) {
        ByteArrayOutputStream out = header(start, HALF, size);
        float[] origin = shared.starts().get(start).parameters();
        for (int i = 0; i < origin.length; i++) {
            short half = Float.floatToFloat16(parameters[i] - origin[i]);
            out.write(half);
            out.write(half >>> 8);
        }
        return out.toByteArray();
    }

    /// Writes a quantised network.
    ///
    /// @param step the picture's step index, 0..255
    /// @param values `[parameterCount]`, multiples of the row's step away from the start
    public byte[] writeQuantised(int start, PictureSize size, int step, int[] values, SirenPacking packing) {
        SirenStart origin = shared.starts().get(start);
        ByteArrayOutputStream out = header(start, packing == SirenPacking.FIXED ? FIXED : RANS, size);
        out.write(step);
        out.writeBytes(packing == SirenPacking.FIXED ? fixed(origin.shape(), values) : rans(origin, values));
        return out.toByteArray();
    }

    private ByteArrayOutputStream header(int start, int kind, PictureSize size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean common = size.equals(shared.commonSize());
        out.write(start | kind << 4 | (common ? COMMON_SIZE : 0));
        if (!common) {
            varint(out, size.width());
            varint(out, size.height());
        }
        return out;
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest > 0x7F) {
            out.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    private static byte[] fixed(SirenShape shape, int[] values) {
        BitWriter bits = new BitWriter();
        for (int layer = 0; layer < shape.matrices(); layer++) {
            int from = shape.weights(layer);
            int to = shape.biases(layer) + shape.outputs(layer);
            int width = 0;
            int nonZero = 0;
            for (int i = from; i < to; i++) {
                int value = values[i];
                if (value != 0) {
                    nonZero++;
                    width = Math.max(width, 33 - Integer.numberOfLeadingZeros(value < 0 ? ~value : value));
                }
            }
            if (width > 31) {
                throw new IllegalArgumentException("a quantised parameter needs " + width + " bits");
            }
            boolean masked = (long) (to - from) + (long) nonZero * width < (long) (to - from) * width;
            bits.put(width, 5);
            bits.put(masked ? 1 : 0, 1);
            for (int i = from; masked && i < to; i++) {
                bits.put(values[i] == 0 ? 0 : 1, 1);
            }
            for (int i = from; i < to; i++) {
                if (!masked || values[i] != 0) {
                    bits.put(values[i], width);
                }
            }
        }
        return bits.finish();
    }

    private byte[] rans(SirenStart start, int[] values) {
        RansEncoder encoder = new RansEncoder();
        SirenShape shape = start.shape();
        int row = 0;
        for (int layer = 0; layer < shape.matrices(); layer++) {
            LayerModel model = bestModel(start, layer, row, values);
            encoder.putBits(model.scale, SCALE_BITS);
            encoder.putBits(model.zeros, ZERO_BITS);
            int inputs = shape.inputs(layer);
            for (int output = 0; output < shape.outputs(layer); output++, row++) {
                int scale = rowScale(model.scale, start.scaleOffsets()[row]);
                for (int i = 0; i < inputs; i++) {
                    tables.put(encoder, scale, model.zeros, values[shape.weights(layer) + output * inputs + i]);
                }
                tables.put(encoder, scale, model.zeros, values[shape.biases(layer) + output]);
            }
        }
        return encoder.finish();
    }

    private record LayerModel(int scale, int zeros) {}

    private static int rowScale(int layerScale, int offset) {
        return Math.clamp(layerScale + offset, 0, LaplaceTables.SCALES - 1);
    }

    /// The scale and the probability of zero that make a layer shortest: the neighbours of what its mean magnitude
    /// and share of zeros suggest are tried.
    private LayerModel bestModel(SirenStart start, int layer, int firstRow, int[] values) {
        SirenShape shape = start.shape();
        int inputs = shape.inputs(layer);
        double sum = 0;
        double sumOfNonZero = 0;
        int zeroCount = 0;
        int count = shape.outputs(layer) * (inputs + 1);
        for (int output = 0; output < shape.outputs(layer); output++) {
            double factor = Math.pow(2, -start.scaleOffsets()[firstRow + output] / 4.0);
            for (int i = 0; i <= inputs; i++) {
                int value = value(shape, layer, output, i, values);
                sum += Math.abs(value) * factor;
                if (value == 0) {
                    zeroCount++;
                } else {
                    sumOfNonZero += Math.abs(value) * factor;
                }
            }
        }
        LayerModel best = new LayerModel(0, 0);
        double bestCost = Double.POSITIVE_INFINITY;
        int plain = LaplaceTables.scaleFor(sum / count);
        int nonZero = LaplaceTables.scaleFor(sumOfNonZero / Math.max(1, count - zeroCount));
        int share = Math.clamp(Math.round(16f * zeroCount / count), 1, LaplaceTables.ZEROS - 1);
        for (int zeros : new int[] {0, share - 1, share, share + 1}) {
            if (zeros >= LaplaceTables.ZEROS) {
                continue;
            }
            int centre = zeros == 0 ? plain : nonZero;
            for (int scale = Math.max(0, centre - 3);
                    scale <= Math.min(LaplaceTables.SCALES - 1, centre + 2);
                    scale++) {
                double cost = 0;
                for (int output = 0; output < shape.outputs(layer); output++) {
                    int rowScale = rowScale(scale, start.scaleOffsets()[firstRow + output]);
                    for (int i = 0; i <= inputs; i++) {
                        cost += tables.cost(rowScale, zeros, value(shape, layer, output, i, values));
                    }
                }
                if (cost < bestCost) {
                    bestCost = cost;
                    best = new LayerModel(scale, zeros);
                }
            }
        }
        return best;
    }

    /// The `i`-th value of a row; the bias comes last.
    private static int value(SirenShape shape, int layer, int output, int i, int[] values) {
        int inputs = shape.inputs(layer);
        return i == inputs ? values[shape.biases(layer) + output] : values[shape.weights(layer) + output * inputs + i];
    }

    /// The size of the picture in `record`, without reading its parameters.
    public PictureSize size(MemorySegment record) throws CorruptDataException {
        return new Reader(record).size;
    }

    /// The network that `record` holds.
    ///
    /// @throws CorruptDataException if the record is not of this format or refers to a start that is not there
    public SirenNetwork read(MemorySegment record) throws CorruptDataException {
        SirenRecord parsed = parse(record);
        SirenStart start = shared.starts().get(parsed.start());
        return new SirenNetwork(start.shape(), parsed.size(), parsed.parameters(start));
    }

    /// What `record` holds, with entropy coding undone and still quantised.
    ///
    /// @throws CorruptDataException if the record is not of this format or refers to a start that is not there
    public SirenRecord parse(MemorySegment record) throws CorruptDataException {
        Reader reader = new Reader(record);
        return reader.kind == HALF ? reader.half() : reader.quantised();
    }

    private final class Reader {
        final MemorySegment record;
        final int index;
        final SirenStart start;
        final PictureSize size;
        final int kind;
        long position;

        Reader(MemorySegment record) throws CorruptDataException {
            this.record = record;
            int first = next();
            this.index = first & 0xF;
            this.kind = first >>> 4 & 3;
            if (index >= shared.starts().size() || kind > RANS || first >>> 7 != 0) {
                throw new CorruptDataException(
                        "the record is not one of the siren codec: it begins with byte " + first);
            }
            this.start = shared.starts().get(index);
            PictureSize common = shared.commonSize();
            if ((first & COMMON_SIZE) == 0) {
                this.size = new PictureSize(side(), side());
            } else if (common != null) {
                this.size = common;
            } else {
                throw new CorruptDataException("the record relies on a common picture size, but the data set has none");
            }
        }

        private int next() throws CorruptDataException {
            if (position >= record.byteSize()) {
                throw new CorruptDataException("the record ends after " + record.byteSize() + " bytes, too early");
            }
            return record.get(ValueLayout.JAVA_BYTE, position++) & 0xFF;
        }

        private int side() throws CorruptDataException {
            int value = 0;
            for (int shift = 0; shift < 28; shift += 7) {
                int part = next();
                value |= (part & 0x7F) << shift;
                if (part < 0x80) {
                    if (value < 1 || value > PictureSize.MAX_SIDE) {
                        break;
                    }
                    return value;
                }
            }
            throw new CorruptDataException("the record claims a picture side out of range");
        }

        SirenRecord quantised() throws CorruptDataException {
            int step = next();
            return new SirenRecord.Quantised(index, size, step, kind == FIXED ? fixedValues() : ransValues());
        }

        SirenRecord half() throws CorruptDataException {
            short[] differences = new short[start.shape().parameterCount()];
            if (record.byteSize() - position != 2L * differences.length) {
                throw new CorruptDataException("the record has " + (record.byteSize() - position) + " bytes for "
                        + differences.length + " half-precision parameters");
            }
            for (int i = 0; i < differences.length; i++) {
                differences[i] = (short) (next() | next() << 8);
                if (!Float.isFinite(Float.float16ToFloat(differences[i]))) {
                    throw new CorruptDataException("the record holds a parameter that is no number");
                }
            }
            return new SirenRecord.Half(index, size, differences);
        }

        private int[] fixedValues() throws CorruptDataException {
            SirenShape shape = start.shape();
            int[] values = new int[shape.parameterCount()];
            BitReader bits = new BitReader(record, position);
            for (int layer = 0; layer < shape.matrices(); layer++) {
                int from = shape.weights(layer);
                int to = shape.biases(layer) + shape.outputs(layer);
                int width = bits.get(5);
                boolean masked = bits.get(1) == 1;
                boolean[] present = new boolean[to - from];
                for (int i = 0; i < to - from; i++) {
                    present[i] = !masked || bits.get(1) == 1;
                }
                for (int i = from; i < to; i++) {
                    if (present[i - from] && width > 0) {
                        values[i] = bits.get(width) << (32 - width) >> (32 - width);
                    }
                }
            }
            bits.finish();
            return values;
        }

        private int[] ransValues() throws CorruptDataException {
            SirenShape shape = start.shape();
            int[] values = new int[shape.parameterCount()];
            RansDecoder decoder = new RansDecoder(record, position);
            int row = 0;
            for (int layer = 0; layer < shape.matrices(); layer++) {
                int layerScale = Math.min(decoder.getBits(SCALE_BITS), LaplaceTables.SCALES - 1);
                int zeros = decoder.getBits(ZERO_BITS);
                int inputs = shape.inputs(layer);
                for (int output = 0; output < shape.outputs(layer); output++, row++) {
                    int scale = rowScale(layerScale, start.scaleOffsets()[row]);
                    int at = shape.weights(layer) + output * inputs;
                    for (int i = 0; i < inputs; i++) {
                        values[at + i] = tables.get(decoder, scale, zeros);
                    }
                    values[shape.biases(layer) + output] = tables.get(decoder, scale, zeros);
                }
            }
            decoder.finish();
            return values;
        }
    }
}
