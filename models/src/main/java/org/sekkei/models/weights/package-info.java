/// Readers of the checkpoint files that people have, and the writer of ours.
///
/// [Checkpoint] opens a file of any format and tells its tensors; [Safetensors] writes. Files are taken for hostile:
/// no length in them is believed before it is compared with the file's, nothing in them is ever run.
@NullMarked
package org.sekkei.models.weights;

import org.jspecify.annotations.NullMarked;
