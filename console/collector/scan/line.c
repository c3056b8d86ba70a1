#include "line.h"

/* A small hash that tells apart most names of one language. */
static unsigned slot_of(Span name)
{
    unsigned hash = (unsigned)name.length * 37;
    if (name.length)
        hash += name.at[0] * 5u + name.at[name.length - 1] * 11u + name.at[name.length / 2] * 3u;
    return hash % SLOTS;
}

static void take_slot(int8_t *slots, Span name, int number)
{
    unsigned slot = slot_of(name);
    while (slots[slot] != 0)
        slot = (slot + 1) % SLOTS;
    slots[slot] = (int8_t)(number + 1);
}

bool language_add_field(Language *language, Span name, FieldType type, bool left_out)
{
    if (language->count == MOST_FIELDS || name.length >= sizeof language->fields[0].name)
        return false;
    Field *field = &language->fields[language->count];
    *field = (Field){.length = name.length, .type = type, .left_out = left_out};
    memcpy(field->name, name.at, name.length);
    Bytes key = {field->key, 0, sizeof field->key};
    pack_text(&key, name);
    field->key_length = key.length;
    take_slot(language->slots, name, language->count++);
    return true;
}

bool language_add_kind(Language *language, Span name, char letter, bool ends)
{
    if (language->kind_count == MOST_FIELDS || name.length >= sizeof language->kinds[0].name)
        return false;
    Kind *kind = &language->kinds[language->kind_count];
    *kind = (Kind){.length = name.length, .letter = letter, .ends = ends};
    memcpy(kind->name, name.at, name.length);
    take_slot(language->kind_slots, name, language->kind_count++);
    return true;
}

int language_field(const Language *language, Span name)
{
    for (unsigned slot = slot_of(name);; slot = (slot + 1) % SLOTS) {
        int number = language->slots[slot] - 1;
        if (number < 0)
            return NO_FIELD;
        const Field *field = &language->fields[number];
        if (field->length == name.length && memcmp(field->name, name.at, name.length) == 0)
            return number;
    }
}

const Kind *language_kind(const Language *language, Span name)
{
    for (unsigned slot = slot_of(name);; slot = (slot + 1) % SLOTS) {
        int number = language->kind_slots[slot] - 1;
        if (number < 0)
            return NULL;
        const Kind *kind = &language->kinds[number];
        if (kind->length == name.length && memcmp(kind->name, name.at, name.length) == 0)
            return kind;
    }
}

static bool read_text(const Language *language, FieldType type, Cursor *cursor, Bytes *texts,
                      Span *text)
{
    bool printable;
    if (!json_string(cursor, text, &printable))
        return false;
    size_t characters = text->length;
    if (!printable && !text_kept(*text, texts, text, &characters))
        return false;
    size_t limit = type == NAME ? language->name_limit : type == WORDS ? language->text_limit : 0;
    return characters <= limit;
}

static bool read_number(const Language *language, FieldType type, Cursor *cursor, Value *value)
{
    Number number;
    if (!json_number(cursor, &number) || (number.negative && number.count == 0))
        return false;
    if (type == WHOLE || type == COUNT) {
        if (!number.whole || number.count > 18)
            return false;
        value->whole = number.negative ? -(int64_t)number.digits : (int64_t)number.digits;
        return type == WHOLE || (value->whole >= 0 && value->whole < language->most_tokens);
    }
    if (!json_double(&number, &value->number))
        return false;
    if (type == POSITIVE)
        return value->number > 0 && value->number < language->longest;
    if (type == LENGTH)
        return value->number >= 0 && value->number < language->longest;
    return true;
}

static bool read_instant(Cursor *cursor, Line *line)
{
    if (json_peek(cursor) == '"') {
        Span text;
        bool printable;
        return json_string(cursor, &text, &printable) && printable &&
               instant_of_text(text, &line->at_us);
    }
    Number number;
    return json_number(cursor, &number) && instant_of_number(&number, &line->at_us);
}

