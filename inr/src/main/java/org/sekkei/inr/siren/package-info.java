/// The codec `siren`: one small sine network a picture, as Rapid-INR (arXiv 2306.16699) and COIN keep pictures.
@NullMarked
package org.sekkei.inr.siren;

import org.jspecify.annotations.NullMarked;
