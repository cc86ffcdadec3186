package org.sekkei.inr.field;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sekkei.inr.CorruptDataException;

/// A small strict reader and writer of safetensors files in memory: `u64` length of the header, the header in
/// JSON,
/// then
/// the tensors' bytes without gaps. Nothing is made before the lengths that it needs were checked.
record Safetensors(Map<String, String> metadata, Map<String, Tensor> tensors) {
    private static final int MAX_HEADER = 1 << 20;

    /// @param type as the format names it, for instance `F16`
    record Tensor(String type, List<Integer> shape, ByteBuffer bytes) {
        Tensor {
            shape = List.copyOf(shape);
        }
    }

    static Safetensors parse(byte[] file) throws CorruptDataException {
        ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long length = file.length < 8 ? -1 : buffer.getLong(0);
        if (length < 2 || length > MAX_HEADER || length > file.length - 8) {
            throw new CorruptDataException("a basis of " + file.length + " bytes is no safetensors file: its header"
                    + " would have " + length + " bytes");
        }
        String header;
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(buffer.slice(8, (int) length));
            header = text.toString();
        } catch (CharacterCodingException e) {
            throw new CorruptDataException("the header of the basis is not UTF-8");
        }
        ByteBuffer data = buffer.slice(8 + (int) length, file.length - 8 - (int) length);
        return new Header(header, data).parse();
    }

    byte[] toBytes() {
        StringBuilder header = new StringBuilder("{\"__metadata__\":{");
        String comma = "";
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            header.append(comma).append(quoted(entry.getKey())).append(':').append(quoted(entry.getValue()));
            comma = ",";
        }
        header.append('}');
        int offset = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            int end = offset + tensor.bytes.remaining();
            header.append(',')
                    .append(quoted(entry.getKey()))
                    .append(":{\"dtype\":")
                    .append(quoted(tensor.type));
            header.append(",\"shape\":").append(tensor.shape.toString().replace(" ", ""));
            header.append(",\"data_offsets\":[")
                    .append(offset)
                    .append(',')
                    .append(end)
                    .append("]}");
            offset = end;
        }
        header.append('}');
        // The data begin at a multiple of eight bytes.
        while ((header.toString().getBytes(StandardCharsets.UTF_8).length & 7) != 0) {
            header.append(' ');
        }
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + offset).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text);
        tensors.values().forEach(tensor -> file.put(tensor.bytes.duplicate()));
        return file.array();
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /// The parser of a header: one object of objects, no deeper than the format needs.
    private static final class Header {
        private final String text;
        private final ByteBuffer data;
        private int position;

        Header(String text, ByteBuffer data) {
            this.text = text;
            this.data = data;
        }

        Safetensors parse() throws CorruptDataException {
            Map<String, String> metadata = new LinkedHashMap<>();
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            List<long[]> ranges = new ArrayList<>();
            expect('{');
            boolean more = !accept('}');
            while (more) {
                String name = string();
                expect(':');
                if (name.equals("__metadata__")) {
                    metadata(metadata);
                } else if (tensors.put(name, tensor(name, ranges)) != null) {
                    throw damaged("the tensor " + name + " comes twice");
                }
                more = !accept('}');
                if (more) {
                    expect(',');
                }
            }
            skipSpace();
            if (position != text.length()) {
                throw damaged("text follows its end");
            }
            checkGapless(ranges);
            return new Safetensors(metadata, tensors);
        }

        private void checkGapless(List<long[]> ranges) throws CorruptDataException {
            ranges.sort((a, b) -> Arrays.compare(a, b));
            long end = 0;
            for (long[] range : ranges) {
                if (range[0] != end) {
                    throw damaged("its tensors overlap or leave a gap");
                }
                end = range[1];
            }
            if (end != data.remaining()) {
                throw damaged("its tensors have " + end + " bytes, the file has " + data.remaining());
            }
        }

        private void metadata(Map<String, String> metadata) throws CorruptDataException {
            expect('{');
            boolean more = !accept('}');
            while (more) {
                String key = string();
                expect(':');
                metadata.put(key, string());
                more = !accept('}');
                if (more) {
                    expect(',');
                }
            }
        }

        private Tensor tensor(String name, List<long[]> ranges) throws CorruptDataException {
            String type = "";
            List<Long> shape = List.of(-1L);
            List<Long> offsets = List.of();
            expect('{');
            do {
                String key = string();
                expect(':');
                switch (key) {
                    case "dtype" -> type = string();
                    case "shape" -> shape = numbers();
                    case "data_offsets" -> offsets = numbers();
                    default -> throw damaged("it says " + key + " of a tensor");
                }
            } while (accept(','));
            expect('}');
            long bytes = switch (type) {
                case "U8" -> 1;
                case "F16", "U16" -> 2;
                case "I32", "F32" -> 4;
                default -> throw damaged("the tensor " + name + " is of type '" + type + "'");
            };
            List<Integer> sides = new ArrayList<>();
            for (long side : shape) {
                // Each factor and the product so far fit an int, so their product fits a long.
                bytes *= side;
                if (side < 0 || side > Integer.MAX_VALUE || bytes > Integer.MAX_VALUE) {
                    throw damaged("the tensor " + name + " has an impossible shape");
                }
                sides.add((int) side);
            }
            if (offsets.size() != 2
                    || offsets.get(0) > offsets.get(1)
                    || offsets.get(1) > data.remaining()
                    || offsets.get(1) - offsets.get(0) != bytes) {
                throw damaged("the bytes of the tensor " + name + " are not those of its shape");
            }
            ranges.add(new long[] {offsets.get(0), offsets.get(1)});
            int start = offsets.get(0).intValue();
            return new Tensor(type, sides, data.slice(start, (int) bytes).order(ByteOrder.LITTLE_ENDIAN));
        }

        private List<Long> numbers() throws CorruptDataException {
            List<Long> numbers = new ArrayList<>();
            expect('[');
            if (accept(']')) {
                return numbers;
            }
            do {
                skipSpace();
                int begin = position;
                while (position < text.length() && Character.digit(text.charAt(position), 10) >= 0) {
                    position++;
                }
                if (begin == position || position - begin > 15) {
                    throw damaged("a number is missing or too long");
                }
                numbers.add(Long.parseLong(text.substring(begin, position)));
            } while (accept(','));
            expect(']');
            return numbers;
        }

        private String string() throws CorruptDataException {
            expect('"');
            StringBuilder value = new StringBuilder();
            while (position < text.length()) {
                char c = text.charAt(position++);
                if (c == '"') {
                    return value.toString();
                }
                value.append(c == '\\' ? escaped() : c);
            }
            throw damaged("a text has no end");
        }

        private char escaped() throws CorruptDataException {
            char c = position < text.length() ? text.charAt(position++) : ' ';
            if (c == 'u' && position + 4 <= text.length()) {
                int code = 0;
                for (int end = position + 4; position < end; position++) {
                    int digit = Character.digit(text.charAt(position), 16);
                    if (digit < 0) {
                        throw damaged("a text holds an illegal escape");
                    }
                    code = code << 4 | digit;
                }
                return (char) code;
            }
            int index = "\"\\/bfnrt".indexOf(c);
            if (index < 0) {
                throw damaged("a text holds an illegal escape");
            }
            return "\"\\/\b\f\n\r\t".charAt(index);
        }

        private boolean accept(char wanted) {
            skipSpace();
            boolean found = position < text.length() && text.charAt(position) == wanted;
            position += found ? 1 : 0;
            return found;
        }

        private void expect(char wanted) throws CorruptDataException {
            if (!accept(wanted)) {
                throw damaged("there is no '" + wanted + "' at character " + position);
            }
        }

        private void skipSpace() {
            while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
                position++;
            }
        }

        private static CorruptDataException damaged(String problem) {
            return new CorruptDataException("the header of the basis is damaged: " + problem);
        }
    }
}
