package org.sekkei.torch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.jspecify.annotations.Nullable;

/// An n-dimensional array on a device, with autograd.
///
/// Operations behave as PyTorch's of the same name, with the same broadcasting and type promotion, and throw
/// [TorchException] where PyTorch raises. Negative dimensions count from the last. A whole number given to an
/// operation on
/// integers stays an integer, so that `indices.mul(2)` keeps its type. Who frees a tensor: see [Scope].
public final class Tensor {
    final org.bytedeco.pytorch.Tensor handle;

    @Nullable
    PointerScope owner = PointerScope.getInnerScope();

    private Tensor(org.bytedeco.pytorch.Tensor handle) {
        this.handle = handle;
    }

    static Tensor wrap(org.bytedeco.pytorch.Tensor handle) {
        return new Tensor(handle);
    }

    // ---- making ----

    /// Zeros, [DType#FLOAT32] on the CPU.
    public static Tensor zeros(long... shape) {
        return zeros(DType.FLOAT32, Device.CPU, shape);
    }

    public static Tensor zeros(DType dtype, Device device, long... shape) {
        return Native.call("zeros", () -> torch.torch_zeros(shape, options(dtype, device)));
    }

    /// Ones, [DType#FLOAT32] on the CPU.
    public static Tensor ones(long... shape) {
        return ones(DType.FLOAT32, Device.CPU, shape);
    }

    public static Tensor ones(DType dtype, Device device, long... shape) {
        return Native.call("ones", () -> torch.ones(shape, options(dtype, device)));
    }

    /// One value everywhere, [DType#FLOAT32] on the CPU.
    public static Tensor full(double value, long... shape) {
        return full(value, DType.FLOAT32, Device.CPU, shape);
    }

    public static Tensor full(double value, DType dtype, Device device, long... shape) {
        return Native.call("full", () -> torch.full(shape, new Scalar(value), options(dtype, device)));
    }

    /// Memory as it is found; to be written before it is read.
    public static Tensor empty(DType dtype, Device device, long... shape) {
        return Native.call("empty", () -> torch.empty(shape, options(dtype, device), new MemoryFormatOptional()));
    }

    /// `0, 1, ..., end - 1` as [DType#INT64] on the CPU.
    public static Tensor arange(long end) {
        return Native.call("arange", () -> torch.arange(new Scalar(end), options(DType.INT64, Device.CPU)));
    }

    /// `steps` values from `start` to `end`, both included, as [DType#FLOAT32] on the CPU.
    public static Tensor linspace(double start, double end, long steps) {
        return Native.call(
                "linspace",
                () -> torch.linspace(new Scalar(start), new Scalar(end), steps, options(DType.FLOAT32, Device.CPU)));
    }

    /// Uniform in \[0, 1), [DType#FLOAT32] on the CPU.
    public static Tensor rand(Generator generator, long... shape) {
        return Native.call("rand", () -> torch.rand(shape, generator.optional(), options(DType.FLOAT32, Device.CPU)));
    }

    /// Normal with mean 0 and deviation 1, [DType#FLOAT32] on the CPU.
    public static Tensor randn(Generator generator, long... shape) {
        return Native.call("randn", () -> torch.randn(shape, generator.optional(), options(DType.FLOAT32, Device.CPU)));
    }

    /// Whole numbers in \[`low`, `high`), [DType#INT64] on the CPU.
    public static Tensor randint(Generator generator, long low, long high, long... shape) {
        return Native.call(
                "randint",
                () -> torch.randint(low, high, shape, generator.optional(), options(DType.INT64, Device.CPU)));
    }

    /// `0, ..., count - 1` in random order, [DType#INT64] on the CPU.
    public static Tensor randperm(Generator generator, long count) {
        return Native.call(
                "randperm", () -> torch.randperm(count, generator.optional(), options(DType.INT64, Device.CPU)));
    }

    /// A tensor without dimensions, [DType#FLOAT32] on the CPU.
    public static Tensor scalar(double value) {
        return full(value);
    }

    /// A copy of the values, [DType#FLOAT32] on the CPU; one dimension if no shape is given.
    public static Tensor of(float[] values, long... shape) {
        return of(MemorySegment.ofArray(values), DType.FLOAT32, shapeOr(shape, values.length));
    }

    /// A copy of the values, [DType#FLOAT64] on the CPU; one dimension if no shape is given.
    public static Tensor of(double[] values, long... shape) {
        return of(MemorySegment.ofArray(values), DType.FLOAT64, shapeOr(shape, values.length));
    }

    /// A copy of the values, [DType#INT64] on the CPU; one dimension if no shape is given.
    public static Tensor of(long[] values, long... shape) {
        return of(MemorySegment.ofArray(values), DType.INT64, shapeOr(shape, values.length));
    }

