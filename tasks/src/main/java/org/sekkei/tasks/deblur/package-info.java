/// Taking the shake of a camera out of a picture.
@NullMarked
package org.sekkei.tasks.deblur;

import org.jspecify.annotations.NullMarked;
