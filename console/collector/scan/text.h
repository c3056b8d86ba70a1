/* Texts as they are kept: their escapes undone, and nothing in them that would be replaced. */

#ifndef BURNLINE_TEXT_H
#define BURNLINE_TEXT_H

#include "bytes.h"

/* Reads what stands between the quotes of a well-formed string with escapes, or with more than
   ASCII; says how many characters it has. The text is appended to bytes with room for it, which
   is no more than it takes as it stands. False where `text.clean` might change anything. */
bool text_kept(Span written, Bytes *bytes, Span *text, size_t *characters);

#endif
