@NullMarked
package org.sekkei.models.weights;

import org.jspecify.annotations.NullMarked;
