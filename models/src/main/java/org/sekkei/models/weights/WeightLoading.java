package org.sekkei.models.weights;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.Module;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Fills a network from a checkpoint, whoever named its keys.
///
/// Keys that differ by a known table - a prefix `module.`, Hugging Face's names of a ViT, and so on - are taken for
/// what they mean. Position embeddings of another grid are interpolated. What is left must agree name by name and shape
/// by shape.
public final class WeightLoading {
    // A hostile file may have millions of names.
    private static final long MOST_COMPARISONS = 4_000_000;

    private WeightLoading() {}

    /// Fills all of a network.
    ///
    /// @return which tables were needed
    /// @throws CheckpointException naming all keys that are missing, unknown or of another shape, with the nearest
    ///     names; then the network is as it was
    public static Fit load(Checkpoint checkpoint, Module network) throws IOException {
        return load(checkpoint, network.getClass().getSimpleName(), network.stateDict());
    }

    /// As [#load(Checkpoint, Module)], for any tensors under the network's names.
    ///
    /// @param network its name, for messages
    public static Fit load(Checkpoint checkpoint, String network, Map<String, Tensor> state) throws IOException {
        Plan plan = Plan.of(checkpoint, state);
        if (!plan.fit.isExact()) {
            throw new CheckpointException(
                    checkpoint.path(),
                    "does not fit " + network + ": " + plan.fit.problems()
                            + ". 'sekkei models run' and 'sekkei train --init' load what fits with --partial");
        }
        plan.run(state);
        return plan.fit;
    }

    /// Fills what agrees and leaves the rest of the network as it is.
    ///
    /// @return what was filled and what did not fit
    /// @throws CheckpointException if nothing agrees
    public static Fit loadPartially(Checkpoint checkpoint, Module network) throws IOException {
        return loadPartially(checkpoint, network.getClass().getSimpleName(), network.stateDict());
    }

    /// As [#loadPartially(Checkpoint, Module)], for any tensors under the network's names.
    ///
    /// @param network its name, for messages
    public static Fit loadPartially(Checkpoint checkpoint, String network, Map<String, Tensor> state)
            throws IOException {
        Plan plan = Plan.of(checkpoint, state);
        if (plan.fit.loaded().isEmpty()) {
            throw new CheckpointException(
                    checkpoint.path(), "has nothing that fits " + network + ": " + plan.fit.problems());
        }
        plan.run(state);
        return plan.fit;
    }

    private record Plan(Fit fit, SequencedMap<String, Weight> weights) {
        static Plan of(Checkpoint checkpoint, Map<String, Tensor> state) throws IOException {
            SequencedMap<String, List<Long>> wanted = new LinkedHashMap<>();
            state.forEach((name, tensor) ->
                    wanted.put(name, Arrays.stream(tensor.shape()).boxed().toList()));
            KeyMatching matching = KeyMatching.find(checkpoint.weights(), wanted);
            SequencedMap<String, Weight> found = matching.weights();
            List<String> missing = new ArrayList<>();
            List<String> resized = new ArrayList<>();
            List<String> misshapen = new ArrayList<>();
            SequencedMap<String, Weight> fitting = new LinkedHashMap<>();
            wanted.forEach((name, shape) -> {
                Weight weight = found.get(name);
                if (weight == null) {
                    if (!isOptional(name)) {
                        missing.add(name);
                    }
                } else if (weight.shape().equals(shape)) {
                    fitting.put(name, weight);
                } else if (PositionEmbedding.fits(name, weight.shape(), shape)) {
                    ResizedPositions positions = new ResizedPositions(name, weight, shape);
                    fitting.put(name, positions);
                    resized.add(positions.describe());
                } else {
                    misshapen.add(name + " is " + weight.shape() + " instead of " + shape);
                }
            });
            Set<String> unknown = new LinkedHashSet<>(found.keySet());
            unknown.removeAll(wanted.keySet());
            unknown.removeIf(WeightLoading::isOptional);
            for (String name : List.copyOf(unknown)) {
                String alias = KeyMatching.wantedAlias(name, wanted.keySet());
                if (alias != null) {
                    requireSame(checkpoint, name, found.get(name), alias, found.get(alias));
                    unknown.remove(name);
                }
            }
            Fit fit = new Fit(
                    matching.dialects(),
                    List.copyOf(fitting.keySet()),
                    resized,
                    withNearest(missing, unknown),
                    withNearest(unknown, missing),
                    misshapen);
            return new Plan(fit, fitting);
        }

        void run(Map<String, Tensor> state) throws IOException {
            for (Map.Entry<String, Weight> entry : weights.entrySet()) {
                Tensor target = state.get(entry.getKey());
                if (target != null) {
                    entry.getValue().copyInto(target);
                }
            }
        }
    }

    private static boolean isOptional(String name) {
        return KeyDialects.OPTIONAL.stream().anyMatch(template -> template.rewrite(name, template) != null);
    }

    private static List<String> withNearest(Collection<String> names, Collection<String> others) {
        boolean few = (long) names.size() * others.size() <= MOST_COMPARISONS;
        NearestNames nearest = new NearestNames(few ? others : List.of());
        List<String> told = new ArrayList<>();
        for (String name : names) {
            String near = nearest.to(name);
            told.add(near == null ? name : name + " (near " + near + ")");
        }
        return told;
    }

    /// Only one of two names of a weight is used, so the other must not say something else.
    private static void requireSame(
            Checkpoint checkpoint, String name, @Nullable Weight weight, String alias, @Nullable Weight used)
            throws IOException {
        if (weight == null || used == null || weight.equals(used)) {
            return;
        }
        try (var _ = Scope.open()) {
            if (!weight.load().equal(used.load())) {
                throw new CheckpointException(
                        checkpoint.path(),
                        name + " and " + alias + " are one weight under two names, but differ in the file");
            }
        }
    }
}
