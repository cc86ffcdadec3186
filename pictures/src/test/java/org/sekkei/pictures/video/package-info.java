@NullMarked
package org.sekkei.pictures.video;

import org.jspecify.annotations.NullMarked;
