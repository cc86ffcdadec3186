package org.sekkei.inr.siren.internal;

import org.sekkei.inr.siren.SirenKernel;

/// Finds the fastest kernel. The vector kernel's class is only touched when its module is there.
public final class KernelLookup {
    private KernelLookup() {}

    public static SirenKernel reference() {
        return new ScalarSirenKernel();
    }

    public static SirenKernel best() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return reference();
        }
        return new VectorSirenKernel();
    }
}
