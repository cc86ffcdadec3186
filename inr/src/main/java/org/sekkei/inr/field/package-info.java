/// The codec `field`: a picture is a sum of lapped basis functions that all pictures of a data set share, and its
/// integer coefficients are the record. `designs/field.md` is the specification.
@NullMarked
package org.sekkei.inr.field;

import org.jspecify.annotations.NullMarked;
