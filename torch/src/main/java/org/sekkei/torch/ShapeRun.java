package org.sekkei.torch;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.jspecify.annotations.Nullable;

/// Runs code on shapes alone: every tensor that it makes has a shape and a type but no memory and no values, whatever
/// device is asked for. A network of any size passes in milliseconds, and a listener is told of every result.
///
/// The tensors are those of libtorch's `meta` device, where it can derive a result's shape; where its kernels in C++
/// cannot (convolutions, norms, attention), this class does. What depends on values fails: there is nothing to read.
public final class ShapeRun {
    /// Is told of every operation, in order.
    @FunctionalInterface
    public interface Listener {
        /// @param operation its name here, for instance `conv2d`
        /// @param operands what it read, parameters and inputs among it
        /// @param result new memory, or a view of an operand; freed when its scope closes
        void made(String operation, List<Tensor> operands, Tensor result);

        /// A block begins of which [Recomputation] keeps only what it takes.
        default void blockBegan(Tensor input) {}

        /// It ends.
        default void blockEnded(Tensor output) {}
    }

    /// Products, which [Autocast] computes in bfloat16.
    private static final Set<String> PRODUCTS =
            Set.of("conv2d", "convTranspose2d", "linear", "matmul", "bmm", "baddbmm", "attention");

    /// Functions of an element that libtorch does not know on shapes.
    private static final Set<String> ELEMENTWISE = Set.of("relu", "abs");

    private static final ScopedValue<ShapeRun> OPEN = ScopedValue.newInstance();

    private final Listener listener;
    private final Map<Tensor, Tensor> loweredParameters = new IdentityHashMap<>();

    private ShapeRun(Listener listener) {
        this.listener = listener;
    }

    /// Runs `body` on this thread. What it returns may be asked for its shape only.
    public static <T> T of(Listener listener, Supplier<T> body) {
        return ScopedValue.where(OPEN, new ShapeRun(listener)).call(body::get);
    }

    static boolean isOpen() {
        return OPEN.isBound();
    }

    static TensorOptions options(DType dtype) {
        return new TensorOptions(dtype.scalarType).device(new DeviceOptional(new Device(DeviceType.Meta)));
    }

    /// The result of an operation that libtorch may or may not know on shapes.
    static Tensor call(String operation, Supplier<org.bytedeco.pytorch.Tensor> body, Tensor... operands) {
        ShapeRun run = OPEN.get();
        if (ELEMENTWISE.contains(operation)) {
            return run.told(operation, List.of(operands), empty(operands[0].dtype(), operands[0].shape()));
        }
        if (PRODUCTS.contains(operation) && lowers()) {
            Tensor result = Native.get(operation, () -> Tensor.wrap(body.get()), operands);
            long[] shape = result.shape();
            result.free();
            return product(operation, shape, operands);
        }
        return run.told(operation, List.of(operands), Tensor.wrap(Native.get(operation, body, operands)));
    }

    /// The result of a product, in bfloat16 under [Autocast]; then the operands are converted first, parameters once.
    static Tensor product(String operation, long[] shape, Tensor... operands) {
        ShapeRun run = OPEN.get();
        if (!lowers()) {
            return run.told(operation, List.of(operands), empty(operands[0].dtype(), shape));
        }
        Tensor[] lowered = Arrays.stream(operands).map(run::lowered).toArray(Tensor[]::new);
        Tensor result = run.told(operation, List.of(lowered), empty(DType.BFLOAT16, shape));
        for (int i = 0; i < lowered.length; i++) {
            if (lowered[i] != operands[i] && !run.loweredParameters.containsKey(operands[i])) {
                lowered[i].free();
            }
        }
        return result;
    }

    /// A result of this shape, of the first operand's type.
    static Tensor result(String operation, long[] shape, Tensor... operands) {
        return OPEN.get().told(operation, List.of(operands), empty(operands[0].dtype(), shape));
    }

    static Tensor block(Tensor input, Supplier<Tensor> body) {
        Listener listener = OPEN.get().listener;
        listener.blockBegan(input);
        Tensor output = body.get();
        listener.blockEnded(output);
        return output;
    }

    /// Passes a result on to the listener if a run is open.
    static Tensor tell(String operation, Tensor result, Tensor operand) {
        return isOpen() ? OPEN.get().told(operation, List.of(operand), result) : result;
    }

    /// The shape of a convolution's result.
    static long[] convolution(
            Tensor input, Tensor weight, long stride, long paddingHeight, long paddingWidth, long dilation) {
        long height = windows(input.size(2), weight.size(2), stride, paddingHeight, dilation);
        long width = windows(input.size(3), weight.size(3), stride, paddingWidth, dilation);
        return new long[] {input.size(0), weight.size(0), height, width};
    }

    private static long windows(long size, long kernel, long stride, long padding, long dilation) {
        long reach = dilation * (kernel - 1) + 1;
        long padded = size + 2 * padding;
        if (padded < reach) {
            throw new TorchException("a kernel of " + reach + " pixels does not fit into a map of " + padded);
        }
        return (padded - reach) / stride + 1;
    }

    /// The shape that all of these can be repeated to.
    static long[] broadcast(Tensor... operands) {
        int rank = Arrays.stream(operands)
                .mapToInt(operand -> Math.toIntExact(operand.dim()))
                .max()
                .orElseThrow();
        var shape = new long[rank];
        Arrays.fill(shape, 1);
        for (Tensor operand : operands) {
            int before = rank - Math.toIntExact(operand.dim());
            for (int i = before; i < rank; i++) {
                shape[i] = Math.max(shape[i], operand.size(i - before));
            }
        }
        return shape;
    }

    static Tensor empty(DType dtype, long... shape) {
        return Tensor.wrap(Native.get("empty", () -> torch.empty(shape, options(dtype), new MemoryFormatOptional())));
    }

    private static boolean lowers() {
        return torch.is_autocast_enabled(DeviceType.CPU);
    }

    private Tensor lowered(Tensor operand) {
        if (operand.dtype() != DType.FLOAT32) {
            return operand;
        }
        @Nullable Tensor known = loweredParameters.get(operand);
        if (known != null) {
            return known;
        }
        Tensor lowered = told("to", List.of(operand), empty(DType.BFLOAT16, operand.shape()));
        if (operand.requiresGrad()) {
            // As libtorch does: the copies live until the outermost autocast ends.
            loweredParameters.put(operand, lowered.keep());
        }
        return lowered;
    }

    private Tensor told(String operation, List<Tensor> operands, Tensor result) {
        listener.made(operation, operands, result);
        return result;
    }
}
