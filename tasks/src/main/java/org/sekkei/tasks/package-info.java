/// The applications, a package each: its data, loss, training, use and evaluation.
@NullMarked
package org.sekkei.tasks;

import org.jspecify.annotations.NullMarked;
