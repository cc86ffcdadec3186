package org.sekkei.models.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.DType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// What stands before the elements of a safetensors file.
///
/// @param bytes the length of the header with the eight bytes of its length
record SafetensorsHeader(long bytes, SequencedMap<String, Entry> entries, SequencedMap<String, String> metadata) {
    /// One tensor.
    ///
    /// @param begin the first byte of its elements, counted from the end of the header
    /// @param end the byte after its last
    record Entry(DType dtype, List<Long> shape, long begin, long end) {}

    private static final String METADATA = "__metadata__";
    // The cap that the format's authors set.
    private static final long LARGEST_HEADER = 100_000_000;
    private static final int MAX_DIMENSIONS = StoredTensor.MAX_DIMENSIONS;

    private static final Map<String, DType> TYPES = Map.of(
            "F64", DType.FLOAT64,
            "F32", DType.FLOAT32,
            "F16", DType.FLOAT16,
            "BF16", DType.BFLOAT16,
            "I64", DType.INT64,
            "I32", DType.INT32,
            "I16", DType.INT16,
            "I8", DType.INT8,
            "U8", DType.UINT8,
            "BOOL", DType.BOOL);

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // The header, an entry, its shape: nothing is deeper.
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(3).build())
            .build();

    static SafetensorsHeader read(CheckpointFile file) throws IOException {
        long available = file.size() - Long.BYTES;
        if (available < 2) {
            throw file.problem("is too short for a safetensors file; copy or download it again");
        }
        long length = file.read(0, Long.BYTES).getLong();
        if (length < 2 || length > LARGEST_HEADER || length > available) {
            throw file.problem(
                    "is not a whole safetensors file: its header should take " + Long.toUnsignedString(length)
                            + " bytes, and " + available + " follow; copy or download it again");
        }
        byte[] json = file.read(Long.BYTES, (int) length).array();
        if (json[0] != '{') {
            throw file.problem("is not a safetensors file: its header does not begin with '{'");
        }
        SequencedMap<String, Entry> entries = new LinkedHashMap<>();
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            expect(parser.nextToken(), JsonToken.START_OBJECT);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                expect(parser.nextToken(), JsonToken.START_OBJECT);
                if (name.equals(METADATA)) {
                    while (parser.nextToken() != JsonToken.END_OBJECT) {
                        String key = parser.currentName();
                        expect(parser.nextToken(), JsonToken.VALUE_STRING);
                        metadata.put(key, parser.getString());
                    }
                } else {
                    entries.put(name, entry(name, parser));
                }
            }
            if (parser.nextToken() != null) {
                throw new Malformed("something follows the header's end");
            }
        } catch (JacksonException error) {
            throw file.problem("the header is not the JSON of a safetensors file: "
                    + error.getOriginalMessage().lines().findFirst().orElse("it ends early"));
        } catch (Malformed error) {
            throw file.problem(error.getMessage());
        }
        requireCover(file, entries, available - length);
        return new SafetensorsHeader(Long.BYTES + length, entries, metadata);
    }

    private static Entry entry(String name, JsonParser parser) {
        @Nullable DType dtype = null;
        @Nullable List<Long> shape = null;
        @Nullable List<Long> offsets = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (key) {
                case "dtype" -> {
                    expect(value, JsonToken.VALUE_STRING);
                    dtype = TYPES.get(parser.getString());
                    if (dtype == null) {
                        throw new Malformed(
                                "tensor " + name + " has elements of type " + parser.getString()
                                        + ", which is not supported; convert it to one of F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL");
                    }
                }
                case "shape" -> shape = numbers(parser, value, MAX_DIMENSIONS);
                case "data_offsets" -> offsets = numbers(parser, value, 2);
                default -> throw new Malformed("tensor " + name + " has an unknown property '" + key + "'");
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
            throw new Malformed("tensor " + name + " lacks its dtype, shape or data_offsets");
        }
        long begin = offsets.get(0);
        long end = offsets.get(1);
        if (begin > end || end - begin != size(name, dtype, shape)) {
            throw new Malformed("tensor " + name + " of type " + dtype + " and shape " + shape + " cannot lie in bytes "
                    + begin + " to " + end);
        }
        return new Entry(dtype, shape, begin, end);
    }

    private static long size(String name, DType dtype, List<Long> shape) {
        try {
            long bytes = dtype.bytes();
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
            return bytes;
        } catch (ArithmeticException error) {
            throw new Malformed("tensor " + name + " of shape " + shape + " is larger than any memory");
        }
    }

    private static List<Long> numbers(JsonParser parser, JsonToken first, int most) {
        expect(first, JsonToken.START_ARRAY);
        List<Long> numbers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT);
            long number = parser.getLongValue();
            if (number < 0 || numbers.size() == most) {
                throw new Malformed("the header has a list with a negative number or more than " + most + " entries");
            }
            numbers.add(number);
        }
        return List.copyOf(numbers);
    }

    /// The elements must fill the file: what no entry names could hide something, and what two share could be
    /// changed unseen.
    private static void requireCover(CheckpointFile file, SequencedMap<String, Entry> entries, long available)
            throws CheckpointException {
        List<Map.Entry<String, Entry>> order = new ArrayList<>(entries.entrySet());
        order.sort(Comparator.comparingLong(
                        (Map.Entry<String, Entry> entry) -> entry.getValue().begin())
                .thenComparingLong(entry -> entry.getValue().end()));
        long reached = 0;
        for (Map.Entry<String, Entry> named : order) {
            Entry entry = named.getValue();
            if (entry.begin() != reached) {
                throw file.problem("tensor " + named.getKey() + " begins at byte " + entry.begin()
                        + " of the data instead of " + reached + ": tensors overlap or leave a hole");
            }
            reached = entry.end();
            if (reached > available) {
                throw file.problem("tensor " + named.getKey() + " ends at byte " + reached
                        + " of the data, of which the file has " + available + "; copy or download it again");
            }
        }
        if (reached != available) {
            throw file.problem("has " + (available - reached) + " bytes after its last tensor, which belong to none");
        }
    }

    static byte[] write(Set<String> names, Map<String, Entry> entries, Map<String, String> metadata) {
        if (names.contains(METADATA)) {
            throw new IllegalArgumentException("no tensor may be called " + METADATA);
        }
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(ObjectWriteContext.empty(), json)) {
            generator.writeStartObject();
            if (!metadata.isEmpty()) {
                generator.writeObjectPropertyStart(METADATA);
                metadata.forEach(generator::writeStringProperty);
                generator.writeEndObject();
            }
            for (String name : names) {
                Entry entry = Objects.requireNonNull(entries.get(name));
                generator.writeObjectPropertyStart(name);
                generator.writeStringProperty("dtype", nameOf(entry.dtype()));
                generator.writeArrayPropertyStart("shape");
                entry.shape().forEach(generator::writeNumber);
                generator.writeEndArray();
                generator.writeArrayPropertyStart("data_offsets");
                generator.writeNumber(entry.begin());
                generator.writeNumber(entry.end());
                generator.writeEndArray();
                generator.writeEndObject();
            }
            generator.writeEndObject();
        }
        // Spaces up to a multiple of eight, so that the elements are aligned.
        int length = Math.ceilDiv(json.size(), 8) * 8;
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(length).put(json.toByteArray());
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    private static String nameOf(DType dtype) {
        return TYPES.entrySet().stream()
                .filter(type -> type.getValue() == dtype)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private static void expect(@Nullable JsonToken token, JsonToken expected) {
        if (token != expected) {
            throw new Malformed("the header has " + token + " where " + expected + " should stand");
        }
    }

    private static final class Malformed extends RuntimeException {
        Malformed(String message) {
            super(message);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }
}
