@NullMarked
package org.sekkei.tasks.classify;

import org.jspecify.annotations.NullMarked;
