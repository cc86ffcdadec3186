/// The networks, one architecture a file.
@NullMarked
package org.sekkei.models;

import org.jspecify.annotations.NullMarked;
