/// The representation: the store that holds data sets, and the codecs' common vocabulary.
@NullMarked
package org.sekkei.inr;

import org.jspecify.annotations.NullMarked;
