/* The events of a stretch of a log, run by run, and what judges a run that goes as most do. */

#ifndef BURNLINE_RUNS_H
#define BURNLINE_RUNS_H

#include "python.h"

#include "line.h"
#include "names.h"

/* Where a text stands in the packed event. */
typedef struct {
    uint32_t at, length;
} Place;

/* One event of a run: where its bytes are, where it was read, and what judges it. */
typedef struct {
    int64_t at_us, offset, line;
    size_t begin;
    uint32_t length;
    Place agent, check, action, by, kind;
    double sla_s, cost_usd;
    int64_t tokens;
    const Kind *means;
    bool has_sla, has_elapsed, has_cost, has_tokens, distrusted, preventable, out_of_scope;
} Judged;

typedef struct Run {
    struct Run *next_of_slot, *before, *after;
    uint64_t hash;
    PyObject *route;  /* borrowed from the route's entry */
    Bytes name, packed;
    Bytes parent;  /* the run that started it; empty where none is named */
    Judged *told;
    size_t count, room;
    bool fresh;  /* begun in this block */
} Run;

typedef struct {
    HashKey key;
    Run **slots;
    size_t slot_count, count;
    Run *first, *last;  /* in the order in which they began */
    Run *spare;
    size_t spare_count;
} Runs;

bool runs_start(Runs *runs, HashKey key);
void runs_end(Runs *runs);

/* Returns the run of that name on a route, or NULL. */
Run *runs_find(const Runs *runs, PyObject *route, Span name);

/* Returns a new run; NULL without memory. */
Run *runs_add(Runs *runs, PyObject *route, Span name);

/* Takes in an event whose packed bytes are given; false without memory. */
bool run_take(Run *run, const Judged *told, Span packed);

/* Notes the run that started another; false without memory. */
bool run_start(Run *run, Span parent);

/* Forgets a run. */
void runs_remove(Runs *runs, Run *run);

/* Returns a run as Python takes it, in the order of time; NULL with an exception set:
   (route, run, packed events and places, instants, agent or None, usual or None, parent). */
PyObject *run_as_tuple(Run *run, int64_t file);

#endif
