package org.sekkei.models.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sekkei.torch.DType;

/// Reads what `numpy.savez` and `numpy.savez_compressed` write: a zip archive of arrays in the npy format (NEP 1).
final class NumpyReader {
    static final String SUFFIX = ".npy";

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST_HEADER = 1 << 16;

    // The header is a literal of a Python dict with exactly these keys, in any order.
    private static final Pattern TYPE = Pattern.compile("'descr': *(?:'([^']*)'|(\\[))");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order': *(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([0-9, ]*)\\)");

    private static final Map<String, DType> TYPES = Map.ofEntries(
            Map.entry("<f4", DType.FLOAT32),
            Map.entry("<f8", DType.FLOAT64),
            Map.entry("<f2", DType.FLOAT16),
            Map.entry("<i8", DType.INT64),
            Map.entry("<i4", DType.INT32),
            Map.entry("<i2", DType.INT16),
            Map.entry("|i1", DType.INT8),
            Map.entry("|u1", DType.UINT8),
            Map.entry("|b1", DType.BOOL),
            // NumPy has no bfloat16; JAX saves its two bytes without a meaning.
            Map.entry("|V2", DType.BFLOAT16),
            Map.entry("<V2", DType.BFLOAT16));

    private NumpyReader() {}

    static boolean recognises(ZipArchive archive) {
        return !archive.members().isEmpty()
                && archive.members().keySet().stream().allMatch(name -> name.endsWith(SUFFIX));
    }

    static Contents read(CheckpointFile file, ZipArchive archive) throws IOException {
        SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, Storage> member : archive.members().entrySet()) {
            String name = member.getKey().substring(0, member.getKey().length() - SUFFIX.length());
            tensors.put(name, array(file, name, member.getValue()));
        }
        return new Contents(tensors, new LinkedHashMap<>());
    }

    private static StoredTensor array(CheckpointFile file, String name, Storage member) throws IOException {
        ByteBuffer head = ByteBuffer.wrap(member.head(12 + LONGEST_HEADER)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[MAGIC.length];
        if (head.remaining() >= 12) {
            head.get(magic);
        }
        if (!Arrays.equals(magic, MAGIC)) {
            throw file.problem("array " + name + " is not in the npy format; copy or download the file again");
        }
        int version = head.get();
        head.get();
        if (version < 1 || version > 3) {
            throw file.problem(
                    "array " + name + " is in version " + version + " of the npy format; 3 is the last known");
        }
        long length = version == 1 ? Short.toUnsignedInt(head.getShort()) : Integer.toUnsignedLong(head.getInt());
        if (length > LONGEST_HEADER || length > head.remaining()) {
            throw file.problem("array " + name + " has a header of " + length
                    + " bytes, which it cannot hold; copy or download the file again");
        }
        byte[] text = new byte[(int) length];
        head.get(text);
        return array(file, name, new String(text, StandardCharsets.UTF_8), member, head.position());
    }

    private static StoredTensor array(CheckpointFile file, String name, String header, Storage member, long begin)
            throws CheckpointException {
        Matcher type = TYPE.matcher(header);
        Matcher fortran = FORTRAN.matcher(header);
        Matcher sizes = SHAPE.matcher(header);
        if (!type.find() || !fortran.find() || !sizes.find()) {
            throw file.problem("array " + name + " has a header without its type, order or shape; copy or download the"
                    + " file again");
        }
        String code = type.group(1) == null ? "of records" : type.group(1);
        DType dtype = TYPES.get(code);
        if (dtype == null) {
            throw file.problem("array " + name + " has elements of NumPy's type '" + code
                    + "', which is neither a little-endian number nor a truth value; objects in a checkpoint are never"
                    + " loaded. Save the file without it, or converted");
        }
        try {
            List<Long> shape = new ArrayList<>();
            for (String size : sizes.group(1).split(",")) {
                if (!size.isBlank()) {
                    shape.add(Long.parseLong(size.strip()));
                }
            }
            List<Long> strides = fortran.group(1).equals("True")
                    ? StoredTensor.rowMajor(shape.reversed()).reversed()
                    : StoredTensor.rowMajor(shape);
            Storage elements = member.slice(begin, member.bytes() - begin);
            StoredTensor tensor = new StoredTensor(dtype, shape, strides, 0, elements);
            if (tensor.bytes() != elements.bytes()) {
                throw new IllegalArgumentException(
                        "of type " + dtype + " and shape " + shape + " cannot lie in " + elements.bytes() + " bytes");
            }
            return tensor;
        } catch (IllegalArgumentException error) {
            throw file.problem("array " + name + " " + error.getMessage() + "; copy or download the file again");
        }
    }
}
