package org.sekkei.models.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.sekkei.torch.DType;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// How two checkpoints differ, tensor by tensor.
///
/// @param dialects the key tables by which the first one's names are compared; empty if none was needed
/// @param secondDialects those of the second one
/// @param same names of tensors with the same type, shape and values
/// @param onlyInFirst names
/// @param onlyInSecond names
/// @param shapes of tensors whose shapes differ
/// @param values of tensors of one shape whose type or values differ
public record Comparison(
        List<String> dialects,
        List<String> secondDialects,
        List<String> same,
        List<String> onlyInFirst,
        List<String> onlyInSecond,
        List<Shapes> shapes,
        List<Values> values) {
    public Comparison {
        dialects = List.copyOf(dialects);
        secondDialects = List.copyOf(secondDialects);
        same = List.copyOf(same);
        onlyInFirst = List.copyOf(onlyInFirst);
        onlyInSecond = List.copyOf(onlyInSecond);
        shapes = List.copyOf(shapes);
        values = List.copyOf(values);
    }

    /// One tensor with two shapes.
    public record Shapes(String name, List<Long> first, List<Long> second) {
        public Shapes {
            first = List.copyOf(first);
            second = List.copyOf(second);
        }
    }

    /// One tensor with two types, or other values.
    ///
    /// @param largestDifference between two elements in the same place; 0 if only the types differ
    /// @param deviation of the first one's elements, as a measure
    public record Values(String name, DType first, DType second, double largestDifference, double deviation) {}

    /// Whether there is no difference.
    public boolean isSame() {
        return onlyInFirst.isEmpty() && onlyInSecond.isEmpty() && shapes.isEmpty() && values.isEmpty();
    }

    /// Both under names that they have in common.
    private record Pair(KeyMatching first, KeyMatching second) {
        static Pair of(Checkpoint one, Checkpoint other) {
            var asSecond = new Pair(KeyMatching.find(one.weights(), shapes(other)), KeyMatching.none(other.weights()));
            if (asSecond.common()
                    == Math.min(one.weights().size(), other.weights().size())) {
                return asSecond;
            }
            var asFirst = new Pair(KeyMatching.none(one.weights()), KeyMatching.find(other.weights(), shapes(one)));
            var inOneStyle = new Pair(
                    KeyMatching.find(one.weights(), KeyStyle.TIMM), KeyMatching.find(other.weights(), KeyStyle.TIMM));
            return Stream.of(asSecond, asFirst, inOneStyle)
                    .max(Comparator.comparingLong(Pair::common))
                    .orElseThrow();
        }

        private long common() {
            return second.weights().keySet().stream()
                    .filter(first.weights()::containsKey)
                    .count();
        }

        private static SequencedMap<String, List<Long>> shapes(Checkpoint checkpoint) {
            SequencedMap<String, List<Long>> shapes = new LinkedHashMap<>();
            checkpoint.weights().forEach((name, weight) -> shapes.put(name, weight.shape()));
            return shapes;
        }
    }

    /// Compares two checkpoints of any formats. The first one's names are brought to the second's by the key tables, or
    /// the second one's to the first's, or both to timm's: what gives most names in common.
    ///
    /// @throws CheckpointException if one is damaged
    public static Comparison of(Checkpoint first, Checkpoint second) throws IOException {
        Pair pair = Pair.of(first, second);
        SequencedMap<String, Weight> ours = pair.first.weights();
        SequencedMap<String, Weight> theirs = pair.second.weights();
        List<String> same = new ArrayList<>();
        List<String> onlyInFirst = new ArrayList<>(ours.keySet());
        onlyInFirst.removeAll(theirs.keySet());
        List<String> onlyInSecond = new ArrayList<>();
        List<Shapes> shapes = new ArrayList<>();
        List<Values> values = new ArrayList<>();
        for (Map.Entry<String, Weight> entry : theirs.entrySet()) {
            String name = entry.getKey();
            Weight b = entry.getValue();
            Weight a = ours.get(name);
            if (a == null) {
                onlyInSecond.add(name);
            } else if (!a.shape().equals(b.shape())) {
                shapes.add(new Shapes(name, a.shape(), b.shape()));
            } else {
                try (var _ = Scope.open()) {
                    Tensor one = a.load();
                    Tensor other = b.load();
                    if (one.equal(other) || sameBytes(one, other)) {
                        same.add(name);
                    } else {
                        values.add(values(name, one, other));
                    }
                }
            }
        }
        return new Comparison(
                pair.first.dialects(), pair.second.dialects(), same, onlyInFirst, onlyInSecond, shapes, values);
    }

    private static Values values(String name, Tensor one, Tensor other) {
        if (one.numel() == 0) {
            return new Values(name, one.dtype(), other.dtype(), 0, 0);
        }
        Tensor a = one.to(DType.FLOAT64);
        Tensor b = other.to(DType.FLOAT64);
        return new Values(
                name,
                one.dtype(),
                other.dtype(),
                a.sub(b).abs().amax(false).item(),
                a.std().item());
    }

    /// NaN equals nothing, itself included; the same bits are the same all the same.
    private static boolean sameBytes(Tensor one, Tensor other) {
        if (one.dtype() != other.dtype()) {
            return false;
        }
        long bytes = one.numel() * one.dtype().bytes();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocate(bytes, Long.BYTES);
            MemorySegment b = arena.allocate(bytes, Long.BYTES);
            one.copyTo(a);
            other.copyTo(b);
            return a.mismatch(b) < 0;
        }
    }
}
