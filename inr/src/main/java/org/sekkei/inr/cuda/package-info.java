/// Decoding on CUDA cards: kernels compiled at run time by NVRTC and launched through the driver's API,
/// without JNI and
/// without libtorch.
@NullMarked
package org.sekkei.inr.cuda;

import org.jspecify.annotations.NullMarked;
