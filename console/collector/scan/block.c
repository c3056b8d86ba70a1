#include "block.h"
#include "objects.h"

/* The names of routes are kept from block to block until there are so many; what a block of usual
   size takes is kept as well. */
enum { MOST_ROUTES = 65536, MOST_ITEMS = 8192, MOST_BYTES = 1024 * 1024 };

static bool blank(Span text)
{
    for (size_t place = 0; place < text.length; place++)
        if (text.at[place] != ' ')
            return false;
    return true;
}

/* Returns the entry of a route with its name as Python has it; -1 with an exception set. */
static long route_of(Scan *scan, Span name)
{
    long number = names_add(&scan->routes, name);
    if (number < 0) {
        PyErr_NoMemory();
        return -1;
    }
    Entry *entry = &scan->routes.entries[number];
    if (entry->text == NULL && (entry->text = unicode(name)) == NULL)
        return -1;
    return number;
}

static Place place_of(const Line *line, int field, const uint32_t places[MOST_FIELDS])
{
    return line_has(line, field)
               ? (Place){places[field], (uint32_t)line->values[field].text.length}
               : (Place){0, 0};
}

/* Notes what judges a run of a line that is read and packed. */
static void note(const Scan *scan, const Line *line, const uint32_t places[MOST_FIELDS], Item *item)
{
    const Language *language = &scan->language;
    Span scope = line_text(line, language->scope);
    item->told = (Judged){
        .at_us = line->at_us,
        .offset = item->offset,
        .line = item->number,
        .agent = place_of(line, language->agent, places),
        .check = place_of(line, language->check, places),
        .action = place_of(line, language->action, places),
        .by = place_of(line, language->by, places),
        .kind = place_of(line, language->kind, places),
        .has_sla = line_has(line, language->sla_s),
        .sla_s = line_has(line, language->sla_s) ? line->values[language->sla_s].number : 0,
        .has_elapsed = line_has(line, language->elapsed_s),
        .has_cost = line_has(line, language->cost_usd),
        .cost_usd = line_has(line, language->cost_usd) ? line->values[language->cost_usd].number : 0,
        .has_tokens = line_has(line, language->tokens),
        .tokens = line_has(line, language->tokens) ? line->values[language->tokens].whole : 0,
        .distrusted = line_has(line, language->trusted) && !line->values[language->trusted].flag,
        .preventable =
            line_has(line, language->preventable) && line->values[language->preventable].flag,
        .out_of_scope = scope.length == 3 && memcmp(scope.at, "out", 3) == 0,
    };
    item->boot = line_text(line, language->boot);
    item->parent = line_text(line, language->parent);
    item->numbered = line_has(line, language->seq) && line_has(line, language->agent);
    if (item->numbered)
        item->seq = line->values[language->seq].whole;
}

/* Reads one line into an item; false with an exception set. */
static bool read_item(Scan *scan, const Block *block, Item *item)
{
    Language *language = &scan->language;
    Line line;
    uint32_t places[MOST_FIELDS];
    line.texts = &scan->texts;
    if (!line_read(language, item->text, &line) || line.at_us > block->until_us)
        return true;
    Span route = line.values[language->route].text, run = line_text(&line, language->run);
    Span event = line.values[language->event].text;
    const Kind *kind = language_kind(language, event);
    if (blank(route) || blank(run) || blank(event) || (kind && !kind->letter))
        return true;
    item->route = route_of(scan, route);
    if (item->route < 0)
        return false;
    item->packed_at = scan->packed.length;
    if (!line_pack(language, &line, &scan->packed, places)) {
        PyErr_NoMemory();
        return false;
    }
    note(scan, &line, places, item);
    item->told.length = (uint32_t)(scan->packed.length - item->packed_at);
    item->told.means = kind;
    item->rest_at = (uint32_t)(3 + language->fields[language->ts].key_length + 9);
    item->rest_end = item->told.has_cost     ? places[language->cost_usd]
                     : item->told.has_tokens ? places[language->tokens]
                                             : item->told.length;
    item->run_name = run;
    item->kind = event;
    item->plain = true;
    return true;
}

static Item *new_item(Scan *scan)
{
    if (scan->count == scan->room) {
        size_t room = scan->room ? scan->room * 2 : 512;
        Item *items = realloc(scan->items, room * sizeof *items);
        if (items == NULL)
            return NULL;
        scan->items = items;
        scan->room = room;
    }
    Item *item = &scan->items[scan->count++];
    memset(item, 0, sizeof *item);
    return item;
}

static bool read_lines(Scan *scan, const Block *block)
{
    const unsigned char *at = block->data.at, *end = at + block->data.length;
    for (int64_t number = block->line; at < end; number++) {
        const unsigned char *newline = memchr(at, '\n', (size_t)(end - at));
        const unsigned char *stop = newline ? newline : end;
        if (stop > at) {
            Item *item = new_item(scan);
            if (item == NULL) {
                PyErr_NoMemory();
                return false;
            }
            item->text = (Span){at, (size_t)(stop - at)};
            item->offset = block->offset + (at - block->data.at);
            item->number = number;
            if (!read_item(scan, block, item))
                return false;
        }
        at = newline ? newline + 1 : end;
    }
    return true;
}

/* Adds the lines that are not plain: (bytes, offset, line). */
static bool add_others(const Scan *scan, PyObject *others)
{
    for (size_t place = 0; place < scan->count; place++) {
        const Item *item = &scan->items[place];
        if (!item->plain && !append(others, Py_BuildValue("(y#LL)", (const char *)item->text.at,
                                                          (Py_ssize_t)item->text.length,
                                                          (long long)item->offset,
                                                          (long long)item->number)))
            return false;
    }
    return true;
}

