package org.sekkei.inr.field.internal;

import org.sekkei.inr.field.FieldKernel;

/// Finds the fastest kernel. The vector kernel's class is only touched when its module is there.
public final class KernelLookup {
    private KernelLookup() {}

    public static FieldKernel reference() {
        return new ScalarFieldKernel();
    }

    public static FieldKernel best() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return reference();
        }
        return new VectorFieldKernel();
    }
}
