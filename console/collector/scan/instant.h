/* Times as logs write them, as microseconds since the epoch. */

#ifndef BURNLINE_INSTANT_H
#define BURNLINE_INSTANT_H

#include "json.h"

/* Reads RFC 3339 text, with a zone. False for what has to be looked at more closely. */
bool instant_of_text(Span text, int64_t *at_us);

/* Reads an epoch number in s, ms, us or ns, told apart by magnitude. */
bool instant_of_number(const Number *number, int64_t *at_us);

#endif