static Span agent_of(const Scan *scan, const Item *item)
{
    return (Span){scan->packed.data + item->packed_at + item->told.agent.at,
                  item->told.agent.length};
}

#define TEXT(span) (const char *)(span).at, (Py_ssize_t)(span).length

/* Notes which runs started others. A line that names another parent than the lines before it is
   handed back; false without memory. */
static bool start_runs(Scan *scan)
{
    for (size_t place = 0; place < scan->count; place++) {
        Item *item = &scan->items[place];
        if (!item->plain || !item->run || !item->parent.length)
            continue;
        if (!run_start(item->run, item->parent)) {
            PyErr_NoMemory();
            return false;
        }
        Span known = {item->run->parent.data, item->run->parent.length};
        item->plain = span_equals(known, item->parent);
    }
    return true;
}

/* Hands a plain line on: to its run, or to those that only show that an agent lives. */
static bool take_item(Scan *scan, const Item *item, PyObject *alive, PyObject *numbered,
                      PyObject *routes)
{
    Entry *route = &scan->routes.entries[item->route];
    Span agent = agent_of(scan, item);
    if (route->block != scan->block) {
        route->block = scan->block;
        if (PyList_Append(routes, route->text))
            return false;
    }
    if (item->numbered &&
        !append(numbered, Py_BuildValue("(Os#s#L)", route->text, TEXT(agent), TEXT(item->boot),
                                        (long long)item->seq)))
        return false;
    if (item->run == NULL)
        return append(alive, Py_BuildValue("(Os#s#Ly#LL)", route->text, TEXT(item->kind),
                                           TEXT(agent), (long long)item->told.at_us,
                                           TEXT(item->text), (long long)item->offset,
                                           (long long)item->number));
    Span packed = {scan->packed.data + item->packed_at, item->told.length};
    if (!run_take(item->run, &item->told, packed)) {
        PyErr_NoMemory();
        return false;
    }
    return true;
}

/* Hands all plain lines on; returns what Python has to know of the block. */
static PyObject *take_in(Scan *scan)
{
    PyObject *others = PyList_New(0), *alive = PyList_New(0), *numbered = PyList_New(0);
    PyObject *routes = PyList_New(0), *found = NULL;
    int64_t latest_us = INT64_MIN;
    bool done = others && alive && numbered && routes && add_others(scan, others);
    for (size_t place = 0; done && place < scan->count; place++) {
        const Item *item = &scan->items[place];
        if (!item->plain)
            continue;
        if (item->told.at_us > latest_us)
            latest_us = item->told.at_us;
        done = take_item(scan, item, alive, numbered, routes);
    }
    if (done)
        found = Py_BuildValue("(OOOLO)", others, alive, numbered, (long long)latest_us, routes);
    Py_XDECREF(others);
    Py_XDECREF(alive);
    Py_XDECREF(numbered);
    Py_XDECREF(routes);
    return found;
}

/* Forgets the runs that were begun for lines which were not taken in. */
static void drop_empty(Runs *runs)
{
    Run *run = runs->last;
    while (run && run->fresh) {
        Run *before = run->before;
        run->fresh = false;
        if (run->count == 0)
            runs_remove(runs, run);
        run = before;
    }
}

/* Says whether any line is not plain, or of `floor_us` or earlier. */
static bool may_reach_back(const Scan *scan, int64_t floor_us)
{
    for (size_t place = 0; place < scan->count; place++)
        if (!scan->items[place].plain || scan->items[place].told.at_us <= floor_us)
            return true;
    return false;
}

/* Gives back what a block of unusual size took. */
static void let_go(Scan *scan)
{
    if (scan->room > MOST_ITEMS) {
        free(scan->items);
        scan->items = NULL;
        scan->count = scan->room = 0;
    }
    if (scan->packed.room > MOST_BYTES)
        bytes_free(&scan->packed);
    if (scan->doubtful.room > MOST_BYTES)
        bytes_free(&scan->doubtful);
    if (scan->texts.room > MOST_BYTES)
        bytes_free(&scan->texts);
}

PyObject *scan_block(Scan *scan, const Block *block)
{
    if (scan->runs.count == 0 && scan->routes.count > MOST_ROUTES)
        names_clear(&scan->routes);
    scan->block++;
    scan->count = scan->packed.length = scan->doubtful.length = scan->texts.length = 0;
    /* None takes more than it is written with, so that they stay where they are. */
    if (!bytes_reserve(&scan->texts, block->data.length))
        return PyErr_NoMemory();
    PyObject *found = NULL;
    if (read_lines(scan, block) && join_runs(scan) && take_out_suspected(scan, block)) {
        if (block->floor_us >= 0 && may_reach_back(scan, block->floor_us))
            found = Py_NewRef(Py_None);
        else if (start_runs(scan))
            found = take_in(scan);
    }
    drop_empty(&scan->runs);
    let_go(scan);
    return found;
}

PyObject *scan_close(Scan *scan, bool ended)
{
    PyObject *found = PyList_New(0);
    for (Run *run = scan->runs.first, *after; found && run; run = after) {
        after = run->after;
        if (ended && !run->told[run->count - 1].means->ends)
            continue;
        if (!append(found, run_as_tuple(run, scan->file)))
            Py_CLEAR(found);
        else
            runs_remove(&scan->runs, run);
    }
    return found;
}

bool scan_holds(const Scan *scan, Span route, Span name)
{
    long number = names_find(&scan->routes, route);
    return number >= 0 && runs_find(&scan->runs, scan->routes.entries[number].text, name) != NULL;
}
