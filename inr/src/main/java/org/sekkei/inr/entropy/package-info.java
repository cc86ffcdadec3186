/// Entropy coding: rANS with integer tables, so that every platform reads the same symbols from the same bytes.
@NullMarked
package org.sekkei.inr.entropy;

import org.jspecify.annotations.NullMarked;
