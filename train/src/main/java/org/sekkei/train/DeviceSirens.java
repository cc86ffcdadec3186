package org.sekkei.train;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.siren.SirenFormat;
import org.sekkei.inr.siren.SirenRecord;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.inr.siren.SirenStart;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// The pictures of a `siren` data set on a device.
///
/// Entropy coding is undone once, here: its steps follow from each other, which a device is bad at. What lies on the
/// device are the quantised values, a byte each where they fit, which become parameters when a batch needs them.
final class DeviceSirens implements DevicePictures {
    // What is staged in main memory while records are copied.
    private static final int STAGED_BYTES = 1 << 25;

    private final TorchSirenDecoder decoder;
    private final List<Group> groups;
    private final int[] groupOf;
    private final int[] placeOf;
    private final PictureSize[] sizes;
    private final long residentBytes;

    /// Which values lie in one tensor.
    private record Kind(int start, DType dtype) implements Comparable<Kind> {
        static Kind of(SirenRecord record) {
            return switch (record) {
                case SirenRecord.Half half -> new Kind(half.start(), DType.FLOAT16);
                case SirenRecord.Quantised quantised -> new Kind(quantised.start(), narrowest(quantised.values()));
            };
        }

        private static DType narrowest(int[] values) {
            int most = 0;
            for (int value : values) {
                most |= value < 0 ? ~value : value;
            }
            if (most <= Byte.MAX_VALUE) {
                return DType.INT8;
            }
            return most <= Short.MAX_VALUE ? DType.INT16 : DType.INT32;
        }

        @Override
        public int compareTo(Kind other) {
            return start != other.start ? Integer.compare(start, other.start) : dtype.compareTo(other.dtype);
        }
    }

    /// Pictures whose values lie in one tensor. A parameter is `start + value * scale * step`.
    ///
    /// @param values `[N, P]`
    /// @param scales `[N, 1]`, each picture's
    /// @param steps `[P]`, each parameter's against its picture's
    /// @param start `[P]`
    private record Group(SirenStart origin, Tensor values, Tensor scales, Tensor steps, Tensor start) {
        /// `[b, P]`, of the pictures at `places`.
        Tensor parameters(Tensor places) {
            Tensor factors = scales.indexSelect(0, places).mul(steps); // [b, P]
            return values.indexSelect(0, places)
                    .to(DType.FLOAT32)
                    .mulInPlace(factors)
                    .addInPlace(start);
        }

        void free() {
            values.free();
            scales.free();
            steps.free();
            start.free();
        }
    }

    private DeviceSirens(
            TorchSirenDecoder decoder,
            List<Group> groups,
            int[] groupOf,
            int[] placeOf,
            PictureSize[] sizes,
            long residentBytes) {
        this.decoder = decoder;
        this.groups = groups;
        this.groupOf = groupOf;
        this.placeOf = placeOf;
        this.sizes = sizes;
        this.residentBytes = residentBytes;
    }

    static DeviceSirens of(Dataset dataset, Device device, DeviceBudget budget) throws IOException {
        var format = new SirenFormat(SirenShared.parse(dataset.shared()));
        var sizes = new PictureSize[dataset.size()];
        Map<Kind, List<Integer>> members = new TreeMap<>();
        for (int i = 0; i < sizes.length; i++) {
            SirenRecord record = record(dataset, format, i);
            sizes[i] = record.size();
            members.computeIfAbsent(Kind.of(record), _ -> new ArrayList<>()).add(i);
        }
        long bytes = 0;
        for (var entry : members.entrySet()) {
            long parameters = origin(format, entry.getKey()).shape().parameterCount();
            bytes +=
                    entry.getValue().size() * (parameters * entry.getKey().dtype.bytes() + Float.BYTES)
                            + 2 * parameters * Float.BYTES;
        }
        budget.requireRoom(dataset.folder().toString(), bytes, device);
        List<Group> groups = new ArrayList<>();
        int[] groupOf = new int[sizes.length];
        int[] placeOf = new int[sizes.length];
        try {
            for (var entry : members.entrySet()) {
                List<Integer> indices = entry.getValue();
                for (int place = 0; place < indices.size(); place++) {
                    groupOf[indices.get(place)] = groups.size();
                    placeOf[indices.get(place)] = place;
                }
                groups.add(group(dataset, format, entry.getKey(), indices, device));
            }
        } catch (IOException | RuntimeException failure) {
            groups.forEach(Group::free);
            throw failure;
        }
        return new DeviceSirens(
                new TorchSirenDecoder(device, budget.working()), groups, groupOf, placeOf, sizes, bytes);
    }

