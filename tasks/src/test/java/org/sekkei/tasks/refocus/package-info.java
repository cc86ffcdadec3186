@NullMarked
package org.sekkei.tasks.refocus;

import org.jspecify.annotations.NullMarked;
