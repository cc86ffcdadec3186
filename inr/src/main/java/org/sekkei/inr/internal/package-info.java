/// The files of a data set: their bytes, as `docs/format.md` lays them out, and the steps that write them.
@NullMarked
package org.sekkei.inr.internal;

import org.jspecify.annotations.NullMarked;
