/// Style transfer by optimisation of the picture, at any size: the losses, and their gradient by tiles.
@NullMarked
package org.sekkei.tasks.style;

import org.jspecify.annotations.NullMarked;
