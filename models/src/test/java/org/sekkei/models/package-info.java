@NullMarked
package org.sekkei.models;

import org.jspecify.annotations.NullMarked;