    /// A copy of the values, [DType#INT32] on the CPU; one dimension if no shape is given.
    public static Tensor of(int[] values, long... shape) {
        return of(MemorySegment.ofArray(values), DType.INT32, shapeOr(shape, values.length));
    }

    /// A copy of the bytes, unsigned ([DType#UINT8]) on the CPU; one dimension if no shape is given.
    public static Tensor of(byte[] values, long... shape) {
        return of(MemorySegment.ofArray(values), DType.UINT8, shapeOr(shape, values.length));
    }

    /// A copy of raw elements in the machine's byte order, on the CPU.
    ///
    /// @throws IllegalArgumentException if the segment does not hold exactly the elements of this shape
    public static Tensor of(MemorySegment source, DType dtype, long... shape) {
        requireBytes(source, dtype, shape);
        Tensor tensor = empty(dtype, Device.CPU, shape);
        copy(source, tensor);
        return tensor;
    }

    /// A tensor on the CPU that shares memory with a native segment: each sees what the other writes. The segment
    /// must outlive every tensor that shares it, views included.
    ///
    /// @throws IllegalArgumentException if the segment lies on the Java heap or does not hold exactly the elements
    ///     of this shape
    public static Tensor sharing(MemorySegment segment, DType dtype, long... shape) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException("only native memory can be shared with a tensor");
        }
        requireBytes(segment, dtype, shape);
        return Native.call(
                "sharing", () -> torch.from_blob(new Address(segment.address()), shape, options(dtype, Device.CPU)));
    }

    // ---- asking ----

    public long[] shape() {
        long[] shape = new long[dim()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = handle.size(i);
        }
        return shape;
    }

    public long size(int dimension) {
        return Native.get("size", () -> handle.size(dimension), this);
    }

    /// How many dimensions.
    public int dim() {
        return Math.toIntExact(Native.get("dim", handle::dim, this));
    }

    /// How many elements.
    public long numel() {
        return Native.get("numel", handle::numel, this);
    }

    public DType dtype() {
        return DType.of(handle.scalar_type());
    }

    public Device device() {
        return Device.of(handle.device());
    }

    public boolean isContiguous() {
        return handle.is_contiguous();
    }

    /// Whether the elements of a \[B, C, H, W\] tensor lie in the order B, H, W, C.
    public boolean isChannelsLast() {
        return handle.is_contiguous(MemoryFormat.ChannelsLast);
    }

    /// Whether both are views of the same memory.
    public boolean isAliasOf(Tensor other) {
        return handle.is_alias_of(other.handle);
    }

    /// The one element as a number.
    ///
    /// @throws TorchException if there is not exactly one
    public double item() {
        return Native.get("item", handle::item_double, this);
    }

    /// The one element as a whole number.
    ///
    /// @throws TorchException if there is not exactly one
    public long itemLong() {
        return Native.get("itemLong", handle::item_long, this);
    }

    /// Same shape, type and values.
    public boolean equal(Tensor other) {
        return dtype() == other.dtype()
                && Arrays.equals(shape(), other.shape())
                && Native.get("equal", () -> handle.equal(other.handle), this, other);
    }

    /// All values converted to float, in row-major order.
    public float[] toFloats() {
        float[] values = new float[Math.toIntExact(numel())];
        to(DType.FLOAT32).copyTo(MemorySegment.ofArray(values));
        return values;
    }

    /// All values converted to double, in row-major order.
    public double[] toDoubles() {
        double[] values = new double[Math.toIntExact(numel())];
        to(DType.FLOAT64).copyTo(MemorySegment.ofArray(values));
        return values;
    }

    /// All values converted to long, in row-major order.
    public long[] toLongs() {
        long[] values = new long[Math.toIntExact(numel())];
        to(DType.INT64).copyTo(MemorySegment.ofArray(values));
        return values;
    }

    /// All values converted to unsigned bytes, in row-major order.
    public byte[] toBytes() {
        byte[] values = new byte[Math.toIntExact(numel())];
        to(DType.UINT8).copyTo(MemorySegment.ofArray(values));
        return values;
    }

    /// Writes the raw elements in row-major order, in the machine's byte order.
    ///
    /// @throws IllegalArgumentException if the segment's size is not exactly that of the elements
    public void copyTo(MemorySegment target) {
        requireBytes(target, dtype(), shape());
        if (target.byteSize() == 0) {
            return;
        }
        try (var _ = Scope.open()) {
            Pointer data = detach().to(Device.CPU).contiguous().handle.const_data_ptr();
            if (target.isNative()) {
                Pointer.memcpy(new Address(target.address()), data, target.byteSize());
            } else {
                for (long offset = 0; offset < target.byteSize(); offset += CHUNK) {
                    long length = Math.min(CHUNK, target.byteSize() - offset);
                    MemorySegment bytes = MemorySegment.ofBuffer(new Address(data.address() + offset).bytes(length));
                    MemorySegment.copy(bytes, 0, target, offset, length);
                }
            }
        }
    }

    /// Where the elements lie, in the memory of the tensor's device, for kernels that are not libtorch's. They must
    /// follow each other, and the tensor must outlive what reads or writes there.
    public long address() {
        if (!isContiguous()) {
            throw new IllegalArgumentException("the elements of a tensor do not lie one after the other");
        }
        return Native.get("address", () -> handle.mutable_data_ptr().address());
    }

    // ---- life ----

    /// Whether the tensor was freed, by its scope or by [#free()].
    public boolean isFreed() {
        return handle.isNull();
    }

    /// Frees the tensor now, whichever scope owns it. Memory that other tensors share lives on.
    public void free() {
        handle.deallocate();
    }

    /// Takes the tensor out of all scopes: it lives until it is collected or [#free() freed]. [Scope#keep] moves it
    /// no further than needed.
    public Tensor keep() {
        moveTo(null);
        return this;
    }

    void moveTo(@Nullable PointerScope target) {
        PointerScope source = owner;
        if (source == null ? target == null : Scope.same(source, target)) {
            return;
        }
        if (target != null) {
            target.attach(handle);
        } else {
            handle.retainReference();
        }
        if (source != null) {
            source.detach(handle);
        } else if (handle.referenceCount() > 1) {
            handle.releaseReference();
        }
        owner = target;
    }

    // ---- moving and converting ----

    /// Bytes that may wait in memory of the machine for a card: labels and what else a step brings along.
    private static final long SMALL = 1 << 20;

    /// Itself if it is already there. What is small goes to a card behind the work that the card was asked for; for
    /// what
    /// is large the calling thread waits until that is done.
    public Tensor to(Device device) {
        if (device.equals(device())) {
            return this;
        }
        boolean ahead = device.kind() == Device.Kind.CUDA
                && device().equals(Device.CPU)
                && numel() * dtype().bytes() <= SMALL
                && !requiresGrad();
        // libtorch does not wait for memory that the card reads by itself, and keeps it until the card has.
        Tensor from = ahead ? Native.call("pin", handle::pin_memory, this) : this;
        return Native.call(
                "to " + device,
                () -> from.handle.to(device.handle(), handle.scalar_type(), ahead, false, new MemoryFormatOptional()),
                from);
    }

    /// Itself if it already is of this type.
    public Tensor to(DType dtype) {
        if (dtype == dtype()) {
            return this;
        }
        return Native.call("to " + dtype, () -> handle.to(dtype.scalarType), this);
    }

    /// Elements in row-major order; itself if they are.
    public Tensor contiguous() {
        return isContiguous() ? this : Native.call("contiguous", handle::contiguous, this);
    }

    /// The same \[B, C, H, W\] values laid out as B, H, W, C, which convolutions prefer; itself if they are.
    public Tensor channelsLast() {
        return isChannelsLast()
                ? this
                : Native.call("channelsLast", () -> handle.contiguous(MemoryFormat.ChannelsLast), this);
    }

    /// A copy with its own memory.
    public Tensor copy() {
        return Native.call("copy", () -> handle.clone(new MemoryFormatOptional()), this);
    }

    // ---- autograd ----

    public boolean requiresGrad() {
        return handle.requires_grad();
    }

    /// Whether operations on this tensor are recorded; returns itself.
    public Tensor requiresGrad(boolean required) {
        Native.run("requiresGrad", () -> handle.set_requires_grad(required), this);
        return this;
    }

    /// The gradient that [#backward()] left, or null. It shares memory with the gradient that the next backward
    /// adds to.
    public @Nullable Tensor grad() {
        org.bytedeco.pytorch.Tensor grad = handle.grad();
        return grad.defined() ? wrap(grad) : null;
    }

    /// Forgets the gradient.
    public void clearGrad() {
        handle.mutable_grad().reset();
    }

    /// Gives it a gradient of zeros, to which the next backward adds instead of bringing memory of its own.
    void holdGrad() {
        Native.run("holdGrad", () -> handle.mutable_grad().put(torch.zeros_like(handle)), this);
    }

    /// Adds the derivative of this one element to the [#grad()] of every tensor it was computed from.
    public void backward() {
        Native.run("backward", handle::backward, this);
    }

    /// The same for any number of elements.
    ///
    /// @param gradient of what is derived by this tensor, of its shape; null for one element
    /// @param keepGraph whether the way back is passed again
    void backward(@Nullable Tensor gradient, boolean keepGraph) {
        TensorVector given = gradient == null ? new TensorVector() : new TensorVector(gradient.handle);
        Native.run(
                "backward",
                () -> torch.backward(
                        new TensorVector(handle), given, new BoolOptional(keepGraph), false, new TensorVector()),
                this);
    }

    /// The same tensor, graph included, for someone who keeps it longer. Owned by no scope.
    Tensor sharedHandle() {
        return wrap(new org.bytedeco.pytorch.Tensor(handle)).keep();
    }

    /// The same memory, outside the recorded graph.
    public Tensor detach() {
        return Native.call("detach", handle::detach, this);
    }

    /// Replaces shape, type, device and memory by those of another tensor, while everyone who holds this one keeps
    /// it.
    void setData(Tensor data) {
        Native.run("setData", () -> handle.set_data(data.handle), this, data);
    }

    // ---- one operand ----

    public Tensor neg() {
        return Native.call("neg", handle::neg, this);
    }

    public Tensor abs() {
        return Native.call("abs", handle::abs, this);
    }

    public Tensor sign() {
        return Native.call("sign", handle::sign, this);
    }

    public Tensor exp() {
        return Native.call("exp", handle::exp, this);
    }

    public Tensor log() {
        return Native.call("log", handle::log, this);
    }

    public Tensor sqrt() {
        return Native.call("sqrt", handle::sqrt, this);
    }

    public Tensor rsqrt() {
        return Native.call("rsqrt", handle::rsqrt, this);
    }

    public Tensor square() {
        return Native.call("square", handle::square, this);
    }

    public Tensor sin() {
        return Native.call("sin", handle::sin, this);
    }

    public Tensor cos() {
        return Native.call("cos", handle::cos, this);
    }

    public Tensor tanh() {
        return Native.call("tanh", handle::tanh, this);
    }

    public Tensor sigmoid() {
        return Native.call("sigmoid", handle::sigmoid, this);
    }

    public Tensor relu() {
        return Native.call("relu", handle::relu, this);
    }

    public Tensor floor() {
        return Native.call("floor", handle::floor, this);
    }

    public Tensor ceil() {
        return Native.call("ceil", handle::ceil, this);
    }

    public Tensor round() {
        return Native.call("round", handle::round, this);
    }

    /// Every value limited to \[`low`, `high`\].
    public Tensor clamp(double low, double high) {
        return Native.call(
                "clamp", () -> handle.clamp(new ScalarOptional(number(low)), new ScalarOptional(number(high))), this);
    }

    public Tensor pow(double exponent) {
        return Native.call("pow", () -> handle.pow(new Scalar(exponent)), this);
    }

    public Tensor isFinite() {
        return Native.call("isFinite", handle::isfinite, this);
    }

    public Tensor logicalNot() {
        return Native.call("logicalNot", handle::logical_not, this);
    }

    // ---- two operands ----

    public Tensor add(Tensor other) {
        return Native.call("add", () -> handle.add(other.handle), this, other);
    }

    public Tensor add(double other) {
        return Native.call("add", () -> handle.add(number(other)), this);
    }

    public Tensor sub(Tensor other) {
        return Native.call("sub", () -> handle.sub(other.handle), this, other);
    }

    public Tensor sub(double other) {
        return Native.call("sub", () -> handle.sub(number(other)), this);
    }

    public Tensor mul(Tensor other) {
        return Native.call("mul", () -> handle.mul(other.handle), this, other);
    }

    public Tensor mul(double other) {
        return Native.call("mul", () -> handle.mul(number(other)), this);
    }

    /// True division: integers give floating point.
    public Tensor div(Tensor other) {
        return Native.call("div", () -> handle.div(other.handle), this, other);
    }

    public Tensor div(double other) {
        return Native.call("div", () -> handle.div(number(other)), this);
    }

    public Tensor remainder(double other) {
        return Native.call("remainder", () -> handle.remainder(number(other)), this);
    }

    public Tensor maximum(Tensor other) {
        return Native.call("maximum", () -> handle.maximum(other.handle), this, other);
    }

    public Tensor minimum(Tensor other) {
        return Native.call("minimum", () -> handle.minimum(other.handle), this, other);
    }

    /// `this + scale * other`.
    public Tensor addScaled(double scale, Tensor other) {
        return Native.call("addScaled", () -> handle.add(other.handle, number(scale)), this, other);
    }

    /// `this + scale * a * b`.
    public Tensor addcmul(double scale, Tensor a, Tensor b) {
        return Native.call("addcmul", () -> handle.addcmul(a.handle, b.handle, number(scale)), this, a, b);
    }

    /// `this + scale * a / b`.
    public Tensor addcdiv(double scale, Tensor a, Tensor b) {
        return Native.call("addcdiv", () -> handle.addcdiv(a.handle, b.handle, number(scale)), this, a, b);
    }

    /// `this + weight * (end - this)`.
    public Tensor lerp(Tensor end, double weight) {
        return Native.call("lerp", () -> handle.lerp(end.handle, new Scalar(weight)), this, end);
    }

    public Tensor eq(Tensor other) {
        return Native.call("eq", () -> handle.eq(other.handle), this, other);
    }

    public Tensor eq(double other) {
        return Native.call("eq", () -> handle.eq(number(other)), this);
    }

    public Tensor ne(Tensor other) {
        return Native.call("ne", () -> handle.ne(other.handle), this, other);
    }

    public Tensor ne(double other) {
        return Native.call("ne", () -> handle.ne(number(other)), this);
    }

    public Tensor lt(Tensor other) {
        return Native.call("lt", () -> handle.lt(other.handle), this, other);
    }

    public Tensor lt(double other) {
        return Native.call("lt", () -> handle.lt(number(other)), this);
    }

    public Tensor le(Tensor other) {
        return Native.call("le", () -> handle.le(other.handle), this, other);
    }

    public Tensor le(double other) {
        return Native.call("le", () -> handle.le(number(other)), this);
    }

    public Tensor gt(Tensor other) {
        return Native.call("gt", () -> handle.gt(other.handle), this, other);
    }

    public Tensor gt(double other) {
        return Native.call("gt", () -> handle.gt(number(other)), this);
    }

    public Tensor ge(Tensor other) {
        return Native.call("ge", () -> handle.ge(other.handle), this, other);
    }

    public Tensor ge(double other) {
        return Native.call("ge", () -> handle.ge(number(other)), this);
    }

    public Tensor logicalAnd(Tensor other) {
        return Native.call("logicalAnd", () -> handle.logical_and(other.handle), this, other);
    }

    public Tensor logicalOr(Tensor other) {
        return Native.call("logicalOr", () -> handle.logical_or(other.handle), this, other);
    }

    /// `a` where the condition holds, else `b`.
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        if (ShapeRun.isOpen()) {
            return ShapeRun.result("where", ShapeRun.broadcast(condition, a, b), a, b, condition);
        }
        return Native.call("where", () -> torch.where(condition.handle, a.handle, b.handle), condition, a, b);
    }

    public Tensor maskedFill(Tensor mask, double value) {
        return Native.call("maskedFill", () -> handle.masked_fill(mask.handle, number(value)), this, mask);
    }

    // ---- in place; each returns this tensor ----

    public Tensor addInPlace(Tensor other) {
        Native.run("addInPlace", () -> handle.add_(other.handle), this, other);
        return this;
    }

    public Tensor addInPlace(double other) {
        Native.run("addInPlace", () -> handle.add_(number(other)), this);
        return this;
    }

    public Tensor subInPlace(Tensor other) {
        Native.run("subInPlace", () -> handle.sub_(other.handle), this, other);
        return this;
    }

    public Tensor subInPlace(double other) {
        Native.run("subInPlace", () -> handle.sub_(number(other)), this);
        return this;
    }

    public Tensor mulInPlace(Tensor other) {
        Native.run("mulInPlace", () -> handle.mul_(other.handle), this, other);
        return this;
    }

    public Tensor mulInPlace(double other) {
        Native.run("mulInPlace", () -> handle.mul_(number(other)), this);
        return this;
    }

    public Tensor divInPlace(Tensor other) {
        Native.run("divInPlace", () -> handle.div_(other.handle), this, other);
        return this;
    }

    public Tensor divInPlace(double other) {
        Native.run("divInPlace", () -> handle.div_(number(other)), this);
        return this;
    }

    /// `this += scale * other`.
    public Tensor addScaledInPlace(double scale, Tensor other) {
        Native.run("addScaledInPlace", () -> handle.add_(other.handle, number(scale)), this, other);
        return this;
    }

    /// `this += scale * a * b`.
    public Tensor addcmulInPlace(double scale, Tensor a, Tensor b) {
        Native.run("addcmulInPlace", () -> handle.addcmul_(a.handle, b.handle, number(scale)), this, a, b);
        return this;
    }

    /// `this += scale * a / b`.
    public Tensor addcdivInPlace(double scale, Tensor a, Tensor b) {
        Native.run("addcdivInPlace", () -> handle.addcdiv_(a.handle, b.handle, number(scale)), this, a, b);
        return this;
    }

    /// `this += weight * (end - this)`.
    public Tensor lerpInPlace(Tensor end, double weight) {
        Native.run("lerpInPlace", () -> handle.lerp_(end.handle, new Scalar(weight)), this, end);
        return this;
    }

    public Tensor clampInPlace(double low, double high) {
        Native.run(
                "clampInPlace",
                () -> handle.clamp_(new ScalarOptional(number(low)), new ScalarOptional(number(high))),
                this);
        return this;
    }

    public Tensor fillInPlace(double value) {
        Native.run("fillInPlace", () -> handle.fill_(number(value)), this);
        return this;
    }

    /// Takes over the values of another tensor, converted to this one's type and device.
    public Tensor copyInPlace(Tensor source) {
        Native.run("copyInPlace", () -> handle.copy_(source.handle), this, source);
        return this;
    }

    /// Writes the rows of `source` at `indices` along a dimension.
    public Tensor indexCopyInPlace(long dimension, Tensor indices, Tensor source) {
        Native.run(
                "indexCopyInPlace",
                () -> handle.index_copy_(dimension, indices.handle, source.handle),
                this,
                indices,
                source);
        return this;
    }

    /// Writes one value a position of `indices` along a dimension; positions that occur twice get either value.
    ///
    /// @param indices int64, of the same shape as `source`
    public Tensor scatterInPlace(long dimension, Tensor indices, Tensor source) {
        Native.run(
                "scatterInPlace",
                () -> handle.scatter_(dimension, indices.handle, source.handle),
                this,
                indices,
                source);
        return this;
    }

    public Tensor zeroInPlace() {
        Native.run("zeroInPlace", handle::zero_, this);
        return this;
    }

    public Tensor negInPlace() {
        Native.run("negInPlace", handle::neg_, this);
        return this;
    }

    public Tensor absInPlace() {
        Native.run("absInPlace", handle::abs_, this);
        return this;
    }

    public Tensor expInPlace() {
        Native.run("expInPlace", handle::exp_, this);
        return this;
    }

    public Tensor logInPlace() {
        Native.run("logInPlace", handle::log_, this);
        return this;
    }

    public Tensor sqrtInPlace() {
        Native.run("sqrtInPlace", handle::sqrt_, this);
        return this;
    }

    public Tensor squareInPlace() {
        Native.run("squareInPlace", handle::square_, this);
        return this;
    }

    public Tensor sinInPlace() {
        Native.run("sinInPlace", handle::sin_, this);
        return this;
    }

    public Tensor cosInPlace() {
        Native.run("cosInPlace", handle::cos_, this);
        return this;
    }

    public Tensor reluInPlace() {
        Native.run("reluInPlace", handle::relu_, this);
        return this;
    }

    public Tensor roundInPlace() {
        Native.run("roundInPlace", handle::round_, this);
        return this;
    }

    /// Draws every value uniformly from \[`low`, `high`). The tensor must be on the CPU.
    public Tensor uniformInPlace(Generator generator, double low, double high) {
        if (generator.isDrawing()) {
            Native.run("uniformInPlace", () -> handle.uniform_(low, high, generator.optional()), this);
        }
        return this;
    }

    /// Draws every value from a normal distribution. The tensor must be on the CPU.
    public Tensor normalInPlace(Generator generator, double mean, double deviation) {
        if (generator.isDrawing()) {
            Native.run("normalInPlace", () -> handle.normal_(mean, deviation, generator.optional()), this);
        }
        return this;
    }

    // ---- products ----

    public Tensor matmul(Tensor other) {
        return Native.call("matmul", () -> handle.matmul(other.handle), this, other);
    }

    /// \[B, N, K\] times \[B, K, M\].
    public Tensor bmm(Tensor other) {
        return Native.call("bmm", () -> handle.bmm(other.handle), this, other);
    }

    /// This, broadcast to \[B, N, M\], plus `a.bmm(b)`.
    public Tensor baddbmm(Tensor a, Tensor b) {
        return Native.call("baddbmm", () -> handle.baddbmm(a.handle, b.handle), this, a, b);
    }

    // ---- reductions ----

    public Tensor sum() {
        return Native.call("sum", handle::sum, this);
    }

    /// The sum over these dimensions, which stay with size 1 if `keepDimensions`.
    public Tensor sum(boolean keepDimensions, long... dimensions) {
        return Native.call("sum", () -> handle.sum(dimensions, keepDimensions, new ScalarTypeOptional()), this);
    }

    public Tensor mean() {
        return Native.call("mean", handle::mean, this);
    }

    /// The mean over these dimensions, which stay with size 1 if `keepDimensions`.
    public Tensor mean(boolean keepDimensions, long... dimensions) {
        return Native.call("mean", () -> handle.mean(dimensions, keepDimensions, new ScalarTypeOptional()), this);
    }

    /// The largest value over these dimensions, which stay with size 1 if `keepDimensions`; over all if none is
    /// given.
    public Tensor amax(boolean keepDimensions, long... dimensions) {
        return Native.call("amax", () -> handle.amax(dimensions, keepDimensions), this);
    }

    /// The smallest value over these dimensions, which stay with size 1 if `keepDimensions`; over all if none is
    /// given.
    public Tensor amin(boolean keepDimensions, long... dimensions) {
        return Native.call("amin", () -> handle.amin(dimensions, keepDimensions), this);
    }

    /// Standard deviation of all values, dividing by the count and not by one less.
    public Tensor std() {
        return Native.call("std", () -> handle.std(false), this);
    }

    /// The index of the largest value along a dimension.
    public Tensor argmax(long dimension) {
        return Native.call("argmax", () -> handle.argmax(new LongOptional(dimension), false), this);
    }

    /// The index of the smallest value along a dimension.
    public Tensor argmin(long dimension) {
        return Native.call("argmin", () -> handle.argmin(new LongOptional(dimension), false), this);
    }

    public Tensor any() {
        return Native.call("any", handle::any, this);
    }

    public Tensor all() {
        return Native.call("all", handle::all, this);
    }

    /// Values along a dimension with where they were.
    public record Ranked(Tensor values, Tensor indices) {}

    /// The `count` largest values along a dimension, largest first.
    public Ranked topk(long count, long dimension) {
        return ranked(Native.get("topk", () -> handle.topk(count, dimension, true, true), this));
    }

    /// The values along a dimension in order; equal ones keep theirs.
    public Ranked sort(long dimension, boolean descending) {
        return ranked(Native.get("sort", () -> handle.sort(new BoolOptional(true), dimension, descending), this));
    }

    public Tensor cumsum(long dimension) {
        return Native.call("cumsum", () -> handle.cumsum(dimension), this);
    }

    public Tensor softmax(long dimension) {
        return Native.call("softmax", () -> handle.softmax(dimension), this);
    }

    public Tensor logSoftmax(long dimension) {
        return Native.call("logSoftmax", () -> handle.log_softmax(dimension), this);
    }

    // ---- shape ----

    /// The same memory in another shape; one size may be -1.
    public Tensor view(long... shape) {
        return Native.call("view", () -> handle.view(shape), this);
    }

    /// Another shape, copying if need be; one size may be -1.
    public Tensor reshape(long... shape) {
        return Native.call("reshape", () -> handle.reshape(shape), this);
    }

    /// A view of the same memory in which each dimension's next entry lies so many elements further.
    ///
    /// @param strides as many as the shape has sizes; all elements must lie within this tensor's memory
    public Tensor asStrided(long[] shape, long[] strides) {
        return Native.call("asStrided", () -> handle.as_strided(shape, strides, new LongOptional()), this);
    }

    /// Joins the dimensions from `first` to `last`.
    public Tensor flatten(long first, long last) {
        return Native.call("flatten", () -> handle.flatten(first, last), this);
    }

    public Tensor permute(long... dimensions) {
        return Native.call("permute", () -> handle.permute(dimensions), this);
    }

    public Tensor transpose(long a, long b) {
        return Native.call("transpose", () -> handle.transpose(a, b), this);
    }

    public Tensor squeeze(long dimension) {
        return Native.call("squeeze", () -> handle.squeeze(dimension), this);
    }

    public Tensor unsqueeze(long dimension) {
        return Native.call("unsqueeze", () -> handle.unsqueeze(dimension), this);
    }

    /// Repeats dimensions of size 1 without copying; -1 leaves a dimension as it is.
    public Tensor expand(long... shape) {
        return Native.call("expand", () -> handle.expand(shape), this);
    }

    /// Copies, repeated so many times along each dimension.
    public Tensor repeat(long... times) {
        return Native.call("repeat", () -> handle.repeat(times), this);
    }

    /// The reverse order along these dimensions.
    public Tensor flip(long... dimensions) {
        return Native.call("flip", () -> handle.flip(dimensions), this);
    }

    /// A view of `length` entries from `start` along a dimension.
    public Tensor narrow(long dimension, long start, long length) {
        return Native.call("narrow", () -> handle.narrow(dimension, start, length), this);
    }

    /// A view of every `step`-th entry along a dimension, from `start` to before `end`.
    public Tensor slice(long dimension, long start, long end, long step) {
        return Native.call(
                "slice", () -> handle.slice(dimension, new LongOptional(start), new LongOptional(end), step), this);
    }

    /// A view of one entry along a dimension, which goes away.
    public Tensor select(long dimension, long index) {
        return Native.call("select", () -> handle.select(dimension, index), this);
    }

    /// The entries at `indices`, \[N\], along a dimension.
    public Tensor indexSelect(long dimension, Tensor indices) {
        if (ShapeRun.isOpen()) {
            long[] shape = shape();
            shape[Math.floorMod(dimension, shape.length)] = indices.numel();
            return ShapeRun.result("indexSelect", shape, this, indices);
        }
        return Native.call("indexSelect", () -> handle.index_select(dimension, indices.handle), this, indices);
    }

    /// One entry a position of `indices` along a dimension.
    public Tensor gather(long dimension, Tensor indices) {
        if (ShapeRun.isOpen()) {
            return ShapeRun.result("gather", indices.shape(), this, indices);
        }
        return Native.call("gather", () -> handle.gather(dimension, indices.handle), this, indices);
    }

    /// Views of `count` nearly equal parts along a dimension.
    public List<Tensor> chunk(long count, long dimension) {
        return parts("chunk", Native.get("chunk", () -> handle.chunk(count, dimension), this));
    }

    /// Views of parts of `length` along a dimension; the last may be shorter.
    public List<Tensor> split(long length, long dimension) {
        return parts("split", Native.get("split", () -> handle.split(length, dimension), this));
    }

    /// Joins along an existing dimension.
    public static Tensor cat(List<Tensor> tensors, long dimension) {
        return Native.call("cat", () -> torch.cat(vector(tensors), dimension), tensors.toArray(Tensor[]::new));
    }

    /// Joins along a new dimension.
    public static Tensor stack(List<Tensor> tensors, long dimension) {
        return Native.call("stack", () -> torch.stack(vector(tensors), dimension), tensors.toArray(Tensor[]::new));
    }

    /// For instance `FLOAT32 [2, 3] on cuda:0`.
    @Override
    public String toString() {
        return describe() + " on " + (handle.isNull() ? "no device" : device());
    }

    String describe() {
        return handle.isNull() ? "a freed tensor" : dtype() + " " + Arrays.toString(shape());
    }

    // ---- within ----

    /// A native address, which the binding only lets subclasses set.
    private static final class Address extends Pointer {
        Address(long address) {
            this.address = address;
        }

        java.nio.ByteBuffer bytes(long length) {
            limit = length;
            capacity = length;
            return asByteBuffer();
        }
    }

    // A byte buffer spans at most 2 GB.
    private static final long CHUNK = 1 << 30;

    private static void copy(MemorySegment source, Tensor target) {
        if (source.byteSize() == 0 || ShapeRun.isOpen()) {
            return;
        }
        long address = target.handle.mutable_data_ptr().address();
        if (source.isNative()) {
            Pointer.memcpy(new Address(address), new Address(source.address()), source.byteSize());
            return;
        }
        for (long offset = 0; offset < source.byteSize(); offset += CHUNK) {
            long length = Math.min(CHUNK, source.byteSize() - offset);
            MemorySegment bytes = MemorySegment.ofBuffer(new Address(address + offset).bytes(length));
            MemorySegment.copy(source, offset, bytes, 0, length);
        }
    }

    private static void requireBytes(MemorySegment segment, DType dtype, long... shape) {
        long bytes = dtype.bytes();
        for (long size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException("a shape cannot hold " + size);
            }
            bytes = Math.multiplyExact(bytes, size);
        }
        if (segment.byteSize() != bytes) {
            throw new IllegalArgumentException(dtype + " " + Arrays.toString(shape) + " takes " + bytes
                    + " bytes, but the memory given has " + segment.byteSize());
        }
    }

    private static long[] shapeOr(long[] shape, int length) {
        return shape.length > 0 ? shape : new long[] {length};
    }

    static TensorOptions options(DType dtype, Device device) {
        return ShapeRun.isOpen()
                ? ShapeRun.options(dtype)
                : new TensorOptions(dtype.scalarType).device(new DeviceOptional(device.handle()));
    }

    private Scalar number(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) <= 1L << 53;
        return whole && !handle.is_floating_point() ? new Scalar((long) value) : new Scalar(value);
    }

    static TensorVector vector(List<Tensor> tensors) {
        TensorVector vector = new TensorVector();
        for (Tensor tensor : tensors) {
            vector.push_back(tensor.handle);
        }
        return vector;
    }

    private List<Tensor> parts(String operation, TensorVector vector) {
        return list(vector).stream()
                .map(part -> ShapeRun.tell(operation, part, this))
                .toList();
    }

    private static List<Tensor> list(TensorVector vector) {
        List<Tensor> tensors = new ArrayList<>();
        for (org.bytedeco.pytorch.Tensor part : vector.get()) {
            tensors.add(wrap(new org.bytedeco.pytorch.Tensor(part)));
        }
        return tensors;
    }

    private static Ranked ranked(T_TensorTensor_T pair) {
        return new Ranked(
                wrap(new org.bytedeco.pytorch.Tensor(pair.get0())), wrap(new org.bytedeco.pytorch.Tensor(pair.get1())));
    }
}
