#include "names.h"

enum { FIRST_SLOTS = 256 };

#define ROTATE(value, by) ((value) << (by) | (value) >> (64 - (by)))

static void sip_round(uint64_t v[4])
{
    v[0] += v[1], v[1] = ROTATE(v[1], 13) ^ v[0], v[0] = ROTATE(v[0], 32);
    v[2] += v[3], v[3] = ROTATE(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = ROTATE(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = ROTATE(v[1], 17) ^ v[2], v[2] = ROTATE(v[2], 32);
}

/* SipHash-1-3 (Aumasson and Bernstein 2012) of eight bytes of context and a text. */
uint64_t hash_of(HashKey key, uint64_t context, Span name)
{
    uint64_t v[4] = {
        key.low ^ UINT64_C(0x736f6d6570736575), key.high ^ UINT64_C(0x646f72616e646f6d),
        key.low ^ UINT64_C(0x6c7967656e657261), key.high ^ UINT64_C(0x7465646279746573)};
    uint64_t block = context;
    size_t left = name.length;
    const unsigned char *at = name.at;
    for (;;) {
        v[3] ^= block;
        sip_round(v);
        v[0] ^= block;
        if (left < 8)
            break;
        memcpy(&block, at, 8);
        at += 8;
        left -= 8;
    }
    block = (uint64_t)(name.length + 8) << 56;
    for (size_t place = 0; place < left; place++)
        block |= (uint64_t)at[place] << (8 * place);
    v[3] ^= block;
    sip_round(v);
    v[0] ^= block;
    v[2] ^= 0xff;
    sip_round(v), sip_round(v), sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

bool names_start(Names *names, HashKey key)
{
    *names = (Names){.key = key, .slot_count = FIRST_SLOTS};
    names->slots = calloc(names->slot_count, sizeof *names->slots);
    return names->slots != NULL;
}

void names_clear(Names *names)
{
    for (size_t number = 0; number < names->count; number++)
        Py_CLEAR(names->entries[number].text);
    names->count = names->texts.length = 0;
    memset(names->slots, 0, names->slot_count * sizeof *names->slots);
}

void names_end(Names *names)
{
    if (names->slots)
        names_clear(names);
    free(names->slots);
    free(names->entries);
    bytes_free(&names->texts);
    *names = (Names){0};
}

static long find(const Names *names, uint64_t hash, Span text)
{
    for (size_t slot = hash & (names->slot_count - 1);; slot = (slot + 1) & (names->slot_count - 1)) {
        long number = (long)names->slots[slot] - 1;
        if (number < 0)
            return -1;
        const Entry *entry = &names->entries[number];
        if (entry->hash == hash &&
            span_equals((Span){names->texts.data + entry->begin, entry->length}, text))
            return number;
    }
}

long names_find(const Names *names, Span text)
{
    return find(names, hash_of(names->key, 0, text), text);
}

static void take_slot(Names *names, size_t number)
{
    size_t slot = names->entries[number].hash & (names->slot_count - 1);
    while (names->slots[slot])
        slot = (slot + 1) & (names->slot_count - 1);
    names->slots[slot] = (uint32_t)number + 1;
}

/* Keeps at least half of the slots free, and room for one more entry. */
static bool make_room(Names *names)
{
    if (names->count == names->room) {
        size_t room = names->room ? names->room * 2 : FIRST_SLOTS / 2;
        Entry *entries = realloc(names->entries, room * sizeof *entries);
        if (entries == NULL)
            return false;
        names->entries = entries;
        names->room = room;
    }
    if (names->count * 2 < names->slot_count)
        return true;
    uint32_t *slots = calloc(names->slot_count * 2, sizeof *slots);
    if (slots == NULL)
        return false;
    free(names->slots);
    names->slots = slots;
    names->slot_count *= 2;
    for (size_t number = 0; number < names->count; number++)
        take_slot(names, number);
    return true;
}

long names_add(Names *names, Span text)
{
    uint64_t hash = hash_of(names->key, 0, text);
    long known = find(names, hash, text);
    if (known >= 0)
        return known;
    if (!make_room(names) || !bytes_reserve(&names->texts, text.length))
        return -1;
    names->entries[names->count] =
        (Entry){.begin = names->texts.length, .length = text.length, .hash = hash};
    put(&names->texts, text);
    take_slot(names, names->count);
    return (long)names->count++;
}
