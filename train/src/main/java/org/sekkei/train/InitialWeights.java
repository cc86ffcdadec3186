package org.sekkei.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Fit;
import org.sekkei.models.weights.WeightLoading;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Fills a classifier from a checkpoint of another training, whose classes may be others.
final class InitialWeights {
    private final Layer network;
    private final String model;
    private final List<String> classNames;
    private final String head;

    /// @param model the network's name, for messages
    /// @param classNames what the network is to tell apart
    InitialWeights(Layer network, String model, List<String> classNames) {
        this.network = network;
        this.model = model;
        this.classNames = classNames;
        String last = network.namedParameters().lastEntry().getKey();
        head = last.substring(0, last.lastIndexOf('.') + 1);
    }

    /// @return what was taken, as a sentence
    /// @throws IOException if something other than the last layer does not fit, unless the start is partial
    String load(Path file, boolean partial) throws IOException {
        try (Scope scope = Scope.open();
                Checkpoint checkpoint = Checkpoint.open(file)) {
            Map<String, Tensor> ownHead = copies(scope);
            Fit fit = WeightLoading.loadPartially(checkpoint, model, network.stateDict());
            List<String> misfits = misfits(fit);
            if (!misfits.isEmpty() && !partial) {
                throw new IOException(
                        file + ": does not fit " + model + ": " + fit.problems() + ". --partial takes what fits");
            }
            List<String> before = classesOf(checkpoint);
            boolean otherHead = fit.loaded().stream().filter(this::isOfHead).count() < ownHead.size();
            boolean otherClasses = before != null && !before.equals(classNames);
            if (otherHead || otherClasses) {
                network.loadStateDict(ownHead, false);
            }
            return sentence(file, fit, misfits, otherHead || otherClasses, before);
        }
    }

    private SequencedMap<String, Tensor> copies(Scope scope) {
        SequencedMap<String, Tensor> copies = new LinkedHashMap<>();
        network.stateDict().forEach((name, value) -> {
            if (isOfHead(name)) {
                copies.put(name, value.detach().copy());
            }
        });
        return copies;
    }

    private boolean isOfHead(String name) {
        return name.startsWith(head);
    }

    private List<String> misfits(Fit fit) {
        return Stream.of(fit.missing(), fit.unknown(), fit.misshapen())
                .flatMap(List::stream)
                .filter(problem -> !isOfHead(problem))
                .toList();
    }

    /// Null if the file does not tell them.
    private static @Nullable List<String> classesOf(Checkpoint checkpoint) throws IOException {
        String names = checkpoint.metadata().get(TrainedModel.CLASSES);
        return names == null ? null : Arrays.asList(Json.read(names, String[].class, checkpoint.path()));
    }

    private String sentence(Path file, Fit fit, List<String> misfits, boolean newHead, @Nullable List<String> before) {
        StringBuilder sentence = new StringBuilder("Starting from ").append(file);
        if (newHead) {
            sentence.append(", with a new last layer (")
                    .append(head, 0, head.length() - 1)
                    .append(") for ")
                    .append(classNames.size())
                    .append(" classes");
            if (before != null) {
                sentence.append(" instead of its ").append(before.size());
            }
        }
        if (!misfits.isEmpty()) {
            sentence.append("; what does not fit is new or left out: ").append(fit.problems());
        }
        return sentence.append('.').toString();
    }
}
