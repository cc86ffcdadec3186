/// Picture files and the layouts data sets come in: decoding, resizing, writing and comparing pictures.
///
/// Pictures are 8 bits a channel, RGB, interleaved ([org.sekkei.pictures.Picture]). Everything here is safe to call
/// from many threads.
@NullMarked
package org.sekkei.pictures;

import org.jspecify.annotations.NullMarked;
