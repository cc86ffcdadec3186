package org.sekkei.torch;

/// A layer of which only the input needs to be kept for the backward pass, because [Recomputation] can compute the rest
/// again: a residual block, a transformer's block. A network says so of the blocks that it is made of and does nothing
/// else for it.
///
/// Such a layer must not write into its input, nor must those after it write into its result.
public interface Recomputable {}
