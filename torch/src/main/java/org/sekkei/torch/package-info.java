/// Tensors, autograd, layers and optimisers over libtorch.
///
/// The names are PyTorch's, in Java's spelling: `index_select` is [Tensor#indexSelect], and the in-place `add_` is
/// [Tensor#addInPlace]. No type of the native binding appears in a public signature.
@NullMarked
package org.sekkei.torch;

import org.jspecify.annotations.NullMarked;
