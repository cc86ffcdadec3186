@NullMarked
package org.sekkei.pictures;

import org.jspecify.annotations.NullMarked;
