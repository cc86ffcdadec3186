/// Packing: pictures in, a data set of blueprints out.
@NullMarked
package org.sekkei.fit;

import org.jspecify.annotations.NullMarked;
