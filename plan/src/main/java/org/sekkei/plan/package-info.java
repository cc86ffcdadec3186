/// What a job takes before it runs: memory, time, and the card it needs.
@NullMarked
package org.sekkei.plan;

import org.jspecify.annotations.NullMarked;
