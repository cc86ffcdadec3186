package org.sekkei.train;

import java.util.List;
import java.util.Map;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Module;
import org.sekkei.torch.Tensor;

/// Parts of a network that a training leaves as they are: their parameters get no gradients, and their norms keep
/// their statistics.
final class FrozenParts {
    private final Layer network;
    private final List<String> paths;

    /// @throws IllegalArgumentException if a path is none of the network's, or nothing is left to train
    FrozenParts(Layer network, List<String> paths) {
        this.network = network;
        this.paths = paths;
        Map<String, Tensor> parameters = network.namedParameters();
        for (String path : paths) {
            if (parameters.keySet().stream().noneMatch(name -> isIn(name, path))) {
                throw new IllegalArgumentException("the network has no part '" + path + "' to freeze; its parts are "
                        + String.join(", ", topParts(parameters)));
            }
        }
        parameters.forEach((name, parameter) -> {
            if (isFrozen(name)) {
                parameter.requiresGrad(false);
            }
        });
        if (parameters.keySet().stream().allMatch(this::isFrozen)) {
            throw new IllegalArgumentException("all parts of the network are frozen, so there is nothing to train");
        }
    }

    private static List<String> topParts(Map<String, Tensor> parameters) {
        return parameters.keySet().stream()
                .map(name -> name.contains(".") ? name.substring(0, name.indexOf('.')) : name)
                .distinct()
                .toList();
    }

    /// To be called whenever the network was switched to training.
    void keepStatistics() {
        for (Map.Entry<String, Module> module : network.namedModules().entrySet()) {
            if (isFrozen(module.getKey())) {
                module.getValue().eval();
            }
        }
    }

    private boolean isFrozen(String name) {
        return paths.stream().anyMatch(path -> isIn(name, path));
    }

    private static boolean isIn(String name, String path) {
        return name.equals(path) || name.startsWith(path + ".");
    }
}
