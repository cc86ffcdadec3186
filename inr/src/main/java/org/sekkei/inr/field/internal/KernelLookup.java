package org.sekkei.inr.field.internal;

import org.sekkei.inr.field.FieldKernel;

/// Finds the fastest kernel.
public final class KernelLookup {
    private KernelLookup() {}

    public static FieldKernel reference() {
        return new ScalarFieldKernel();
    }

    public static FieldKernel best() {
        return reference();
    }
}
