@NullMarked
package org.sekkei.torch;

import org.jspecify.annotations.NullMarked;
