package org.sekkei.inr.field;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;

/// Records as coefficients and back. Not thread-safe: it owns scratch memory.
public final class FieldFormat {
    /// Lanes of a stream with many coefficients.
    static final int LANES = 4;

    /// Coefficients from which on a stream has [#LANES] lanes.
    private static final int MANY = 16_384;

    /// Cells whose entries are made before their values are read.
    private static final int CHUNK = 64;

    private final FieldBasis basis;
    private final @Nullable PictureSize commonSize;
    private final FieldKernel kernel;
    private final FieldContexts contexts;
    private final LaneDecoder decoder;
    private final double leastBits;
    private int[] entries = new int[0];
    private byte[] scales = new byte[0];
    private int[] found = new int[0];
    private int[] energies = new int[0];
    private short[] meanValues = new short[0];
    private final TermList terms;
    private final int[] predictions = new int[FieldBasis.MAX_MEANS];
    private final byte[] meanScales = new byte[FieldBasis.MAX_MEANS];
    private @Nullable FieldMeans means;
    private int meansRows;
    private int meansColumns;

    /// @param commonSize the size of pictures whose records say none
    public FieldFormat(FieldBasis basis, @Nullable PictureSize commonSize, FieldKernel kernel) {
        this.basis = basis;
        this.commonSize = commonSize;
        this.kernel = kernel;
        this.contexts = new FieldContexts(basis, kernel);
        this.decoder = new LaneDecoder(basis);
        this.terms = new TermList(basis);
        this.leastBits = leastBits(basis);
    }

    /// A lower bound of what a cell costs: every coefficient of group 0 is coded, at best as the likeliest symbol
    /// of the
    /// scale index that suits it best.
    private static double leastBits(FieldBasis basis) {
        double bits = 0;
        for (int channel = 0; channel < basis.channels(0); channel++) {
            double least = Double.POSITIVE_INFINITY;
            for (int context = 0; context < FieldBasis.GRID_LEVELS * 2 * FieldBasis.SPREADS; context++) {
                int grid = context / FieldBasis.SPREADS;
                int scale = basis.prediction(grid / 2, grid % 2, channel, context % FieldBasis.SPREADS);
                for (int symbol = 0; symbol < FieldBasis.SYMBOLS; symbol++) {
                    int row = FieldCosts.table(scale) * FieldBasis.SYMBOLS;
                    double share = basis.frequencies()[row + symbol] / (double) (1 << FieldBasis.FREQUENCY_BITS);
                    least = Math.min(least, FieldCosts.shift(scale) - Math.log(share) / Math.log(2));
                }
            }
            bits += least;
        }
        // Half of it, because the division of a state is not exact.
        return bits / 2;
    }

    private static int lanes(long coefficients) {
        return coefficients >= MANY ? LANES : 1;
    }

    /// @param level of the quantiser's step
    /// @param length bytes before the stream
    private record Head(int level, PictureSize size, int length) {}

    private Head head(MemorySegment record) throws CorruptDataException {
        if (record.byteSize() < 1) {
            throw new CorruptDataException("a field record without bytes");
        }
        int first = record.get(ValueLayout.JAVA_BYTE, 0);
        if (first >= 0) {
            if (commonSize == null) {
                throw new CorruptDataException("a field record says no size, and the data set has no common one");
            }
            return new Head(first, commonSize, 1);
        }
        int position = 1;
        int[] sides = new int[2];
        for (int side = 0; side < 2; side++) {
            for (int shift = 0, next = 0x80; next >= 0x80; shift += 7) {
                if (position >= record.byteSize() || shift > 14) {
                    throw new CorruptDataException("a field record with a damaged size");
                }
                next = record.get(ValueLayout.JAVA_BYTE, position++) & 0xFF;
                sides[side] |= (next & 0x7F) << shift;
            }
            if (sides[side] < 1 || sides[side] > PictureSize.MAX_SIDE) {
                throw new CorruptDataException("a field record claims a side of " + sides[side] + " pixels");
            }
        }
        return new Head(first & 0x7F, new PictureSize(sides[0], sides[1]), position);
    }

    /// The size of a record's picture.
    public PictureSize size(MemorySegment record) throws CorruptDataException {
        return head(record).size;
    }

    /// What a record says before its words, and how its stream lies there.
    ///
    /// @param level of the quantiser's step
    /// @param lanes of the coder: as many states of 4 bytes come first, then words of 2 bytes to the end
    /// @param offset where the states begin
    public record Start(int level, PictureSize size, int rows, int columns, int lanes, int offset) {}

    /// The start of a record, for those who read the rest elsewhere.
    ///
    /// @throws CorruptDataException if it is damaged, or claims more than a record of its length can hold
    public Start start(MemorySegment record) throws CorruptDataException {
        Head head = head(record);
        int rows = basis.cells(head.size.height());
        int columns = basis.cells(head.size.width());
        long coefficients = (long) rows * columns * basis.channels();
        if (rows * (double) columns * leastBits > 8.0 * record.byteSize() || coefficients > Integer.MAX_VALUE - 64) {
            throw new CorruptDataException("a field record of " + record.byteSize() + " bytes claims a picture of "
                    + head.size.width() + " x " + head.size.height() + " pixels");
        }
        return new Start(head.level, head.size, rows, columns, lanes(coefficients), head.length);
    }

    /// All coefficients of a record.
    public FieldCoefficients read(MemorySegment record) throws CorruptDataException {
        return read(record, basis.groups());
    }

    /// The coefficients of the first groups; those of the others are zero and are not looked at.
    public FieldCoefficients read(MemorySegment record, int groups) throws CorruptDataException {
        return readShared(record, groups).dense(basis.channels());
    }

