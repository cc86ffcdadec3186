@NullMarked
package org.sekkei.tasks.track;

import org.jspecify.annotations.NullMarked;
