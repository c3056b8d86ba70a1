#include "runs.h"

enum { FIRST_SLOTS = 256, MOST_SPARE = 256, MOST_SPARE_BYTES = 16 * 1024, MOST_SPARE_TOLD = 64 };

bool runs_start(Runs *runs, HashKey key)
{
    *runs = (Runs){.key = key, .slot_count = FIRST_SLOTS};
    runs->slots = calloc(runs->slot_count, sizeof *runs->slots);
    return runs->slots != NULL;
}

static void run_free(Run *run)
{
    bytes_free(&run->name);
    bytes_free(&run->packed);
    bytes_free(&run->parent);
    free(run->told);
    free(run);
}

void runs_end(Runs *runs)
{
    while (runs->first) {
        Run *run = runs->first;
        runs->first = run->after;
        run_free(run);
    }
    while (runs->spare) {
        Run *run = runs->spare;
        runs->spare = run->after;
        run_free(run);
    }
    free(runs->slots);
    *runs = (Runs){0};
}

static Run **slot_for(const Runs *runs, uint64_t hash)
{
    return &runs->slots[hash & (runs->slot_count - 1)];
}

Run *runs_find(const Runs *runs, PyObject *route, Span name)
{
    uint64_t hash = hash_of(runs->key, (uintptr_t)route, name);
    for (Run *run = *slot_for(runs, hash); run; run = run->next_of_slot)
        if (run->hash == hash && run->route == route &&
            span_equals((Span){run->name.data, run->name.length}, name))
            return run;
    return NULL;
}

/* Twice as many slots; without memory there are as many as before. */
static void spread(Runs *runs)
{
    Run **before = runs->slots;
    Run **slots = calloc(runs->slot_count * 2, sizeof *slots);
    if (slots == NULL)
        return;
    runs->slots = slots;
    runs->slot_count *= 2;
    for (Run *run = runs->first; run; run = run->after) {
        Run **slot = slot_for(runs, run->hash);
        run->next_of_slot = *slot;
        *slot = run;
    }
    free(before);
}

Run *runs_add(Runs *runs, PyObject *route, Span name)
{
    Run *run = runs->spare;
    if (run) {
        runs->spare = run->after;
        runs->spare_count--;
    }
    else if ((run = calloc(1, sizeof *run)) == NULL)
        return NULL;
    run->count = run->packed.length = run->name.length = run->parent.length = 0;
    run->fresh = true;
    if (!bytes_reserve(&run->name, name.length)) {
        run_free(run);
        return NULL;
    }
    put(&run->name, name);
    if (runs->count >= runs->slot_count)
        spread(runs);
    run->route = route;
    run->hash = hash_of(runs->key, (uintptr_t)route, name);
    Run **slot = slot_for(runs, run->hash);
    run->next_of_slot = *slot;
    *slot = run;
    run->before = runs->last;
    run->after = NULL;
    *(runs->last ? &runs->last->after : &runs->first) = run;
    runs->last = run;
    runs->count++;
    return run;
}

bool run_start(Run *run, Span parent)
{
    if (run->parent.length)
        return true;
    if (!bytes_reserve(&run->parent, parent.length))
        return false;
    put(&run->parent, parent);
    return true;
}

bool run_take(Run *run, const Judged *told, Span packed)
{
    if (!bytes_reserve(&run->packed, packed.length))
        return false;
    if (run->count == run->room) {
        size_t room = run->room ? run->room * 2 : 8;
        Judged *more = realloc(run->told, room * sizeof *more);
        if (more == NULL)
            return false;
        run->told = more;
        run->room = room;
    }
    run->told[run->count] = *told;
    run->told[run->count].begin = run->packed.length;
    run->told[run->count++].length = (uint32_t)packed.length;
    put(&run->packed, packed);
    return true;
}

void runs_remove(Runs *runs, Run *run)
{
    Run **slot = slot_for(runs, run->hash);
    while (*slot != run)
        slot = &(*slot)->next_of_slot;
    *slot = run->next_of_slot;
    *(run->before ? &run->before->after : &runs->first) = run->after;
    *(run->after ? &run->after->before : &runs->last) = run->before;
    runs->count--;
    if (runs->spare_count == MOST_SPARE || run->packed.room > MOST_SPARE_BYTES ||
        run->room > MOST_SPARE_TOLD) {
        run_free(run);
        return;
    }
    run->after = runs->spare;
    runs->spare = run;
    runs->spare_count++;
}
