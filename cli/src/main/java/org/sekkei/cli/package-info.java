/// The `sekkei` command: one class a subcommand, their progress lines and their reports.
@NullMarked
package org.sekkei.cli;

import org.jspecify.annotations.NullMarked;
