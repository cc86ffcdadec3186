/// Refocusing a picture by its depth: blur as a thin lens would make it, by slices of depth and a network's weights.
@NullMarked
package org.sekkei.tasks.refocus;

import org.jspecify.annotations.NullMarked;
