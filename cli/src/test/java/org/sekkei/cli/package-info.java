@NullMarked
package org.sekkei.cli;

import org.jspecify.annotations.NullMarked;
