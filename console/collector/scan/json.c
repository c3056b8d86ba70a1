#include "python.h"

#include "json.h"

#include <float.h>

enum { DEEPEST = 64, MOST_DIGITS = 300, MOST_EXACT_DIGITS = 15, MOST_EXACT_POWER = 22 };

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && defined(__GNUC__)
#define EACH(byte) (0x0101010101010101ULL * (byte))

/* Returns the high bit of each byte that is zero, of the lowest such byte at least. */
static inline uint64_t zeros(uint64_t eight)
{
    return (eight - EACH(0x01)) & ~eight & EACH(0x80);
}

/* Moves over bytes that are printable ASCII and neither a quote nor a backslash. */
static inline const unsigned char *over_plain(const unsigned char *at, const unsigned char *end)
{
    while (end - at >= 8) {
        uint64_t eight;
        memcpy(&eight, at, 8);
        uint64_t other = (eight & EACH(0x80)) | ((eight - EACH(0x20)) & ~eight & EACH(0x80)) |
                         zeros(eight ^ EACH('"')) | zeros(eight ^ EACH('\\')) |
                         zeros(eight ^ EACH(0x7f));
        if (other)
            return at + (__builtin_ctzll(other) >> 3);
        at += 8;
    }
    while (at < end && *at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\')
        at++;
    return at;
}
#else
static inline const unsigned char *over_plain(const unsigned char *at, const unsigned char *end)
{
    while (at < end && *at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\')
        at++;
    return at;
}
#endif

static int hex_digit(unsigned char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Reads the four digits after `\u`; -1 where there are none. */
static long code_unit(Cursor *cursor)
{
    if (cursor->end - cursor->at < 4)
        return -1;
    long unit = 0;
    for (int place = 0; place < 4; place++) {
        int digit = hex_digit(*cursor->at++);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* Moves over an escape, from behind its backslash; halves of pairs have to be together. */
static bool over_escape(Cursor *cursor)
{
    if (cursor->at == cursor->end)
        return false;
    unsigned char byte = *cursor->at++;
    if (byte != 'u')
        return byte != 0 && strchr("\"\\/bfnrt", byte) != NULL;
    long unit = code_unit(cursor);
    if (unit < 0xd800 || unit > 0xdfff)
        return unit >= 0;
    if (unit > 0xdbff || cursor->end - cursor->at < 2 || cursor->at[0] != '\\' ||
        cursor->at[1] != 'u')
        return false;
    cursor->at += 2;
    unit = code_unit(cursor);
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* Moves over one character of two to four bytes of well-formed UTF-8 (Unicode, table 3-7). */
static bool over_utf8(Cursor *cursor)
{
    const unsigned char *at = cursor->at;
    size_t left = (size_t)(cursor->end - at);
    unsigned char first = at[0], low = 0x80, high = 0xbf;
    size_t length;
    if (first >= 0xc2 && first <= 0xdf)
        length = 2;
    else if (first >= 0xe0 && first <= 0xef) {
        length = 3;
        if (first == 0xe0)
            low = 0xa0;
        else if (first == 0xed)
            high = 0x9f;
    }
    else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        if (first == 0xf0)
            low = 0x90;
        else if (first == 0xf4)
            high = 0x8f;
    }
    else
        return false;
    if (left < length || at[1] < low || at[1] > high)
        return false;
    for (size_t place = 2; place < length; place++)
        if ((at[place] & 0xc0) != 0x80)
            return false;
    cursor->at += length;
    return true;
}

bool json_string(Cursor *cursor, Span *text, bool *printable)
{
    if (cursor->at == cursor->end || *cursor->at != '"')
        return false;
    const unsigned char *begin = ++cursor->at;
    *printable = true;
    for (;;) {
        cursor->at = over_plain(cursor->at, cursor->end);
        if (cursor->at == cursor->end)
            return false;
        unsigned char byte = *cursor->at;
        if (byte == '"') {
            *text = (Span){begin, (size_t)(cursor->at++ - begin)};
            return true;
        }
        *printable = false;
        if (byte < 0x20)
            return false;
        if (byte >= 0x80) {
            if (!over_utf8(cursor))
                return false;
            continue;
        }
        cursor->at++;
        if (byte == '\\' && !over_escape(cursor))
            return false;
    }
}

static inline bool at_digit(const Cursor *cursor)
{
    return cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9';
}

/* Reads digits, and counts them; false where there are none. */
static bool over_digits(Cursor *cursor, Number *number)
{
    const unsigned char *begin = cursor->at;
    while (at_digit(cursor)) {
        int digit = *cursor->at++ - '0';
        if (number->count == 0 && digit == 0)
            continue;
        if (number->count++ < 19)
            number->digits = number->digits * 10 + (uint64_t)digit;
    }
    return cursor->at > begin;
}

bool json_number(Cursor *cursor, Number *number)
{
    const unsigned char *begin = cursor->at;
    *number = (Number){.whole = true};
    if (cursor->at < cursor->end && *cursor->at == '-') {
        number->negative = true;
        cursor->at++;
    }
    bool zero = cursor->at < cursor->end && *cursor->at == '0';
    const unsigned char *first = cursor->at;
    if (!over_digits(cursor, number) || (zero && cursor->at - first > 1))
        return false;
    if (cursor->at < cursor->end && *cursor->at == '.') {
        const unsigned char *point = cursor->at++;
        if (!over_digits(cursor, number))
            return false;
        if (cursor->at - point > MOST_DIGITS)
            return false;
        number->after_point = (int)(cursor->at - point) - 1;
        number->whole = false;
    }
    if (cursor->at < cursor->end && (*cursor->at | 0x20) == 'e') {
        cursor->at++;
        bool minus = cursor->at < cursor->end && *cursor->at == '-';
        if (minus || (cursor->at < cursor->end && *cursor->at == '+'))
            cursor->at++;
        const unsigned char *power = cursor->at;
        while (at_digit(cursor) && cursor->at - power < 3)
            number->power = number->power * 10 + (*cursor->at++ - '0');
        if (cursor->at == power || cursor->at - power == 3)
            return false;
        if (minus)
            number->power = -number->power;
        number->whole = false;
    }
    number->text = (Span){begin, (size_t)(cursor->at - begin)};
    return number->text.length <= MOST_DIGITS;
}

bool json_double(const Number *number, double *value)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (number->count == 0 && number->negative)
        return false;
    int power = number->power - number->after_point;
#if FLT_EVAL_METHOD == 0
    /* Both are exact as doubles, and so one operation rounds once (Clinger 1990). */
    if (number->count <= MOST_EXACT_DIGITS && power >= -MOST_EXACT_POWER &&
        power <= MOST_EXACT_POWER) {
        double exact = (double)number->digits;
        exact = power < 0 ? exact / tens[-power] : exact * tens[power];
        *value = number->negative ? -exact : exact;
        return true;
    }
#endif
    char text[MOST_DIGITS + 1];
    memcpy(text, number->text.at, number->text.length);
    text[number->text.length] = '\0';
    double found = PyOS_string_to_double(text, NULL, PyExc_OverflowError);
    if (found == -1.0 && PyErr_Occurred()) {
        PyErr_Clear();
        return false;
    }
    *value = found;
    return true;
}

bool json_word(Cursor *cursor, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0)
        return false;
    cursor->at += length;
    return true;
}

/* Moves over a value that holds no others. */
static bool over_scalar(Cursor *cursor, int first)
{
    Span text;
    Number number;
    bool printable;
    switch (first) {
    case '"':
        return json_string(cursor, &text, &printable);
    case 't':
        return json_word(cursor, "true");
    case 'f':
        return json_word(cursor, "false");
    case 'n':
        return json_word(cursor, "null");
    default:
        return json_number(cursor, &number);
    }
}

/* Moves over a key of an object and the colon behind it. */
static bool over_key(Cursor *cursor)
{
    Span key;
    bool printable;
    if (json_peek(cursor) != '"' || !json_string(cursor, &key, &printable) ||
        json_peek(cursor) != ':')
        return false;
    cursor->at++;
    return true;
}

bool json_skip(Cursor *cursor)
{
    unsigned char closing[DEEPEST];
    int depth = 0;
    for (;;) {
        int first = json_peek(cursor);
        if (first == '{' || first == '[') {
            if (depth == DEEPEST)
                return false;
            cursor->at++;
            closing[depth] = first == '{' ? '}' : ']';
            if (json_peek(cursor) != closing[depth]) {
                if (closing[depth++] == '}' && !over_key(cursor))
                    return false;
                continue;
            }
            cursor->at++;
        }
        else if (!over_scalar(cursor, first))
            return false;
        while (depth > 0) {
            int next = json_peek(cursor);
            if (next == ',') {
                cursor->at++;
                if (closing[depth - 1] == '}' && !over_key(cursor))
                    return false;
                break;
            }
            if (next != closing[depth - 1])
                return false;
            cursor->at++;
            depth--;
        }
        if (depth == 0)
            return true;
    }
}
