/// The networks, one architecture a file, and the readers and writers of their checkpoints.
@NullMarked
package org.sekkei.models;

import org.jspecify.annotations.NullMarked;