    private static SirenStart origin(SirenFormat format, Kind kind) {
        return format.shared().starts().get(kind.start);
    }

    private static SirenRecord record(Dataset dataset, SirenFormat format, int index) throws IOException {
        try {
            return format.parse(dataset.record(index));
        } catch (CorruptDataException damage) {
            throw new IOException(
                    dataset.folder() + ": picture " + index + " ("
                            + dataset.info(index).name() + ") cannot be decoded: " + damage.getMessage(),
                    damage);
        }
    }

    private static Group group(Dataset dataset, SirenFormat format, Kind kind, List<Integer> indices, Device device)
            throws IOException {
        SirenStart origin = origin(format, kind);
        int parameters = origin.shape().parameterCount();
        int count = indices.size();
        int staged = Math.clamp(STAGED_BYTES / (parameters * kind.dtype.bytes()), 1, count);
        try (Scope scope = Scope.open()) {
            Tensor values = Tensor.empty(kind.dtype, device, count, parameters); // [N, P]
            float[] scales = new float[count];
            byte[] stage = new byte[staged * parameters * kind.dtype.bytes()];
            MemorySegment bytes = MemorySegment.ofArray(stage);
            for (int from = 0; from < count; from += staged) {
                int some = Math.min(staged, count - from);
                for (int i = 0; i < some; i++) {
                    SirenRecord record = record(dataset, format, indices.get(from + i));
                    scales[from + i] = scale(record);
                    write(record, kind.dtype, bytes, i * parameters);
                }
                try (var _ = Scope.open()) {
                    long length = (long) some * parameters * kind.dtype.bytes();
                    values.narrow(0, from, some)
                            .copyInPlace(Tensor.of(bytes.asSlice(0, length), kind.dtype, some, parameters));
                }
            }
            float[] steps = new float[parameters];
            if (kind.dtype == DType.FLOAT16) {
                Arrays.fill(steps, 1);
            } else {
                steps = origin.steps(0);
            }
            return new Group(
                    origin,
                    values.keep(),
                    Tensor.of(scales, count, 1).to(device).keep(),
                    Tensor.of(steps).to(device).keep(),
                    Tensor.of(origin.parameters()).to(device).keep());
        }
    }

    private static float scale(SirenRecord record) {
        return switch (record) {
            case SirenRecord.Half _ -> 1;
            case SirenRecord.Quantised quantised -> (float) Math.pow(2, -quantised.step() / 8.0);
        };
    }

    /// @param at the place of the first value, counted in values
    private static void write(SirenRecord record, DType dtype, MemorySegment bytes, int at) {
        switch (record) {
            case SirenRecord.Half half ->
                MemorySegment.copy(
                        half.differences(),
                        0,
                        bytes,
                        ValueLayout.JAVA_SHORT_UNALIGNED,
                        (long) at * Short.BYTES,
                        half.differences().length);
            case SirenRecord.Quantised quantised -> {
                int[] values = quantised.values();
                for (int i = 0; i < values.length; i++) {
                    long index = at + (long) i;
                    switch (dtype) {
                        case INT8 -> bytes.set(ValueLayout.JAVA_BYTE, index, (byte) values[i]);
                        case INT16 ->
                            bytes.set(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES, (short) values[i]);
                        default -> bytes.set(ValueLayout.JAVA_INT_UNALIGNED, index * Integer.BYTES, values[i]);
                    }
                }
            }
        }
    }

    @Override
    public Tensor decode(int[] indices, List<Sampling> samplings) {
        Map<Integer, List<Integer>> byGroup = new LinkedHashMap<>();
        for (int i = 0; i < indices.length; i++) {
            byGroup.computeIfAbsent(groupOf[indices[i]], _ -> new ArrayList<>()).add(i);
        }
        try (Scope scope = Scope.open()) {
            List<TorchSirenDecoder.Networks> networks = new ArrayList<>();
            byGroup.forEach((number, members) -> {
                Group group = groups.get(number);
                Tensor places = Tensor.of(members.stream()
                                .mapToLong(i -> placeOf[indices[i]])
                                .toArray())
                        .to(decoder.device());
                networks.add(new TorchSirenDecoder.Networks(
                        group.origin.shape(),
                        group.parameters(places),
                        members.stream().map(i -> sizes[indices[i]]).toList(),
                        members));
            });
            return scope.keep(decoder.decodeResident(networks, samplings));
        }
    }

    @Override
    public boolean antialiased() {
        return false;
    }

    @Override
    public long residentBytes() {
        return residentBytes;
    }

    @Override
    public void close() {
        groups.forEach(Group::free);
    }
}
