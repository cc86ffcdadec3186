@NullMarked
package org.sekkei.tasks.style;

import org.jspecify.annotations.NullMarked;
