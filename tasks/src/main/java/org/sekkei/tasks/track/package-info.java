/// Following one object through a video: TrTr, its training on pairs of frames, and how well trackers do.
@NullMarked
package org.sekkei.tasks.track;

import org.jspecify.annotations.NullMarked;
