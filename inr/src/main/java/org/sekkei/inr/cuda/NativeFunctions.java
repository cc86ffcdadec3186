package org.sekkei.inr.cuda;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The functions of a C library that return a status of 32 bits. What a function takes follows from the
/// types of the
/// arguments at its first call. Safe for many threads.
final class NativeFunctions {
    private final String library;
    private final SymbolLookup symbols;
    private final Map<String, MethodHandle> handles = new ConcurrentHashMap<>();

    NativeFunctions(String library, SymbolLookup symbols) {
        this.library = library;
        this.symbols = symbols;
    }

    String library() {
        return library;
    }

    boolean has(String name) {
        return symbols.find(name).isPresent();
    }

    /// @param arguments of the types Integer, Long, Byte and MemorySegment
    /// @return the status
    int call(String name, Object... arguments) {
        MethodHandle handle = handles.computeIfAbsent(name, _ -> handle(name, arguments));
        try {
            return (int) handle.invokeExact(arguments);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new CudaException(name + " of " + library + " failed: " + failure, failure);
        }
    }

    private MethodHandle handle(String name, Object[] arguments) {
        MemorySegment address = symbols.find(name)
                .orElseThrow(() -> new CudaException(library + " has no function " + name
                        + ", so it is another library or too old a version; install a current one"));
        MemoryLayout[] layouts =
                Arrays.stream(arguments).map(NativeFunctions::layout).toArray(MemoryLayout[]::new);
        return Linker.nativeLinker()
                .downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts))
                .asSpreader(Object[].class, arguments.length)
                .asType(MethodType.methodType(int.class, Object[].class));
    }

    private static MemoryLayout layout(Object argument) {
        return switch (argument) {
            case Integer _ -> ValueLayout.JAVA_INT;
            case Long _ -> ValueLayout.JAVA_LONG;
            case Byte _ -> ValueLayout.JAVA_BYTE;
            case MemorySegment _ -> ValueLayout.ADDRESS;
            default -> throw new IllegalArgumentException("an argument of " + argument.getClass());
        };
    }
}
