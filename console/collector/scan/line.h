/* A line of a log as the event that it tells, where it is plain: its bytes are what is kept. */

#ifndef BURNLINE_LINE_H
#define BURNLINE_LINE_H

#include "instant.h"
#include "text.h"

enum { MOST_FIELDS = 64, SLOTS = 256, NO_FIELD = -1 };

/* What may stand under a key; the letters are those by which Python names them. */
typedef enum {
    INSTANT = 't',
    NAME = 'n',
    WORDS = 'w',
    EMPTY = 'e',
    WHOLE = 'i',
    FLAG = 'b',
    POSITIVE = 'p',
    LENGTH = 'l',
    NUMBER = 'f',
    COUNT = 'c',
} FieldType;

typedef struct {
    char name[28];
    size_t length;
    FieldType type;
    bool left_out;  /* of what is kept: it is said elsewhere */
    unsigned char key[32];  /* as it is packed */
    size_t key_length;
} Field;

/* What a kind of event means to a run that goes as most do. */
typedef struct {
    char name[28];
    size_t length;
    char letter;
    bool ends;
} Kind;

typedef struct {
    Field fields[MOST_FIELDS];
    int count;
    int8_t slots[SLOTS];  /* fields by the hash of their names */
    Kind kinds[MOST_FIELDS];
    int kind_count;
    int8_t kind_slots[SLOTS];
    int ts, route, event, run, agent, boot, seq, check, action, scope, by, kind, parent;
    int sla_s, trusted, preventable, elapsed_s, cost_usd, tokens;
    size_t name_limit, text_limit;
    double longest;
    int64_t most_tokens;
    int64_t earliest_us;
} Language;

typedef union {
    Span text;
    int64_t whole;
    double number;
    bool flag;
} Value;

typedef struct {
    uint64_t present;  /* a bit for each field that says something */
    int64_t at_us;
    Value values[MOST_FIELDS];
    Bytes *texts;  /* takes texts that are not kept as they are written; with room for the line */
} Line;

static inline bool line_has(const Line *line, int field)
{
    return line->present >> field & 1;
}

/* Returns the text of a field; an empty one where it says nothing. */
static inline Span line_text(const Line *line, int field)
{
    return line_has(line, field) ? line->values[field].text : (Span){(const unsigned char *)"", 0};
}

/* Adds a field or a kind; false where there are too many, or the name is too long. */
bool language_add_field(Language *language, Span name, FieldType type, bool left_out);
bool language_add_kind(Language *language, Span name, char letter, bool ends);
int language_field(const Language *language, Span name);

/* Returns the kind of that name; NULL for one that means nothing. */
const Kind *language_kind(const Language *language, Span name);

/* Reads a line; false where it is not plain. */
bool line_read(const Language *language, Span text, Line *line);

/* Appends a line as it is kept, and says where its texts stand, of other fields where their keys do;
   false without memory. */
bool line_pack(const Language *language, const Line *line, Bytes *bytes, uint32_t places[MOST_FIELDS]);

#endif
