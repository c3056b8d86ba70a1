/* Names that were met: the routes of lines, and texts of which it is known that they hide nothing. */

#ifndef BURNLINE_NAMES_H
#define BURNLINE_NAMES_H

#include "python.h"

#include "bytes.h"

/* Chosen at random, so that nobody can choose names whose hashes meet. */
typedef struct {
    uint64_t low, high;
} HashKey;

uint64_t hash_of(HashKey key, uint64_t context, Span name);

typedef struct {
    size_t begin, length;
    uint64_t hash;
    PyObject *text;    /* the name as Python has it, of a route */
    uint64_t block;    /* the last block in which it was met */
    bool cleared;
} Entry;

/* A table of texts, each with what is known of it. */
typedef struct {
    HashKey key;
    Entry *entries;
    uint32_t *slots;  /* the numbers of entries, from 1 on */
    size_t count, room, slot_count;
    Bytes texts;
} Names;

bool names_start(Names *names, HashKey key);
void names_end(Names *names);

/* Forgets all. */
void names_clear(Names *names);

/* Returns the number of a text; -1 where it was not met. */
long names_find(const Names *names, Span text);

/* Returns the number of a text that is new or not; -1 without memory. */
long names_add(Names *names, Span text);

#endif
