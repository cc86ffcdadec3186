/// Videos in and out, as files and as folders of pictures.
@NullMarked
package org.sekkei.pictures.video;

import org.jspecify.annotations.NullMarked;
