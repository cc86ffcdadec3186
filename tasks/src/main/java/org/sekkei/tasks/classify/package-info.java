/// Classification: what a trained network says of pictures, where it looks, and how often it is right.
@NullMarked
package org.sekkei.tasks.classify;

import org.jspecify.annotations.NullMarked;
