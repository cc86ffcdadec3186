package org.sekkei.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sekkei.plan.Trace.Operation;
import org.sekkei.plan.Trace.Value;
import org.sekkei.torch.DType;

/// What each kind of operation keeps for the backward pass, computes, and needs beside its result. By operation, never
/// by network; what is not named here keeps its operands as a product does, which is too much rather than too little.
final class Rules {
    private static final Set<String> CONVOLUTIONS = Set.of("conv2d", "convTranspose2d");
    private static final Set<String> KEEP_NOTHING = Set.of(
            "add",
            "sub",
            "neg",
            "to",
            "cat",
            "stack",
            "mean",
            "sum",
            "interpolate",
            "padZeros",
            "cumsum",
            "reshape",
            "view",
            "flatten",
            "permute",
            "transpose",
            "squeeze",
            "unsqueeze",
            "expand",
            "repeat",
            "narrow",
            "slice",
            "select",
            "chunk",
            "split",
            "contiguous",
            "channelsLast",
            "detach",
            "copy",
            "addScaled",
            "crossEntropy",
            "indexSelect");
    private static final Set<String> KEEP_RESULT = Set.of("relu", "sigmoid", "tanh", "softmax", "exp", "sqrt", "rsqrt");
    private static final Set<String> KEEP_FIRST = Set.of(
            "batchNorm",
            "instanceNorm",
            "layerNorm",
            "gelu",
            "leakyRelu",
            "clamp",
            "avgPool2d",
            "avgPool2dToTheEdge",
            "avgPool2dWithinTheEdge",
            "adaptiveAvgPool2d",
            "pad",
            "square",
            "pow",
            "log",
            "abs",
            "sin",
            "cos",
            "batchNormRunning");
    private static final Set<String> POOL_BY_INDEX = Set.of("maxPool2d", "maxPool2dToTheEdge");

    /// Gradients that are the result's own, seen otherwise.
    private static final Set<String> PASS_GRADIENT = Set.of(
            "add",
            "reshape",
            "view",
            "flatten",
            "permute",
            "transpose",
            "squeeze",
            "unsqueeze",
            "contiguous",
            "copy",
            "cat");

    private Rules() {}

    /// The values that live on until the operation's backward.
    static List<Value> kept(Operation operation) {
        if (!operation.result().needsGradient() || KEEP_NOTHING.contains(operation.name()) || operation.isView()) {
            return List.of();
        }
        if (KEEP_RESULT.contains(operation.name())) {
            return List.of(operation.result());
        }
        if (KEEP_FIRST.contains(operation.name()) || POOL_BY_INDEX.contains(operation.name())) {
            return List.of(operation.operands().getFirst());
        }
        if (operation.name().equals("attention")) {
            List<Value> all = new ArrayList<>(operation.operands());
            all.add(operation.result());
            return all;
        }
        if (operation.name().equals("where") || operation.name().equals("gather")) {
            // The condition, or the indices.
            return List.of(operation.operands().getLast());
        }
        if (operation.operands().size() == 1) {
            // By a number: nothing but the number is needed.
            return operation.name().equals("mul")
                            || operation.name().equals("div")
                            || operation.name().equals("dropout")
                    ? List.of()
                    : operation.operands();
        }
        // A product's derivative by one operand takes the others.
        List<Value> kept = new ArrayList<>();
        for (Value operand : operation.operands()) {
            if (operation.operands().stream().anyMatch(other -> other != operand && other.needsGradient())) {
                kept.add(operand);
            }
        }
        return kept;
    }

    /// Bytes that live on until then and are no value of the pass: indices, masks, sums of exponentials, statistics.
    static long keptBeside(Operation operation) {
        if (!operation.result().needsGradient()) {
            return 0;
        }
        long elements = operation.result().elements();
        if (POOL_BY_INDEX.contains(operation.name())) {
            return elements * Long.BYTES;
        }
        return switch (operation.name()) {
            case "dropout" -> elements;
            // Products of stacks of matrices copy what does not lie in order, and keep the copies.
            case "matmul" ->
                operation.operands().stream()
                        .filter(operand -> operand.shape().size() > 2 && !operand.contiguous())
                        .mapToLong(Value::bytes)
                        .sum();
            case "layerNorm", "attention" ->
                2 * Float.BYTES * elements / operation.result().last();
            default -> 0;
        };
    }

    /// Bytes for the time of the operation alone.
    static long workspace(Operation operation) {
        if (CONVOLUTIONS.contains(operation.name())) {
            // oneDNN's own layouts of input, weight and result.
            return operation.operands().get(0).bytes()
                    + operation.operands().get(1).bytes()
                    + operation.result().bytes();
        }
        if (POOL_BY_INDEX.contains(operation.name())) {
            return operation.result().needsGradient() ? 0 : operation.result().elements() * Long.BYTES;
        }
        if (operation.name().equals("linear") && operation.result().type() == DType.BFLOAT16) {
            return operation.operands().get(1).bytes();
        }
        return 0;
    }

    /// The same in the backward pass.
    static long workspaceBackward(Operation operation) {
        return CONVOLUTIONS.contains(operation.name()) ? workspace(operation) : 0;
    }

    /// Whether the operand's gradient takes no memory of its own.
    static boolean passesGradient(Operation operation, Value operand) {
        if (operation.name().equals("cat")) {
            return true;
        }
        return PASS_GRADIENT.contains(operation.name())
                && operand.elements() == operation.result().elements()
                && operand.type() == operation.result().type();
    }

    /// Floating-point operations of products, a multiplication and its addition being two; 0 for all else.
    static double flops(Operation operation) {
        if (operation.operands().isEmpty()) {
            return 0;
        }
        Value first = operation.operands().getFirst();
        double result = operation.result().elements();
        return switch (operation.name()) {
            case "conv2d" ->
                2
                        * result
                        * operation.operands().get(1).elements()
                        / operation.operands().get(1).shape().getFirst();
            case "convTranspose2d" ->
                2.0
                        * first.elements()
                        * operation.operands().get(1).elements()
                        / operation.operands().get(1).shape().getFirst();
            case "linear", "matmul", "bmm" -> 2 * result * first.last();
            case "attention" -> {
                List<Long> keys = operation.operands().get(1).shape();
                yield 4 * result * keys.get(keys.size() - 2);
            }
            default -> 0;
        };
    }

    /// The same of the backward pass: one product for every operand that needs a gradient.
    static double flopsBackward(Operation operation) {
        long gradients =
                operation.operands().stream().filter(Value::needsGradient).count();
        double share = operation.name().equals("attention") ? 2.5 : gradients;
        return gradients == 0 ? 0 : share * flops(operation);
    }
}
