@NullMarked
package org.sekkei.tasks.deblur;

import org.jspecify.annotations.NullMarked;
