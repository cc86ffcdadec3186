/// Training from blueprints: batches decoded at the pixels a step needs, augmentation in coordinate space, the
/// training loop, metrics, checkpoints and exact resumption.
@NullMarked
package org.sekkei.train;

import org.jspecify.annotations.NullMarked;
