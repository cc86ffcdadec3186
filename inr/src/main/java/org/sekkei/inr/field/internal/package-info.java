/// The kernels of the codec `field` and how they are found.
@NullMarked
package org.sekkei.inr.field.internal;

import org.jspecify.annotations.NullMarked;
