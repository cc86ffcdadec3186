package org.sekkei.models.weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.weights.PickleValue.Dictionary;
import org.sekkei.models.weights.PickleValue.Real;
import org.sekkei.models.weights.PickleValue.Sequence;
import org.sekkei.models.weights.PickleValue.StorageName;
import org.sekkei.models.weights.PickleValue.Text;
import org.sekkei.models.weights.PickleValue.Truth;
import org.sekkei.models.weights.PickleValue.Tuple;
import org.sekkei.models.weights.PickleValue.View;
import org.sekkei.models.weights.PickleValue.Whole;

/// The state dict in what a file of PyTorch's unpickles to: people save it bare, or beside an optimiser and an epoch
/// in a dict.
final class TorchState {
    /// Under what keys a dict holds the state dict, the first that is there being taken.
    static final List<String> CONTAINERS = List.of(
            "state_dict",
            "model_state_dict",
            "model",
            "net",
            "network",
            "params_ema",
            "params",
            "generator",
            "module",
            "weights",
            "state_dict_ema",
            "model_ema",
            "ema");

    private static final int DEEPEST = 32;
    private static final int MOST_VISITS = 1_000_000;
    private static final int LONGEST_TEXT = 10_000;

    private final CheckpointFile file;
    private final Map<String, Storage> storages;
    private final SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
    private int visits;

    private TorchState(CheckpointFile file, Map<String, Storage> storages) {
        this.file = file;
        this.storages = storages;
    }

    /// @param storages by their keys
    /// @throws CheckpointException if there is no tensor, or one does not lie in its storage
    static Contents of(CheckpointFile file, PickleValue root, Map<String, Storage> storages)
            throws CheckpointException {
        TorchState state = new TorchState(file, storages);
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        PickleValue values = root;
        for (int depth = 0; values instanceof Dictionary dictionary && depth < DEEPEST; depth++) {
            dictionary.entries().forEach((name, value) -> {
                String text = text(value);
                if (text != null) {
                    metadata.putIfAbsent(name, text);
                }
            });
            Dictionary inner = contained(dictionary);
            if (inner == null) {
                break;
            }
            values = inner;
        }
        if (values instanceof View view) {
            state.add("tensor", view);
        } else {
            state.collect("", values, 0);
        }
        if (state.tensors.isEmpty()) {
            throw file.problem("holds no tensor");
        }
        return new Contents(state.tensors, metadata);
    }

    private static @Nullable Dictionary contained(Dictionary dictionary) {
        for (String container : CONTAINERS) {
            if (dictionary.entries().get(container) instanceof Dictionary inner
                    && !inner.entries().isEmpty()) {
                return inner;
            }
        }
        return null;
    }

    private static @Nullable String text(PickleValue value) {
        return switch (value) {
            case Text(String text) when text.length() <= LONGEST_TEXT -> text;
            case Whole(long number) -> Long.toString(number);
            case Real(double number) -> Double.toString(number);
            case Truth(boolean truth) -> Boolean.toString(truth);
            default -> null;
        };
    }

    private void collect(String prefix, PickleValue value, int depth) throws CheckpointException {
        visits++;
        if (depth > DEEPEST || visits > MOST_VISITS) {
            throw file.problem("nests its tensors more deeply, or repeats them more often, than any checkpoint does");
        }
        switch (value) {
            case View view -> add(prefix, view);
            case Dictionary dictionary -> {
                for (Map.Entry<String, PickleValue> entry : dictionary.entries().entrySet()) {
                    collect(joined(prefix, entry.getKey()), entry.getValue(), depth + 1);
                }
            }
            case Sequence list -> collect(prefix, list.items(), depth);
            case Tuple(List<PickleValue> items) -> collect(prefix, items, depth);
            default -> {
                // Numbers and texts belong to no network.
            }
        }
    }

    private void collect(String prefix, List<PickleValue> items, int depth) throws CheckpointException {
        for (int i = 0; i < items.size(); i++) {
            collect(joined(prefix, Integer.toString(i)), items.get(i), depth + 1);
        }
    }

    private static String joined(String prefix, String name) {
        return prefix.isEmpty() ? name : prefix + "." + name;
    }

    private void add(String name, View view) throws CheckpointException {
        StorageName named = view.storage();
        Storage storage = storages.get(named.key());
        if (storage == null) {
            throw file.problem(
                    "has no elements of tensor " + name + " (storage " + named.key() + "); copy or download it again");
        }
        try {
            int bytes = (named.dtype() == null ? view.dtype() : named.dtype()).bytes();
            if (named.dtype() != null && named.elements() > storage.bytes() / bytes) {
                throw new IllegalArgumentException(
                        "has a storage of " + storage.bytes() / bytes + " elements instead of " + named.elements());
            }
            long offset = Math.addExact(named.offset(), view.offset());
            StoredTensor tensor = new StoredTensor(view.dtype(), view.shape(), view.strides(), offset, storage);
            if (tensors.put(name, tensor) != null) {
                throw new IllegalArgumentException("is there twice");
            }
        } catch (IllegalArgumentException | ArithmeticException error) {
            throw file.problem("tensor " + name + " " + error.getMessage() + "; copy or download it again");
        }
    }
}
