/// End-to-end benchmarks, side by side with peers. Each is a program that `benchmarks/run` starts.
@NullMarked
package org.sekkei.benchmarks;

import org.jspecify.annotations.NullMarked;
