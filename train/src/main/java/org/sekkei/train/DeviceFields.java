package org.sekkei.train;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldCoefficients;
import org.sekkei.inr.field.FieldFormat;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldShared;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// The pictures of a `field` data set, evaluated on a device.
///
/// If the device has room for a byte a coefficient, the entropy coding is undone once, here, and the coefficients of
/// all
/// pictures lie there. Else the records stay coded in main memory: the processor undoes the coding of each batch, and
/// the device does the rest.
final class DeviceFields implements DevicePictures {
    // Records whose coding is undone at a time while the pictures are copied.
    private static final int TOGETHER = 64;

    private final TorchFieldDecoder decoder;
    private final Store store;

    private sealed interface Store {}

    private record Resident(FieldTensors tensors, long bytes) implements Store {}

    /// @param working bytes of the device for the coefficients of a part of a batch
    private record Coded(
            FieldChannels channels, CodedRecords records, FieldReader reader, Catalogue catalogue, long working)
            implements Store {}

    private DeviceFields(TorchFieldDecoder decoder, Store store) {
        this.decoder = decoder;
        this.store = store;
    }

    static DeviceFields of(Dataset dataset, Device device, DeviceBudget budget, int threads) throws IOException {
        FieldShared shared = shared(dataset);
        FieldChannels channels = FieldChannels.of(shared.basis());
        FieldFormat format = new FieldFormat(shared.basis(), shared.commonSize(), FieldKernel.best());
        long cells = 0;
        for (int i = 0; i < dataset.size(); i++) {
            cells += cells(shared.basis(), size(dataset, format, i));
        }
        long bytes = cells * channels.cellBytes();
        TorchFieldDecoder decoder = new TorchFieldDecoder(channels, device, budget.working());
        FieldReader reader = new FieldReader(shared, threads);
        try {
            if (bytes <= budget.resident()) {
                FieldTensors tensors = tensors(dataset, channels, reader, cells, device);
                reader.close();
                return new DeviceFields(decoder, new Resident(tensors, bytes));
            }
            CodedRecords records = CodedRecords.of(dataset, Long.MAX_VALUE);
            return new DeviceFields(
                    decoder, new Coded(channels, records, reader, Catalogue.of(dataset), budget.working() / 4));
        } catch (IOException | RuntimeException failure) {
            reader.close();
            throw failure;
        }
    }

    private static FieldShared shared(Dataset dataset) throws IOException {
        try {
            return FieldShared.parse(dataset.shared());
        } catch (CorruptDataException damage) {
            throw new IOException(dataset.folder() + ": " + damage.getMessage(), damage);
        }
    }

    private static PictureSize size(Dataset dataset, FieldFormat format, int index) throws IOException {
        try {
            return format.size(dataset.record(index));
        } catch (CorruptDataException damage) {
            throw new IOException(name(dataset, index) + " cannot be decoded: " + damage.getMessage(), damage);
        }
    }

    private static String name(Dataset dataset, int index) {
        return dataset.folder() + ": picture " + index + " ("
                + dataset.info(index).name() + ")";
    }

    private static long cells(FieldBasis basis, PictureSize size) {
        return (long) basis.cells(size.width()) * basis.cells(size.height());
    }

    private static FieldTensors tensors(
            Dataset dataset, FieldChannels channels, FieldReader reader, long cells, Device device) throws IOException {
        FieldTensors.Builder builder = new FieldTensors.Builder(channels, cells, device);
        try {
            for (int from = 0; from < dataset.size(); from += TOGETHER) {
                List<FieldReader.Request> requests = new ArrayList<>();
                for (int i = from; i < Math.min(dataset.size(), from + TOGETHER); i++) {
                    requests.add(new FieldReader.Request(
                            dataset.record(i), channels.basis().groups(), name(dataset, i)));
                }
                reader.read(requests).forEach(builder::add);
            }
            return builder.finish();
        } catch (IOException | RuntimeException failure) {
            builder.free();
            throw failure;
        }
    }

    @Override
    public Tensor decode(int[] indices, List<Sampling> samplings) throws IOException {
        return switch (store) {
            case Resident resident -> decoder.decode(resident.tensors, indices, samplings);
            case Coded coded -> decode(coded, indices, samplings);
        };
    }

    /// As many pictures at a time as have room.
    private Tensor decode(Coded coded, int[] indices, List<Sampling> samplings) throws IOException {
        FieldBasis basis = coded.channels.basis();
        try (Scope scope = Scope.open()) {
            List<Tensor> parts = new ArrayList<>();
            int from = 0;
            while (from < indices.length) {
                int to = from;
                long cells = 0;
                List<FieldReader.Request> requests = new ArrayList<>();
                while (to < indices.length) {
                    int index = indices[to];
                    cells += cells(basis, coded.catalogue.size(index));
                    if (to > from && cells * coded.channels.cellBytes() > coded.working) {
                        break;
                    }
                    MemorySegment record = coded.records.record(index);
                    String name =
                            coded.catalogue.name() + ": picture " + index + " (" + coded.catalogue.name(index) + ")";
                    requests.add(new FieldReader.Request(record, decoder.groups(samplings.get(to)), name));
                    to++;
                }
                parts.add(decode(coded, requests, samplings.subList(from, to)));
                from = to;
            }
            return scope.keep(parts.size() == 1 ? parts.getFirst() : Tensor.cat(parts, 0));
        }
    }

    private Tensor decode(Coded coded, List<FieldReader.Request> requests, List<Sampling> samplings)
            throws IOException {
        List<FieldCoefficients> pictures = coded.reader.read(requests);
        long cells = pictures.stream().mapToLong(FieldCoefficients::cells).sum();
        FieldTensors.Builder builder = new FieldTensors.Builder(coded.channels, cells, decoder.device());
        try {
            pictures.forEach(builder::add);
            return decoder.decode(
                    builder.finish(), IntStream.range(0, pictures.size()).toArray(), samplings);
        } finally {
            builder.free();
        }
    }

    @Override
    public boolean antialiased() {
        return true;
    }

    @Override
    public long residentBytes() {
        return switch (store) {
            case Resident resident -> resident.bytes;
            case Coded coded -> coded.records.byteSize();
        };
    }

    @Override
    public void close() {
        decoder.close();
        switch (store) {
            case Resident resident -> resident.tensors.free();
            case Coded coded -> {
                coded.reader.close();
                coded.records.close();
            }
        }
    }
}
