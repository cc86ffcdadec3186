/// What the trainings of all codecs share.
@NullMarked
package org.sekkei.fit.internal;

import org.jspecify.annotations.NullMarked;
