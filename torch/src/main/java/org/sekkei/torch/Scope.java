package org.sekkei.torch;

import java.util.Iterator;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/// Owns the tensors that its thread makes while it is the innermost open scope, and frees them when it closes.
///
/// The garbage collector sees a tensor as a few bytes, so a loop without scopes piles up gigabytes before it runs.
/// Open one
/// scope a step:
///
/// ```java
/// for (...) {
///     try (var _ = Scope.open()) {
///         ...
///     }
/// }
/// ```
///
/// A tensor made while no scope is open lives until it is collected or [Tensor#free() freed]. Scopes belong to the
/// thread
/// that opened them and close in the reverse order.
public final class Scope implements AutoCloseable {
    private final PointerScope pointers = new PointerScope();

    private Scope() {}

    public static Scope open() {
        return new Scope();
    }

    /// Lets a tensor outlive this scope: the enclosing scope owns it from here, or none if this is the outermost. A
    /// tensor
    /// that this scope and those inside it do not own is left as it is.
    public Tensor keep(Tensor tensor) {
        for (Iterator<PointerScope> open = PointerScope.getScopeIterator(); open.hasNext(); ) {
            PointerScope scope = open.next();
            if (same(scope, tensor.owner)) {
                tensor.moveTo(enclosing());
                break;
            }
            if (same(scope, pointers)) {
                break;
            }
        }
        return tensor;
    }

    /// Takes over a tensor that no scope owns, for instance one handed over by another thread.
    ///
    /// @throws IllegalStateException if a scope owns it
    public Tensor adopt(Tensor tensor) {
        if (tensor.owner != null) {
            throw new IllegalStateException("the tensor belongs to another scope");
        }
        tensor.moveTo(pointers);
        return tensor;
    }

    @Override
    public void close() {
        pointers.close();
    }

    private @Nullable PointerScope enclosing() {
        Iterator<PointerScope> open = PointerScope.getScopeIterator();
        while (open.hasNext()) {
            if (same(open.next(), pointers)) {
                return open.hasNext() ? open.next() : null;
            }
        }
        throw new IllegalStateException("the scope was closed, or was opened by another thread");
    }

    @SuppressWarnings("ReferenceEquality") // a scope is itself and no other
    static boolean same(PointerScope a, @Nullable PointerScope b) {
        return a == b;
    }
}
