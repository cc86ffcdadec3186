/// Fitting SIRENs to pictures.
@NullMarked
package org.sekkei.fit.siren;

import org.jspecify.annotations.NullMarked;
