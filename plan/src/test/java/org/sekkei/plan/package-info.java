@NullMarked
package org.sekkei.plan;

import org.jspecify.annotations.NullMarked;
