/* JSON, a value at a time, strictly: what is not surely valid is refused.

   Whoever refuses a value here only says that somebody slower has to look at it. */

#ifndef BURNLINE_JSON_H
#define BURNLINE_JSON_H

#include "bytes.h"

typedef struct {
    const unsigned char *at, *end;
} Cursor;

typedef struct {
    Span text;
    uint64_t digits;  /* all of them as one number, where there are at most 19 */
    int count;        /* how many digits there are, without zeros in front */
    int after_point;  /* how many of the digits stand after the point */
    int power;        /* what stands after the e */
    bool negative, whole;
} Number;

/* Moves over blanks and returns the byte there, without moving over it; -1 at the end. */
static inline int json_peek(Cursor *cursor)
{
    while (cursor->at < cursor->end) {
        unsigned char byte = *cursor->at;
        if (byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n')
            return byte;
        cursor->at++;
    }
    return -1;
}

/* Reads a string; `printable` says that it is what stands there: ASCII that shows, no escape. */
bool json_string(Cursor *cursor, Span *text, bool *printable);

/* Reads a number of up to 300 digits. */
bool json_number(Cursor *cursor, Number *number);

/* Returns the double that is nearest to a number; false where it is not worth finding. */
bool json_double(const Number *number, double *value);

/* Moves over a word such as `true`. */
bool json_word(Cursor *cursor, const char *word);

/* Moves over any value that is not nested too deeply. */
bool json_skip(Cursor *cursor);

#endif
