package org.sekkei.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/// A part of a network: named parameters, named buffers and named parts, in the order in which they were
/// registered. Names
/// joined by dots are the keys of PyTorch's state dict.
///
/// A module outlives the scopes that are open while it is made. [#to(Device)] and [#channelsLast()] change
/// parameters in
/// place, so that optimisers and fields that hold them stay right.
@SuppressWarnings("JavaLangClash") // PyTorch's name for it
public abstract class Module {
    private final SequencedMap<String, Tensor> parameters = new LinkedHashMap<>();
    private final SequencedMap<String, Tensor> buffers = new LinkedHashMap<>();
    private final SequencedMap<String, Module> children = new LinkedHashMap<>();
    private final List<Observer> observers = new ArrayList<>();
    private boolean training = true;

    /// Is told what a module took and gave.
    @FunctionalInterface
    public interface Observer {
        /// The tensors belong to the module's scope: copy what shall stay, as later operations may write into them.
        void seen(List<Tensor> inputs, Tensor output);
    }

    /// Registers a tensor that training changes, and returns it.
    protected final Tensor parameter(String name, Tensor value) {
        parameters.put(name, value.detach().keep().requiresGrad(true));
        return parameters.get(name);
    }

    /// Registers a tensor that belongs to the state but not to the optimiser, and returns it.
    protected final Tensor buffer(String name, Tensor value) {
        buffers.put(name, value.detach().keep());
        return buffers.get(name);
    }

    /// Registers a part, and returns it.
    protected final <M extends Module> M child(String name, M module) {
        children.put(name, module);
        return module;
    }

    /// The direct parts.
    public final Collection<Module> children() {
        return children.values();
    }

    /// This module under the empty path and all its parts under theirs, a part that has two paths under both.
    public final SequencedMap<String, Module> namedModules() {
        SequencedMap<String, Module> all = new LinkedHashMap<>();
        visit(
                "",
                (prefix, module) -> all.put(prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1), module));
        return all;
    }

    /// Tells an observer of every use of this module until the guard closes.
    public final Guard observe(Observer observer) {
        observers.add(observer);
        return () -> observers.remove(observer);
    }

    /// Tells the observers; returns the output.
    protected final Tensor seen(List<Tensor> inputs, Tensor output) {
        observers.forEach(observer -> observer.seen(inputs, output));
        return output;
    }

    /// All parameters under their state-dict keys, one of a part that has two paths under both.
    public final SequencedMap<String, Tensor> namedParameters() {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        visit("", (prefix, module) -> module.parameters.forEach((name, value) -> all.put(prefix + name, value)));
        return all;
    }

    /// All parameters, each once.
    public final List<Tensor> parameters() {
        Set<Tensor> known = Collections.newSetFromMap(new IdentityHashMap<>());
        return namedParameters().values().stream().filter(known::add).toList();
    }

    /// How many numbers training changes; a network whose authors count others too may count as they do.
    public long parameterCount() {
        return parameters().stream().mapToLong(Tensor::numel).sum();
    }

    /// All parameters and buffers, themselves and not copies, in PyTorch's order.
    public final SequencedMap<String, Tensor> stateDict() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        visit("", (prefix, module) -> {
            module.parameters.forEach((name, value) -> state.put(prefix + name, value));
            module.buffers.forEach((name, value) -> state.put(prefix + name, value));
        });
        return state;
    }

    /// Copies these values into the parameters and buffers of the same names, converting type and device.
    ///
    /// @throws IllegalArgumentException naming all keys that are missing, unknown or of another shape; then nothing
    ///     is copied
    public final void loadStateDict(Map<String, Tensor> state) {
        loadStateDict(state, true);
    }

    /// As [#loadStateDict(Map)]; keys may be missing or unknown unless `strict`. Shapes must agree in any case.
    public final void loadStateDict(Map<String, Tensor> state, boolean strict) {
        SequencedMap<String, Tensor> own = stateDict();
        List<String> problems = new ArrayList<>();
        own.forEach((name, value) -> {
            Tensor given = state.get(name);
            if (given == null) {
                if (strict) {
                    problems.add("missing " + name);
                }
            } else if (!Arrays.equals(value.shape(), given.shape())) {
                problems.add(name + " is " + given.describe() + " instead of " + value.describe());
            }
        });
        if (strict) {
            state.keySet().stream()
                    .filter(name -> !own.containsKey(name))
                    .forEach(name -> problems.add("unknown " + name));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "the weights do not fit " + getClass().getSimpleName() + ": " + String.join("; ", problems));
        }
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            own.forEach((name, value) -> {
                Tensor given = state.get(name);
                if (given != null) {
                    value.copyInPlace(given);
                }
            });
        }
    }

    /// Whether layers that differ between training and use behave as in training; a new module does.
    public final boolean isTraining() {
        return training;
    }

    /// Switches this module and its parts to training.
    public final void train() {
        visit("", (_, module) -> module.training = true);
    }

    /// Switches this module and its parts to use.
    public final void eval() {
        visit("", (_, module) -> module.training = false);
    }

    /// Moves parameters and buffers to a device.
    public final void to(Device device) {
        replaceAll(value -> value.to(device));
    }

    /// Converts parameters and buffers of floating point to a type.
    public final void to(DType dtype) {
        replaceAll(value -> value.dtype().isFloatingPoint() ? value.to(dtype) : value);
    }

    /// Lays parameters of four dimensions out channels last, so that convolutions do the same for their results.
    public final void channelsLast() {
        replaceAll(value -> value.dim() == 4 ? value.channelsLast() : value);
    }

    /// Forgets the gradients of all parameters.
    public final void zeroGrad() {
        parameters().forEach(Tensor::clearGrad);
    }

    private void replaceAll(UnaryOperator<Tensor> change) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            for (Tensor value : stateDict().values()) {
                Tensor changed = change.apply(value);
                if (changed != value) {
                    value.setData(changed);
                }
            }
        }
    }

    private void visit(String prefix, BiConsumer<String, Module> visitor) {
        visitor.accept(prefix, this);
        children.forEach((name, child) -> child.visit(prefix + name + separator(), visitor));
    }

    /// What follows the names of this module's parts in state-dict keys: PyTorch's dot, unless the network keeps the
    /// names of another framework.
    protected char separator() {
        return '.';
    }
}
