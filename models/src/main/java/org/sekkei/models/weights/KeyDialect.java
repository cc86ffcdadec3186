package org.sekkei.models.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How others name the weights of a network: a table of key forms, each with the form that it has here.
///
/// @param name for messages, for instance `Hugging Face ViT`
record KeyDialect(String name, List<Rule> rules) {
    /// One row.
    ///
    /// @param part which of `parts` that stand one below the other in the tensor here
    record Rule(KeyTemplate from, KeyTemplate to, ElementOrder order, int part, int parts) {
        static Rule of(String from, String to) {
            return of(from, to, ElementOrder.SAME);
        }

        static Rule of(String from, String to, ElementOrder order) {
            return part(from, to, order, 0, 1);
        }

        static Rule part(String from, String to, ElementOrder order, int part, int parts) {
            return new Rule(KeyTemplate.of(from), KeyTemplate.of(to), order, part, parts);
        }
    }

    /// What is found under one key here.
    private record Piece(Rule rule, Weight weight) {}

    static KeyDialect of(String name, Rule... rules) {
        return new KeyDialect(name, List.of(rules));
    }

    /// The same table read from right to left. Only for rows that keep tensors as they are.
    KeyDialect reversed(String reversedName) {
        return new KeyDialect(
                reversedName,
                rules.stream()
                        .map(rule -> new Rule(rule.to, rule.from, rule.order, rule.part, rule.parts))
                        .toList());
    }

    /// The weights under their names here; those that no row speaks of keep theirs.
    ///
    /// @return null if no row speaks of any, or if two weights would get one name
    @Nullable
    SequencedMap<String, Weight> translate(SequencedMap<String, ? extends Weight> weights) {
        if (weights.keySet().stream().noneMatch(this::speaksOf)) {
            return null;
        }
        SequencedMap<String, Map<Integer, Piece>> translated = new LinkedHashMap<>();
        boolean changed = false;
        for (Map.Entry<String, ? extends Weight> entry : weights.entrySet()) {
            String key = entry.getKey();
            Piece piece = new Piece(UNCHANGED, entry.getValue());
            for (Rule rule : rules) {
                String renamed = rule.from.rewrite(entry.getKey(), rule.to);
                if (renamed != null && rule.order.fits(entry.getValue().shape())) {
                    key = renamed;
                    piece = new Piece(rule, entry.getValue());
                    changed = true;
                    break;
                }
            }
            if (translated.computeIfAbsent(key, _ -> new TreeMap<>()).put(piece.rule.part, piece) != null) {
                return null;
            }
        }
        if (!changed) {
            return null;
        }
        SequencedMap<String, Weight> result = new LinkedHashMap<>();
        for (Map.Entry<String, Map<Integer, Piece>> entry : translated.entrySet()) {
            Weight whole = whole(new ArrayList<>(entry.getValue().values()));
            if (whole == null) {
                return null;
            }
            result.put(entry.getKey(), whole);
        }
        return result;
    }

    private boolean speaksOf(String key) {
        return rules.stream().anyMatch(rule -> rule.from.rewrite(key, rule.to) != null);
    }

    private static @Nullable Weight whole(List<Piece> pieces) {
        Piece first = pieces.getFirst();
        if (pieces.size() != first.rule.parts) {
            return null;
        }
        if (pieces.size() == 1 && first.rule.order == ElementOrder.SAME) {
            return first.weight;
        }
        List<AssembledWeight.Part> parts = new ArrayList<>();
        for (Piece piece : pieces) {
            if (!(piece.weight instanceof StoredTensor stored)) {
                return null;
            }
            AssembledWeight.Part part = AssembledWeight.Part.of(stored, piece.rule.order);
            if (!parts.isEmpty() && !stacks(parts.getFirst(), part)) {
                return null;
            }
            parts.add(part);
        }
        return new AssembledWeight(parts);
    }

    private static boolean stacks(AssembledWeight.Part above, AssembledWeight.Part below) {
        int dimensions = above.shape().size();
        return above.source().dtype() == below.source().dtype()
                && dimensions > 0
                && dimensions == below.shape().size()
                && above.shape().subList(1, dimensions).equals(below.shape().subList(1, dimensions));
    }

    private static final Rule UNCHANGED = Rule.of("*", "*");
}
