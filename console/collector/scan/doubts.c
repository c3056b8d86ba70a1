/* What of a block has to be looked at for secrets: texts that were not looked at before.

   Agents repeat themselves: most events differ from others in nothing but their time and run. */

#include "block.h"

enum { MOST_CLEARED = 8192, MOST_CLEARED_BYTES = 1024 * 1024, RUN_NAME = 1 };

static const Span NOTHING_SAID = {(const unsigned char *)"", 0};

static Span rest_of(const Scan *scan, const Item *item)
{
    return (Span){scan->packed.data + item->packed_at + item->rest_at,
                  item->rest_end - item->rest_at};
}

/* Adds a text to what has to be looked at, unless it was looked at before. */
static bool doubt(Scan *scan, Span text, bool *added)
{
    *added = text.length > 0 && names_find(&scan->cleared, text) < 0;
    if (!*added)
        return true;
    if (!bytes_reserve(&scan->doubtful, text.length + 1)) {
        PyErr_NoMemory();
        return false;
    }
    scan->doubtful.data[scan->doubtful.length++] = '\n';
    put(&scan->doubtful, text);
    return true;
}

/* Remembers that a text holds no secret; false with an exception set. */
static bool remember_harmless(Scan *scan, Span text)
{
    if (scan->cleared.count >= MOST_CLEARED || scan->cleared.texts.length >= MOST_CLEARED_BYTES)
        names_clear(&scan->cleared);
    if (names_add(&scan->cleared, text) < 0) {
        PyErr_NoMemory();
        return false;
    }
    return true;
}

/* Returns 1 where there may be a secret in a text, 0 where there is none, -1 with an exception. */
static int suspected(const Block *block, Span text)
{
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)text.at, (Py_ssize_t)text.length);
    if (bytes == NULL)
        return -1;
    PyObject *answer = PyObject_CallFunctionObjArgs(block->suspected, bytes, NULL);
    Py_DECREF(bytes);
    if (answer == NULL)
        return -1;
    int truth = PyObject_IsTrue(answer);
    Py_DECREF(answer);
    return truth;
}

bool join_runs(Scan *scan)
{
    for (size_t place = 0; place < scan->count; place++) {
        Item *item = &scan->items[place];
        bool other;
        if (!item->plain)
            continue;
        Entry *route = &scan->routes.entries[item->route];
        if (!route->cleared && !doubt(scan, (Span){scan->routes.texts.data + route->begin,
                                                   route->length}, &other))
            return false;
        if (item->told.means) {
            item->run = runs_find(&scan->runs, route->text, item->run_name);
            if (item->run == NULL) {
                item->run = runs_add(&scan->runs, route->text, item->run_name);
                if (item->run == NULL) {
                    PyErr_NoMemory();
                    return false;
                }
                if (!doubt(scan, item->run_name, &other))
                    return false;
            }
        }
        else if (!doubt(scan, item->run_name, &other))
            return false;
        if (!doubt(scan, rest_of(scan, item), &item->rest_doubted) ||
            (item->numbered && !doubt(scan, item->boot, &other)) ||
            !doubt(scan, item->parent, &other))
            return false;
    }
    return true;
}

/* Says whether any text of a line may hold a secret, and remembers those that do not. */
static int item_suspected(Scan *scan, const Block *block, Item *item)
{
    Entry *route = &scan->routes.entries[item->route];
    bool named = item->run == NULL || item->run->fresh;
    Span texts[] = {(Span){scan->routes.texts.data + route->begin, route->length},
                    named ? item->run_name : NOTHING_SAID,
                    item->numbered ? item->boot : NOTHING_SAID, item->parent, rest_of(scan, item)};
    for (size_t place = 0; place < sizeof texts / sizeof *texts; place++) {
        if (texts[place].length == 0 || names_find(&scan->cleared, texts[place]) >= 0)
            continue;
        int answer = suspected(block, texts[place]);
        if (answer)
            return answer;
        /* A run has its name to itself: it would only take the place of what comes again. */
        if (place != RUN_NAME && !remember_harmless(scan, texts[place]))
            return -1;
    }
    return 0;
}

bool take_out_suspected(Scan *scan, const Block *block)
{
    if (scan->doubtful.length == 0)
        return true;
    int any = suspected(block, (Span){scan->doubtful.data, scan->doubtful.length});
    if (any < 0)
        return false;
    for (size_t place = 0; place < scan->count; place++) {
        Item *item = &scan->items[place];
        if (!item->plain)
            continue;
        int found = any ? item_suspected(scan, block, item) : 0;
        if (found < 0)
            return false;
        item->plain = !found;
        if (any)
            continue;
        scan->routes.entries[item->route].cleared = true;
        if ((item->rest_doubted && !remember_harmless(scan, rest_of(scan, item))) ||
            (item->numbered && item->boot.length && !remember_harmless(scan, item->boot)) ||
            (item->parent.length && !remember_harmless(scan, item->parent)))
            return false;
    }
    return true;
}
