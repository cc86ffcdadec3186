package org.sekkei.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.ConvTranspose2d;
import org.sekkei.torch.DotProductAttention;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Linear;
import org.sekkei.torch.Module;
import org.sekkei.torch.MultiheadAttention;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.torch.TorchException;

/// What a network is and costs on one picture, counted while it runs on a black one.
///
/// @param parameters numbers that training changes
/// @param flops floating-point operations of the products, a multiplication and its addition being two
/// @param weightBytes parameters and buffers in float32
/// @param activationBytes the results of all layers in float32, which is what training keeps; use keeps only few at
/// once
/// @param layers in the order of their names
public record NetworkSize(
        long parameters, double flops, long weightBytes, long activationBytes, List<LayerSize> layers) {
    /// A part of the network.
    ///
    /// @param path its state-dict path
    /// @param kind its sort
    /// @param output the shape of what it gives, of the last time where it is used more than once; empty if unknown
    /// @param parameters its own ones and those of its parts
    /// @param flops of its own products, not those of its parts
    public record LayerSize(String path, String kind, List<Long> output, long parameters, double flops) {}

    private static final class Tally {
        private List<Long> output = List.of();
        private double flops;
    }

    /// @param side of the pictures in pixels; networks of fixed size do not ask
    /// @throws IllegalArgumentException if the network does not take pictures of this size
    public static NetworkSize of(Network network, int side) {
        if (side < 1) {
            throw new IllegalArgumentException(
                    network.name() + " does not take pictures of " + side + " pixels a side");
        }
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Network.Graph graph = network.factory().create(Generator.idle());
            Module module = graph.module();
            module.eval();
            long weights = distinct(module).stream().mapToLong(Tensor::numel).sum();
            long parameters = module.parameterCount();
            SequencedMap<String, Long> parametersByPath = new LinkedHashMap<>();
            module.namedModules().forEach((path, part) -> parametersByPath.put(path, part.parameterCount()));
            SequencedMap<String, Tally> tallies = new LinkedHashMap<>();
            long[] activations = {0};
            Set<Module> known = new LinkedHashSet<>();
            module.namedModules().forEach((path, part) -> {
                Tally tally = new Tally();
                tallies.put(path, tally);
                boolean first = known.add(part);
                part.observe((inputs, output) -> {
                    tally.output = Arrays.stream(output.shape()).boxed().toList();
                    if (first) {
                        tally.flops += flops(part, inputs, output);
                        activations[0] += part.children().isEmpty() && !isPassedOn(inputs, output) ? output.numel() : 0;
                    }
                });
            });
            try {
                graph.run(network.blank(side));
            } catch (TorchException e) {
                throw new IllegalArgumentException(
                        network.name() + " does not take pictures of " + side + " pixels a side: " + e.getMessage(), e);
            }
            List<LayerSize> layers = new ArrayList<>();
            SequencedMap<String, Module> modules = module.namedModules();
            tallies.forEach((path, tally) -> {
                Module part = modules.get(path);
                if (part != null && !path.isEmpty()) {
                    layers.add(new LayerSize(
                            path,
                            part.getClass().getSimpleName(),
                            tally.output,
                            parametersByPath.getOrDefault(path, 0L),
                            tally.flops));
                }
            });
            double flops =
                    tallies.values().stream().mapToDouble(tally -> tally.flops).sum();
            return new NetworkSize(
                    parameters, flops, Float.BYTES * weights, Float.BYTES * activations[0], List.copyOf(layers));
        }
    }

    /// Layers that do something in training only give what they got.
    @SuppressWarnings("ReferenceEquality") // the very tensor, not an equal one
    private static boolean isPassedOn(List<Tensor> inputs, Tensor output) {
        return inputs.stream().anyMatch(input -> input == output);
    }

    private static Set<Tensor> distinct(Module module) {
        return new LinkedHashSet<>(module.stateDict().values());
    }

    private static double flops(Module part, List<Tensor> inputs, Tensor output) {
        return switch (part) {
            case Conv2d convolution ->
                2.0
                        * output.numel()
                        * convolution.weight().numel()
                        / convolution.weight().size(0);
            case DeepLens.Convolution convolution -> convolution.operations(output);
            case ConvTranspose2d convolution ->
                2.0
                        * inputs.getFirst().numel()
                        * convolution.weight().numel()
                        / convolution.weight().size(0);
            case Linear linear -> 2.0 * output.numel() * linear.weight().size(1);
            // Three projections; what they are mixed by and what follows counts as parts of their own.
            case MultiheadAttention _ ->
                inputs.stream()
                        .mapToDouble(input -> 2.0 * input.numel() * input.size(2))
                        .sum();
            case DotProductAttention _ -> 4.0 * output.numel() * inputs.get(1).size(2);
            default -> 0;
        };
    }
}
