package org.sekkei.train;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.IOException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Records to JSON and back. A crop and an optimiser carry their kinds.
final class Json {
    @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
    private interface WithKind {}

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .addMixIn(Crop.class, WithKind.class)
            .addMixIn(Optimization.Rule.class, WithKind.class)
            .build();

    private Json() {}

    static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /// @param file where the JSON is from, for the message
    /// @throws IOException if it is no JSON of this type
    static <T> T read(String json, Class<T> type, Path file) throws IOException {
        try {
            return MAPPER.readValue(json, type);
        } catch (JacksonException failure) {
            throw new IOException(file + ": " + failure.getOriginalMessage(), failure);
        }
    }
}