/* Reads the value of a field; `said` says whether it is another than none, or the empty text. */
static bool read_value(const Language *language, int field, Cursor *cursor, Line *line, bool *said)
{
    FieldType type = language->fields[field].type;
    Value *value = &line->values[field];
    *said = true;
    int first = json_peek(cursor);
    if (first == 'n') {
        *said = false;
        return json_word(cursor, "null");
    }
    switch (type) {
    case INSTANT:
        return read_instant(cursor, line);
    case NAME:
    case WORDS:
    case EMPTY:
        if (!read_text(language, type, cursor, line->texts, &value->text))
            return false;
        *said = value->text.length > 0;
        return true;
    case FLAG:
        value->flag = first == 't';
        return json_word(cursor, value->flag ? "true" : "false");
    default:
        return read_number(language, type, cursor, value);
    }
}

bool line_read(const Language *language, Span text, Line *line)
{
    Cursor cursor = {text.at, text.at + text.length};
    uint64_t met = 0;
    line->present = 0;
    if (cursor.at == cursor.end || *cursor.at != '{')
        return false;
    cursor.at++;
    for (;;) {
        Span key;
        bool printable, said;
        if (json_peek(&cursor) != '"' || !json_string(&cursor, &key, &printable))
            return false;
        if (json_peek(&cursor) != ':')
            return false;
        cursor.at++;
        json_peek(&cursor);
        int field = language_field(language, key);
        if (field == NO_FIELD) {
            /* An escape may spell the name of a field. */
            if (!printable || !json_skip(&cursor))
                return false;
        }
        else {
            uint64_t bit = UINT64_C(1) << field;
            if (met & bit || !read_value(language, field, &cursor, line, &said))
                return false;
            met |= bit;
            if (said)
                line->present |= bit;
        }
        int next = json_peek(&cursor);
        if (next == '}')
            break;
        if (next != ',')
            return false;
        cursor.at++;
    }
    cursor.at++;
    return json_peek(&cursor) < 0 && line_has(line, language->ts) &&
           line_has(line, language->route) && line_has(line, language->event) &&
           line->at_us >= language->earliest_us;
}

/* Returns how many bytes a line takes at most when it is packed. */
static size_t packed_size(const Language *language, const Line *line)
{
    size_t size = 16;
    for (uint64_t left = line->present; left; left &= left - 1) {
        int field = __builtin_ctzll(left);
        FieldType type = language->fields[field].type;
        size += sizeof language->fields[field].key + 9;
        if (type == NAME || type == WORDS)
            size += line->values[field].text.length;
    }
    return size;
}

bool line_pack(const Language *language, const Line *line, Bytes *bytes, uint32_t places[MOST_FIELDS])
{
    if (!bytes_reserve(bytes, packed_size(language, line)))
        return false;
    size_t begin = bytes->length, count = 0;
    bytes->length += 3;
    for (uint64_t left = line->present; left; left &= left - 1) {
        int number = __builtin_ctzll(left);
        const Field *field = &language->fields[number];
        const Value *value = &line->values[number];
        if (field->left_out)
            continue;
        count++;
        places[number] = (uint32_t)(bytes->length - begin);
        put(bytes, (Span){field->key, field->key_length});
        switch (field->type) {
        case INSTANT:
            put_big_endian(bytes, 0xcf, (uint64_t)line->at_us, 8);
            break;
        case WHOLE:
        case COUNT:
            pack_whole(bytes, value->whole);
            break;
        case FLAG:
            bytes->data[bytes->length++] = value->flag ? 0xc3 : 0xc2;
            break;
        case POSITIVE:
        case LENGTH:
        case NUMBER:
            pack_number(bytes, value->number);
            break;
        default: {
            /* The route is said elsewhere, and yet has to be there. */
            Span text = number == language->route ? (Span){value->text.at, 0} : value->text;
            pack_text(bytes, text);
            places[number] = (uint32_t)(bytes->length - text.length - begin);
        }
        }
    }
    bytes->data[begin] = 0xde;
    bytes->data[begin + 1] = (unsigned char)(count >> 8);
    bytes->data[begin + 2] = (unsigned char)count;
    return true;
}
