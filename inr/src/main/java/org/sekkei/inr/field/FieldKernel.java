package org.sekkei.inr.field;

import org.sekkei.inr.field.internal.KernelLookup;

/// The arithmetic of the codec: contexts, synthesis, analysis. A kernel owns scratch memory: one a thread.
///
/// `ScalarFieldKernel` is the readable reference, `VectorFieldKernel` the fast path by the Vector API. Both give
/// the
/// same integers; floats agree within 1e-5.
public interface FieldKernel {
    /// Entries beyond those that [#list] makes which it may overwrite.
    int LIST_MARGIN = 16;

    /// The fastest kernel that this virtual machine can run: the Vector API's where its module is present
    /// (`--add-modules jdk.incubator.vector`), else the scalar one.
    static FieldKernel best() {
        return KernelLookup.best();
    }

    /// The plain-Java reference.
    static FieldKernel reference() {
        return KernelLookup.reference();
    }

    /// What it is, for reports: `scalar`, or `vector` with the vector length.
    String description();

    /// Predicts the scale indices of a group.
    ///
    /// @param level the quantiser's, the network's last input
    /// @param features `[network.inputs() - 1, pitch]`, small whole numbers
    /// @param pitch cells with padding, a multiple of 16
    /// @param scales receives `[cells, network.channels()]`, 0..63
    void scales(FieldNetwork network, int level, float[] features, int pitch, int cells, byte[] scales);

    /// Lists the coefficients of a cell that are coded: those whose scale index is not zero.
    ///
    /// @param scales of which `count` are looked at from `from` on
    /// @param position of the first coefficient
    /// @param entries receives `position << 6 | scale index` for each from `size` on; has room for [#LIST_MARGIN]
    ///     more
    /// @return the new number of entries
    int list(byte[] scales, int from, int count, int position, int[] entries, int size);

    /// The energies of a group's coefficients, not clamped.
    ///
    /// @param values `[cells, basis.channels()]`
    /// @param energies receives `[cells]`
    void energies(FieldBasis basis, int group, short[] values, int cells, int[] energies);

    /// The inner products of a picture with the analysis functions. The picture goes on mirrored beyond its edges.
    ///
    /// @param picture `[3, height, width]`; 0.5 is subtracted
    /// @param coefficients receives `[rows * columns, channels]`, the cells that cover the picture; in amplitudes,
    ///     not divided by a quantiser's step
    void analyse(FieldAnalysis analysis, float[] picture, int width, int height, float[] coefficients);

    /// The sum of the functions of a rectangle of cells, those of [FieldTables#visible] channels.
    ///
    /// With `s = tables.stride()`, the first pixel lies `s / 2` left of and above the first cell's own pixels.
    /// What cells outside the rectangle would add is missing, so a rim `s` wide is incomplete; at the grid's own
    /// edges its outer half has to be folded back.
    ///
    /// @param planes receives `[3, (rows + 1) * s, (columns + 1) * s]`; nothing is added to it, no value clamped
    void synthesise(FieldTables tables, SparseCoefficients coefficients, CellRange cells, float[] planes);

    /// As above.
    default void synthesise(FieldTables tables, FieldCoefficients coefficients, CellRange cells, float[] planes) {
        synthesise(tables, SparseCoefficients.of(tables.parity(), coefficients), cells, planes);
    }

    /// Colours from sums of functions: 0.5 is added, and the sum clamped to 0..1. The arrays may be one.
    void colours(float[] sums, int from, float[] colours, int to, int count);

    /// A weighted sum of lines of colours, each made from sums as [#colours] makes them.
    ///
    /// @param from the first value of the first line
    /// @param pitch between lines
    /// @param weights of which `taps` are used, `stride` apart, from `weight` on
    /// @param line receives `[count]`
    void blend(
            float[] values,
            int from,
            int pitch,
            float[] weights,
            int weight,
            int stride,
            int taps,
            float[] line,
            int count);

    /// Interpolates along a line.
    ///
    /// @param first `[count]`: the first value of each output, before `shift` is added
    /// @param weights `[taps, count]`
    /// @param output receives `[count]` from `to` on
    void interpolate(
            float[] line, int shift, int[] first, float[] weights, int taps, float[] output, int to, int count);
}
