package org.sekkei.cli;

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
