package org.sekkei.inr.field;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The bases that ship with the codec. One that was ever released is kept for ever, because data sets name it by
/// its
/// hash.
public final class FieldBases {
    /// The basis for photos.
    public static final String PHOTO = "photo";

    /// The basis for pictures of up to 64 pixels.
    public static final String SMALL = "small";

    /// The resources `NAME.safetensors` beside this class.
    private static final List<String> NAMES = List.of(PHOTO, SMALL);

    private static final List<FieldBasis> SHIPPED = load();

    private FieldBases() {}

    private static List<FieldBasis> load() {
        List<FieldBasis> bases = new ArrayList<>();
        for (String name : NAMES) {
            try (InputStream stream = FieldBases.class.getResourceAsStream(name + ".safetensors")) {
                if (stream == null) {
                    throw new IllegalStateException("the basis " + name + " is missing from the program");
                }
                bases.add(FieldBasis.parse(stream.readAllBytes()));
            } catch (IOException e) {
                throw new UncheckedIOException("the program's own basis " + name + " cannot be read", e);
            }
        }
        return List.copyOf(bases);
    }

    /// All of them, in the order in which they were released.
    public static List<FieldBasis> all() {
        return SHIPPED;
    }

    /// The latest of a name.
    ///
    /// @throws IllegalArgumentException if none has it
    public static FieldBasis named(String name) {
        return SHIPPED.reversed().stream()
                .filter(basis -> basis.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no basis '" + name + "' ships"));
    }

    /// The one whose file has this SHA-256, or null.
    public static @Nullable FieldBasis withHash(String sha256) {
        return SHIPPED.stream()
                .filter(basis -> basis.sha256().equals(sha256))
                .findFirst()
                .orElse(null);
    }
}
