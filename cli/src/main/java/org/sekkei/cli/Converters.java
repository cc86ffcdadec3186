package org.sekkei.cli;

import java.time.Duration;
import java.util.function.Function;
import org.sekkei.fit.PackSize;
import org.sekkei.inr.siren.SirenShape;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// How the text of an option becomes a value of the other rooms.
final class Converters {
    private Converters() {}

    static void register(CommandLine commandLine) {
        commandLine.registerConverter(PackSize.class, converter(PackSize::parse));
        commandLine.registerConverter(SirenShape.class, converter(SirenShape::parse));
        commandLine.registerConverter(MemorySize.class, converter(MemorySize::parse));
        commandLine.registerConverter(PictureSide.class, converter(PictureSide::parse));
        commandLine.registerConverter(Duration.class, converter(Converters::duration));
    }

    /// `90s`, `20m`, `2h`.
    private static Duration duration(String text) {
        if (!text.matches("[0-9]{1,6}[smh]")) {
            throw new IllegalArgumentException(
                    "a time is a whole number and s, m or h, for instance 20m, not '" + text + "'");
        }
        long count = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(count);
            case 'm' -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }

    private static <T> ITypeConverter<T> converter(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(Failures.sentence(e));
            }
        };
    }
}
