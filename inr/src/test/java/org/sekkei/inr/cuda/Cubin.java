package org.sekkei.inr.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What a card's machine code says about its kernels: an ELF file with a section `.nv.info.NAME` of attributes for
/// each.
record Cubin(TreeMap<String, Kernel> kernels) {
    private static final String INFO = ".nv.info.";
    private static final int SECTION_BYTES = 64;
    private static final int LONG_ATTRIBUTE = 4;
    private static final int MAX_THREADS = 0x05;
    private static final int PARAMETER = 0x17;
    private static final int PARAMETER_BYTES = 0x19;

    /// @param parameters sizes in bytes, in order
    /// @param parameterBytes of all together
    /// @param threads of a block, at most
    record Kernel(List<Integer> parameters, int parameterBytes, int threads) {}

    static Cubin of(byte[] code) {
        ByteBuffer bytes = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getInt(0) != 0x464C457F || bytes.getShort(18) != 190) {
            throw new IllegalArgumentException("no ELF file for a CUDA card");
        }
        int sections = Math.toIntExact(bytes.getLong(40));
        int count = bytes.getShort(60);
        int names = start(bytes, sections + bytes.getShort(62) * SECTION_BYTES);
        var kernels = new TreeMap<String, Kernel>();
        for (int i = 0; i < count; i++) {
            int section = sections + i * SECTION_BYTES;
            String name = text(code, names + bytes.getInt(section));
            if (name.startsWith(INFO)) {
                int from = start(bytes, section);
                int length = Math.toIntExact(bytes.getLong(section + 32));
                kernels.put(
                        name.substring(INFO.length()),
                        kernel(bytes.slice(from, length).order(ByteOrder.LITTLE_ENDIAN)));
            }
        }
        return new Cubin(kernels);
    }

    private static int start(ByteBuffer bytes, int section) {
        return Math.toIntExact(bytes.getLong(section + 24));
    }

    private static String text(byte[] code, int at) {
        int end = at;
        while (code[end] != 0) {
            end++;
        }
        return new String(code, at, end - at, StandardCharsets.US_ASCII);
    }

    /// Attributes are a form, a key and 16 bits, which are the length of what follows if it is the long form.
    private static Kernel kernel(ByteBuffer info) {
        List<Integer> parameters = new ArrayList<>();
        int parameterBytes = 0;
        int threads = 0;
        while (info.hasRemaining()) {
            boolean isLong = info.get() == LONG_ATTRIBUTE;
            int key = info.get();
            int value = Short.toUnsignedInt(info.getShort());
            if (isLong && key == PARAMETER) {
                // Index, number and offset come first; the upper bits of the last word are the size.
                parameters.add(info.getInt(info.position() + 8) >>> 18);
            } else if (isLong && key == MAX_THREADS) {
                threads = info.getInt(info.position());
            } else if (key == PARAMETER_BYTES) {
                parameterBytes = value;
            }
            if (isLong) {
                info.position(info.position() + value);
            }
        }
        return new Kernel(parameters, parameterBytes, threads);
    }
}
