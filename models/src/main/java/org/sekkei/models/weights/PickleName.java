package org.sekkei.models.weights;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.DType;

/// The names of Python that a checkpoint's pickle may use. None is looked up anywhere: each stands for one thing that
/// is done here.
///
/// @param dtype of a storage or of elements; null for what makes values
record PickleName(Kind kind, @Nullable DType dtype) {
    /// What a name stands for.
    enum Kind {
        ORDERED_DICT("collections.OrderedDict"),
        SIZE("torch.Size"),
        REBUILD_TENSOR("torch._utils._rebuild_tensor"),
        REBUILD_TENSOR_V2("torch._utils._rebuild_tensor_v2"),
        REBUILD_TENSOR_V3("torch._utils._rebuild_tensor_v3"),
        REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
        REBUILD_PARAMETER_WITH_STATE("torch._utils._rebuild_parameter_with_state"),
        STORAGE(""),
        ELEMENT_TYPE("");

        private final String python;

        Kind(String python) {
            this.python = python;
        }
    }

    private static final Map<String, DType> STORAGES = Map.of(
            "FloatStorage", DType.FLOAT32,
            "DoubleStorage", DType.FLOAT64,
            "HalfStorage", DType.FLOAT16,
            "BFloat16Storage", DType.BFLOAT16,
            "LongStorage", DType.INT64,
            "IntStorage", DType.INT32,
            "ShortStorage", DType.INT16,
            "CharStorage", DType.INT8,
            "ByteStorage", DType.UINT8,
            "BoolStorage", DType.BOOL);

    private static final Map<String, DType> ELEMENT_TYPES = Map.of(
            "float32", DType.FLOAT32,
            "float64", DType.FLOAT64,
            "float16", DType.FLOAT16,
            "bfloat16", DType.BFLOAT16,
            "int64", DType.INT64,
            "int32", DType.INT32,
            "int16", DType.INT16,
            "int8", DType.INT8,
            "uint8", DType.UINT8,
            "bool", DType.BOOL);

    private static final Map<String, PickleName> TABLE = Stream.of(
                    Arrays.stream(Kind.values())
                            .filter(kind -> !kind.python.isEmpty())
                            .collect(Collectors.toMap(kind -> kind.python, kind -> new PickleName(kind, null))),
                    named("torch.%s", STORAGES, Kind.STORAGE),
                    named("torch.cuda.%s", STORAGES, Kind.STORAGE),
                    Map.of("torch.storage.UntypedStorage", new PickleName(Kind.STORAGE, null)),
                    named("torch.%s", ELEMENT_TYPES, Kind.ELEMENT_TYPE))
            .flatMap(part -> part.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    /// What `module.name` stands for; null if it is not among the names that may be used.
    static @Nullable PickleName of(String module, String name) {
        return TABLE.get(module + "." + name);
    }

    private static Map<String, PickleName> named(String pattern, Map<String, DType> types, Kind kind) {
        Function<Map.Entry<String, DType>, String> python = type -> pattern.formatted(type.getKey());
        return types.entrySet().stream()
                .collect(Collectors.toMap(python, type -> new PickleName(kind, type.getValue())));
    }
}
