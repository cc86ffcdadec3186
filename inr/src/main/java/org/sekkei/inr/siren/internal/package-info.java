/// How SIRENs are evaluated: the readable kernel and the fast one.
@NullMarked
package org.sekkei.inr.siren.internal;

import org.jspecify.annotations.NullMarked;
