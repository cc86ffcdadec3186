package org.sekkei.models.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.sekkei.torch.DType;

/// Reads TensorFlow's bundles (tensorflow/core/protobuf/tensor_bundle.proto): `PREFIX.index`, a sorted table from names
/// to where the elements lie, and `PREFIX.data-00000-of-00001` and so on, the elements.
final class TensorFlowReader {
    static final String INDEX = ".index";

    // Every file of TensorFlow 2 has this text about its objects beside its tensors.
    private static final String OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH";
    private static final int MOST_SHARDS = 10_000;

    // The numbers of tensorflow/core/framework/types.proto.
    private static final Map<Long, DType> TYPES = Map.of(
            1L, DType.FLOAT32,
            2L, DType.FLOAT64,
            3L, DType.INT32,
            4L, DType.UINT8,
            5L, DType.INT16,
            6L, DType.INT8,
            9L, DType.INT64,
            10L, DType.BOOL,
            14L, DType.BFLOAT16,
            19L, DType.FLOAT16);

    private record Entry(long type, List<Long> shape, long shard, long offset, long size, int crc, boolean sliced) {}

    private record Range(String name, long begin, long end) {}

    private final CheckpointFile index;
    private final List<CheckpointFile> shards = new ArrayList<>();
    private final List<List<Range>> ranges = new ArrayList<>();

    private TensorFlowReader(CheckpointFile index) {
        this.index = index;
    }

    static Contents read(CheckpointFile index) throws IOException {
        SequencedMap<String, ByteBuffer> table = SortedTable.read(index);
        String current = "the header";
        try {
            TensorFlowReader reader = new TensorFlowReader(index);
            ByteBuffer header = table.remove("");
            if (header == null) {
                throw new IllegalArgumentException("is missing; the file is no TensorFlow index");
            }
            reader.openShards(header);
            SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
            for (Map.Entry<String, ByteBuffer> row : table.entrySet()) {
                current = "tensor " + row.getKey();
                if (!row.getKey().equals(OBJECT_GRAPH)) {
                    tensors.put(row.getKey(), reader.tensor(row.getKey(), entry(row.getValue())));
                }
            }
            reader.requireDisjoint();
            return new Contents(tensors, new LinkedHashMap<>());
        } catch (IllegalArgumentException error) {
            throw index.problem(current + " " + error.getMessage() + "; copy or download it again");
        }
    }

    private void openShards(ByteBuffer header) throws IOException {
        long count = 0;
        long endianness = 0;
        for (Protobuf field = new Protobuf(header); field.next(); ) {
            switch (field.field()) {
                case 1 -> count = field.number();
                case 2 -> endianness = field.number();
                default -> {
                    // The version, which tells what may read the file: this may.
                }
            }
        }
        if (endianness != 0) {
            throw index.problem("was written by a big-endian machine, which is not supported; save it on a usual one");
        }
        if (count < 1 || count > MOST_SHARDS) {
            throw new IllegalArgumentException("tells of " + count + " data files");
        }
        String name = index.path().getFileName().toString();
        String prefix = name.endsWith(INDEX) ? name.substring(0, name.length() - INDEX.length()) : name;
        for (int shard = 0; shard < count; shard++) {
            shards.add(index.openBeside(String.format(Locale.ROOT, "%s.data-%05d-of-%05d", prefix, shard, count)));
            ranges.add(new ArrayList<>());
        }
    }

    private static Entry entry(ByteBuffer value) {
        long type = 0;
        List<Long> shape = new ArrayList<>();
        long shard = 0;
        long offset = 0;
        long size = 0;
        int crc = 0;
        boolean sliced = false;
        for (Protobuf field = new Protobuf(value); field.next(); ) {
            switch (field.field()) {
                case 1 -> type = field.number();
                case 2 -> addSizes(field.message(), shape);
                case 3 -> shard = field.number();
                case 4 -> offset = field.number();
                case 5 -> size = field.number();
                case 6 -> crc = (int) field.number();
                case 7 -> sliced = true;
                default -> throw new IllegalArgumentException("has the unknown field " + field.field());
            }
        }
        return new Entry(type, shape, shard, offset, size, crc, sliced);
    }

    private static void addSizes(Protobuf shape, List<Long> sizes) {
        while (shape.next()) {
            if (shape.field() == 2) {
                long size = 0;
                for (Protobuf dimension = shape.message(); dimension.next(); ) {
                    size = dimension.field() == 1 ? dimension.number() : size;
                }
                sizes.add(size);
            }
        }
    }

    private StoredTensor tensor(String name, Entry entry) throws CheckpointException {
        DType dtype = TYPES.get(entry.type);
        if (dtype == null) {
            throw index.problem("tensor " + name + " has elements of TensorFlow's type " + entry.type
                    + ", which is neither a number nor a truth value; save the checkpoint without it");
        }
        if (entry.sliced) {
            throw index.problem("tensor " + name + " is saved in slices, which is not supported; save it whole");
        }
        if (entry.shard < 0 || entry.shard >= shards.size()) {
            throw new IllegalArgumentException("lies in data file " + entry.shard + " of " + shards.size());
        }
        CheckpointFile shard = shards.get((int) entry.shard);
        if (entry.offset < 0 || entry.size < 0 || entry.offset > shard.size() - entry.size) {
            throw new IllegalArgumentException("of " + entry.size + " bytes at byte " + entry.offset
                    + " does not lie in its data file of " + shard.size() + " bytes");
        }
        Storage content = new Storage.InFile(shard, entry.offset, entry.size);
        StoredTensor tensor =
                StoredTensor.contiguous(dtype, entry.shape, 0, new Checksummed(shard, name, content, entry.crc));
        if (tensor.bytes() != entry.size) {
            throw new IllegalArgumentException(
                    "of type " + dtype + " and shape " + entry.shape + " cannot lie in " + entry.size + " bytes");
        }
        ranges.get((int) entry.shard).add(new Range(name, entry.offset, entry.offset + entry.size));
        return tensor;
    }

    private void requireDisjoint() {
        for (List<Range> shard : ranges) {
            shard.sort(Comparator.comparingLong(Range::begin).thenComparingLong(Range::end));
            for (int i = 1; i < shard.size(); i++) {
                if (shard.get(i).begin < shard.get(i - 1).end) {
                    throw new IllegalArgumentException(
                            "and others: " + shard.get(i - 1).name + " and " + shard.get(i).name + " share bytes");
                }
            }
        }
    }
}
