package org.sekkei.inr.siren;

import org.sekkei.inr.siren.internal.KernelLookup;

/// Evaluates SIRENs and their gradients over tiles of pixels. Implementations are stateless and may be shared by
/// threads.
///
/// `ScalarSirenKernel` is the readable reference, `VectorSirenKernel` the fast path by the Vector API; both agree to
/// the
/// rounding of float32.
public interface SirenKernel {
    /// The fastest kernel that this virtual machine can run: the Vector API's where its module is present
    /// (`--add-modules jdk.incubator.vector`), else the scalar one.
    static SirenKernel best() {
        return KernelLookup.best();
    }

    /// The plain-Java reference.
    static SirenKernel reference() {
        return KernelLookup.reference();
    }

    /// What it is, for reports: `scalar`, or `vector` with the vector length.
    String description();

    /// Values that accumulate side by side for each parameter in the `gradient` of [#backward].
    int gradientLanes();

    /// Evaluates the network at the tile's coordinates and fills its colours.
    void evaluate(float[] parameters, SirenTile tile);

    /// As [#evaluate], and keeps what [#backward] needs.
    void forward(float[] parameters, SirenTile tile);

    /// Adds the gradient of the tile's pixels.
    ///
    /// @param gradient `[parameterCount, gradientLanes]`; the gradient by a parameter is the sum of its lanes
    void backward(float[] parameters, SirenTile tile, float[] gradient);
}
