#include "text.h"

enum { MOST_MARKS = 8 };

typedef struct {
    uint32_t first, last;
    bool marks;  /* they may combine with what stands before them */
} Range;

/* Characters that are kept as they are, of the scripts and signs that are met most; no blanks among
   them, since a name of nothing else is none. All have been assigned since Unicode 13. */
static const Range KEPT[] = {
    {0x00a1, 0x00ac, false},   {0x00ae, 0x02ff, false},   {0x0300, 0x036f, true},
    {0x0384, 0x038a, false},   {0x038e, 0x03a1, false},   {0x03a3, 0x0482, false},
    {0x0483, 0x0489, true},    {0x048a, 0x052f, false},   {0x05d0, 0x05ea, false},
    {0x0620, 0x064a, false},   {0x064b, 0x065f, true},    {0x0660, 0x066f, false},
    {0x0671, 0x06d5, false},   {0x0904, 0x0939, false},   {0x093d, 0x094c, false},
    {0x094d, 0x094d, true},    {0x0958, 0x097f, false},   {0x0e01, 0x0e37, false},
    {0x0e38, 0x0e3a, true},    {0x0e3f, 0x0e47, false},   {0x0e48, 0x0e4b, true},
    {0x0e4c, 0x0e5b, false},   {0x1e00, 0x1f15, false},   {0x2010, 0x2027, false},
    {0x2030, 0x205e, false},   {0x2074, 0x208e, false},   {0x20a0, 0x20bf, false},
    {0x2100, 0x218b, false},   {0x2190, 0x2426, false},   {0x2460, 0x2b73, false},
    {0x3001, 0x3029, false},   {0x3030, 0x303f, false},   {0x3041, 0x3096, false},
    {0x309b, 0x30ff, false},   {0x3105, 0x312f, false},   {0x3131, 0x318e, false},
    {0x3220, 0x9ffc, false},   {0xac00, 0xd7a3, false},   {0xfe00, 0xfe0f, false},
    {0xff01, 0xffbe, false},   {0x1f300, 0x1f6d2, false}, {0x1f900, 0x1f978, false},
    {0x1f980, 0x1fa53, false},
};

/* Returns the range of a character; NULL where it may not be kept as it is. */
static const Range *range_of(uint32_t character)
{
    size_t low = 0, high = sizeof KEPT / sizeof *KEPT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (character > KEPT[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < sizeof KEPT / sizeof *KEPT && character >= KEPT[low].first;
    return found ? &KEPT[low] : NULL;
}

/* Reads the four digits after `\u`, which are there. */
static uint32_t code_unit(const unsigned char *at)
{
    uint32_t unit = 0;
    for (int place = 0; place < 4; place++) {
        unsigned char byte = at[place];
        unit = unit << 4 | (uint32_t)(byte <= '9' ? byte - '0' : (byte | 0x20) - 'a' + 10);
    }
    return unit;
}

/* Reads an escape, from behind its backslash; 0 for one of a character that is not kept. */
static uint32_t escaped(const unsigned char **at)
{
    unsigned char byte = *(*at)++;
    if (byte != 'u')
        return byte == '"' || byte == '\\' || byte == '/' ? byte : 0;
    uint32_t unit = code_unit(*at);
    *at += 4;
    if (unit < 0xd800 || unit > 0xdfff)
        return unit;
    uint32_t second = code_unit(*at + 2);
    *at += 6;
    return 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
}

/* Reads a character of two to four bytes. */
static uint32_t decoded(const unsigned char **at)
{
    unsigned char first = *(*at)++;
    int more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    uint32_t character = first & (0x3fu >> more);
    while (more-- > 0)
        character = character << 6 | (*(*at)++ & 0x3fu);
    return character;
}

static void put_utf8(Bytes *bytes, uint32_t character)
{
    unsigned char *to = bytes->data + bytes->length;
    int more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    *to++ = (unsigned char)(lead[more] | character >> (6 * more));
    for (int place = more - 1; place >= 0; place--)
        *to++ = (unsigned char)(0x80 | (character >> (6 * place) & 0x3f));
    bytes->length += (size_t)more + 1;
}

bool text_kept(Span written, Bytes *bytes, Span *text, size_t *characters)
{
    const unsigned char *at = written.at, *end = at + written.length;
    size_t begin = bytes->length, count = 0;
    int marks = 0;
    for (; at < end; count++) {
        uint32_t character = *at;
        if (character >= 0x80)
            character = decoded(&at);
        else {
            at++;
            if (character == '\\')
                character = escaped(&at);
        }
        if (character < 0x80) {
            if (character < 0x20 || character == 0x7f)
                return false;
            marks = 0;
        }
        else {
            const Range *range = range_of(character);
            if (range == NULL)
                return false;
            marks = range->marks ? marks + 1 : 0;
            if (marks > MOST_MARKS)
                return false;
        }
        put_utf8(bytes, character);
    }
    *text = (Span){bytes->data + begin, bytes->length - begin};
    *characters = count;
    return true;
}
