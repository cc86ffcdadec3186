/// Making blueprints of the codec `field`: the encoder, and the training of its basis.
@NullMarked
package org.sekkei.fit.field;

import org.jspecify.annotations.NullMarked;