    /// Those that are not zero, in memory that the next call uses again.
    SparseCoefficients readShared(MemorySegment record, int groups) throws CorruptDataException {
        Start start = start(record);
        int rows = start.rows;
        int columns = start.columns;
        int cells = rows * columns;
        int lanes = start.lanes;
        decoder.begin(record, start.offset, lanes);
        reserve(cells);
        terms.begin(cells);
        readMeans(means(rows, columns), lanes);
        contexts.begin(rows, columns, start.level);
        contexts.addMeans(meanValues, basis.channels(0));
        for (int group = 1; group < groups; group++) {
            contexts.scales(scales);
            readGroup(group, cells, lanes);
            contexts.addEnergies(energies);
        }
        if (groups == basis.groups()) {
            decoder.finish(lanes);
        }
        return terms.sorted(start.size, start.level, rows, columns);
    }

    private void reserve(int cells) {
        int widest = 0;
        for (int group = 0; group < basis.groups(); group++) {
            widest = Math.max(widest, basis.channels(group));
        }
        if (scales.length < cells * widest) {
            scales = new byte[cells * widest];
        }
        if (energies.length < cells) {
            energies = new int[cells];
            meanValues = new short[cells * basis.channels(0)];
        }
        if (entries.length == 0) {
            entries = new int[CHUNK * widest + FieldKernel.LIST_MARGIN];
            found = new int[2 * (CHUNK * widest + 1)];
        }
    }

    private FieldMeans means(int rows, int columns) {
        FieldMeans known = means;
        if (known == null || meansRows != rows || meansColumns != columns) {
            known = new FieldMeans(basis, rows, columns);
            means = known;
            meansRows = rows;
            meansColumns = columns;
        }
        return known;
    }

    private void readMeans(FieldMeans order, int lanes) throws CorruptDataException {
        int count = basis.channels(0);
        for (int pass = 0; pass < order.passes(); pass++) {
            int lane = 0;
            for (int index = 0; index < order.cells(pass).length; index++) {
                int cell = order.cells(pass)[index];
                order.predict(pass, index, meanValues, count, predictions, meanScales, 0);
                for (int channel = 0; channel < count; channel++) {
                    short value = (short) (predictions[channel] + decoder.value(meanScales[channel], lane));
                    meanValues[cell * count + channel] = value;
                    terms.add(cell, channel, value);
                    lane = lane + 1 & lanes - 1;
                }
            }
            decoder.requireWords();
        }
    }

    private void readGroup(int group, int cells, int lanes) throws CorruptDataException {
        int count = basis.channels(group);
        int start = basis.start(group);
        int shift = 32 - Integer.numberOfLeadingZeros(count - 1);
        Arrays.fill(energies, 0, cells, 0);
        int lane = 0;
        for (int first = 0; first < cells; first += CHUNK) {
            int last = Math.min(cells, first + CHUNK);
            int size = 0;
            for (int cell = first; cell < last; cell++) {
                size = kernel.list(scales, cell * count, count, cell - first << shift, entries, size);
            }
            terms.add(found, decoder.list(entries, size, lane, lanes, found), first, start, shift, energies);
            lane = lane + size & lanes - 1;
        }
    }

    /// The record of these coefficients.
    ///
    /// @throws IllegalArgumentException if a coefficient is not zero although its context says that it is
    public byte[] write(FieldCoefficients coefficients) {
        int cells = coefficients.cells();
        short[] from = coefficients.values();
        LaneEncoder encoder = new LaneEncoder(basis, lanes((long) cells * basis.channels()));
        writeMeans(encoder, coefficients);
        contexts.begin(coefficients.rows(), coefficients.columns(), coefficients.level());
        for (int group = 1; group < basis.groups(); group++) {
            contexts.add(from);
            int count = basis.channels(group);
            byte[] own = new byte[cells * count];
            contexts.scales(own);
            encoder.beginList();
            for (int i = 0; i < own.length; i++) {
                int value = from[i / count * basis.channels() + basis.start(group) + i % count];
                if (own[i] != 0) {
                    encoder.put(own[i], value);
                } else if (value != 0) {
                    throw new IllegalArgumentException("channel " + (basis.start(group) + i % count) + " of cell "
                            + i / count + " is " + value + ", but its context says that it is zero");
                }
            }
        }
        byte[] stream = encoder.finish();
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        boolean sized = !coefficients.size().equals(commonSize);
        record.write(coefficients.level() | (sized ? 0x80 : 0));
        if (sized) {
            varint(record, coefficients.size().width());
            varint(record, coefficients.size().height());
        }
        record.writeBytes(stream);
        return record.toByteArray();
    }

    private static void varint(ByteArrayOutputStream bytes, int value) {
        int rest = value;
        while (rest > 0x7F) {
            bytes.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        bytes.write(rest);
    }

    private void writeMeans(LaneEncoder encoder, FieldCoefficients coefficients) {
        FieldMeans order = means(coefficients.rows(), coefficients.columns());
        int count = basis.channels(0);
        int stride = basis.channels();
        int[] predicted = new int[count];
        byte[] own = new byte[count];
        for (int pass = 0; pass < order.passes(); pass++) {
            int[] passCells = order.cells(pass);
            encoder.beginList();
            for (int index = 0; index < passCells.length; index++) {
                order.predict(pass, index, coefficients.values(), stride, predicted, own, 0);
                for (int channel = 0; channel < count; channel++) {
                    int value = coefficients.values()[passCells[index] * stride + channel];
                    encoder.put(own[channel], (short) (value - predicted[channel]));
                }
            }
        }
    }
}
