package org.sekkei.plan;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.sekkei.models.Network;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Module;
import org.sekkei.torch.Tensor;

/// What is computed in one step, as the planner sees it: passes one after the other, each gone through forward and, in
/// training, back, and then forgotten. A network by itself is one pass.
///
/// A task whose step takes more than one network and its results says so in a few lines, and is planned like any other:
///
/// ```java
/// Function<Generator, Nets> nets = generator -> new Nets(generator); // restorer, critic, perceptual
/// new Task("deblur", List.of(
///         Task.pass("restorer", inputs, generator -> {
///             Nets all = nets.apply(generator);
///             return new Task.Pass(all.list(), List.of(all.restorer()), in -> all.loss(in.get(0), in.get(1)));
///         }),
///         Task.pass("critic", inputs, ...)));
/// ```
///
/// @param name for people
/// @param passes each a network whose module holds all weights that the step holds, not only those that it uses
public record Task(String name, List<Network> passes) {
    /// One pass over networks that are made anew to look at them; nothing is computed.
    ///
    /// @param held all networks that the step holds, in the same order in every pass
    /// @param trained those of them whose weights the pass changes; the others' weights get no gradients
    /// @param loss from the inputs in their order
    public record Pass(List<Module> held, List<Module> trained, Function<List<Tensor>, Tensor> loss) {
        public Pass {
            held = List.copyOf(held);
            trained = List.copyOf(trained);
        }
    }

    /// The networks of a pass as one.
    private static final class Together extends Module {
        Together(List<Module> parts) {
            for (int i = 0; i < parts.size(); i++) {
                child(Integer.toString(i), parts.get(i));
            }
        }
    }

    public Task {
        passes = List.copyOf(passes);
        if (passes.isEmpty()) {
            throw new IllegalArgumentException(name + " has no pass");
        }
    }

    /// A network and what comes out of it.
    public static Task of(Network network) {
        return new Task(network.name(), List.of(network));
    }

    /// A pass that ends with a loss.
    ///
    /// @param inputs shapes of a step's inputs for one picture of so many pixels a side
    /// @param made makes the networks; called often
    public static Network pass(String name, List<Network.Input> inputs, Function<Generator, Pass> made) {
        return new Network(name, "", inputs, List.of("loss"), generator -> {
            Pass pass = made.apply(generator);
            Set<Tensor> trained = Collections.newSetFromMap(new IdentityHashMap<>());
            pass.trained.forEach(module -> trained.addAll(module.parameters()));
            Module held = new Together(pass.held);
            held.parameters().forEach(parameter -> parameter.requiresGrad(trained.contains(parameter)));
            return new Network.Graph(held, tensors -> {
                List<Tensor> ordered = inputs.stream()
                        .map(input -> Objects.requireNonNull(tensors.get(input.name())))
                        .toList();
                return new LinkedHashMap<>(Map.of("loss", pass.loss.apply(ordered)));
            });
        });
    }
}
