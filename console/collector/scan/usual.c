/* What judges a run that started, and ended with its last event: `parts.part`, natively. */

#include "runs.h"
#include "objects.h"

/* Of more events a run is not judged here: what pairs them compares each with each. */
enum { MOST_EVENTS = 1000 };

static int by_time(const void *one, const void *other)
{
    const Judged *left = one, *right = other;
    if (left->at_us != right->at_us)
        return left->at_us < right->at_us ? -1 : 1;
    /* As they were read: the bytes of later ones lie behind those of earlier ones. */
    return (left->begin > right->begin) - (left->begin < right->begin);
}

/* Puts the events of a run in the order of time; says whether no two are of one instant. */
static bool put_in_order(Run *run)
{
    bool ordered = true;
    for (size_t place = 1; place < run->count; place++)
        ordered = ordered && run->told[place - 1].at_us < run->told[place].at_us;
    if (ordered)
        return true;
    qsort(run->told, run->count, sizeof *run->told, by_time);
    for (size_t place = 1; place < run->count; place++)
        if (run->told[place - 1].at_us == run->told[place].at_us)
            return false;
    return true;
}

static Span text_of(const Run *run, const Judged *told, Place place)
{
    return (Span){run->packed.data + told->begin + place.at, place.length};
}

/* Returns the one agent of all events; None where there are several. */
static PyObject *agent_of(const Run *run)
{
    Span agent = text_of(run, run->told, run->told[0].agent);
    for (size_t place = 1; place < run->count; place++)
        if (!span_equals(agent, text_of(run, &run->told[place], run->told[place].agent)))
            return Py_NewRef(Py_None);
    return unicode(agent);
}

/* Says whether a check's last verdict is a failure. */
static bool check_stands_failed(const Run *run)
{
    for (size_t place = 0; place < run->count; place++) {
        const Judged *failed = &run->told[place];
        if (failed->means->letter != 'f')
            continue;
        Span check = text_of(run, failed, failed->check);
        bool passed = false;
        for (size_t later = place + 1; later < run->count && !passed; later++) {
            const Judged *told = &run->told[later];
            passed = told->means->letter == 'p' && span_equals(check, text_of(run, told, told->check));
        }
        if (!passed)
            return true;
    }
    return false;
}

/* Says whether a run began, and ended well with its last event, as far as itself tells. */
static bool went_as_most_do(const Run *run, const bool met[256])
{
    const Judged *end = &run->told[run->count - 1];
    char first = run->told[0].means->letter, last = end->means->letter;
    if (run->count < 2 || run->count > MOST_EVENTS || first != 's' || (last != 'd' && last != 'h'))
        return false;
    for (size_t place = 1; place + 1 < run->count; place++)
        if (strchr("acefgmpqru", run->told[place].means->letter) == NULL)
            return false;
    if (end->distrusted || end->preventable)
        return false;
    for (size_t place = 0; met['a'] && place < run->count; place++)
        if (run->told[place].out_of_scope)
            return false;
    return !(met['f'] && last == 'd' && check_stands_failed(run));
}

/* Returns the longest time from a doubt to what answered it; the end answers any. */
static int64_t doubt_us(const Run *run)
{
    int64_t longest_us = 0, since_us = -1;
    for (size_t place = 0; place < run->count; place++) {
        const Judged *told = &run->told[place];
        char letter = told->means->letter;
        if (letter == 'u')
            since_us = since_us < 0 ? told->at_us : since_us;
        else if (since_us >= 0 && strchr("cdhq", letter) != NULL) {
            if (told->at_us - since_us > longest_us)
                longest_us = told->at_us - since_us;
            since_us = -1;
        }
    }
    return longest_us;
}

static bool add_effort(PyObject *efforts, const char *kind, int64_t at_us, int64_t since_us, Span who)
{
    return append(efforts,
                  Py_BuildValue("(sLLs#)", kind, (long long)at_us, (long long)(at_us - since_us),
                                (const char *)who.at, (Py_ssize_t)who.length));
}

/* Pairs each request with the first answer to it, or with the end of the run. */
static bool add_approvals(const Run *run, PyObject *efforts)
{
    const Judged *end = &run->told[run->count - 1];
    for (size_t place = 0; place < run->count; place++) {
        const Judged *asked = &run->told[place], *answer = end;
        if (asked->means->letter != 'q')
            continue;
        Span wanted = text_of(run, asked, asked->action);
        for (size_t later = place + 1; later < run->count && answer == end; later++) {
            const Judged *told = &run->told[later];
            if (told->means->letter == 'g' && span_equals(wanted, text_of(run, told, told->action)))
                answer = told;
        }
        Span who = answer == end ? (Span){(const unsigned char *)"", 0}
                                 : text_of(run, answer, answer->by);
        if (!add_effort(efforts, "approval", answer->at_us, asked->at_us, who))
            return false;
    }
    return true;
}

/* Pairs each start of a recovery with the first end after it. */
static bool add_recoveries(const Run *run, PyObject *efforts)
{
    int64_t since_us = -1;
    for (size_t place = 0; place < run->count; place++) {
        const Judged *told = &run->told[place];
        if (told->means->letter == 'r')
            since_us = since_us < 0 ? told->at_us : since_us;
        else if (told->means->letter == 'e' && since_us >= 0) {
            if (!add_effort(efforts, "recovery", told->at_us, since_us, text_of(run, told, told->kind)))
                return false;
            since_us = -1;
        }
    }
    return true;
}

/* Returns a price in millionths, halves rounded to even, as Python does; it is under 10^9. */
static int64_t millionths(double price)
{
    double exact = price * 1e6;
    int64_t whole = (int64_t)exact;
    double rest = exact - (double)whole;
    return rest > 0.5 || (rest == 0.5 && whole % 2) ? whole + 1 : whole;
}

/* Returns what models took, as `effort.spent` sums it up: (when last told, millionths of a dollar,
   tokens), either of them None where no event says it; None where none says anything. */
static PyObject *spending_of(const Run *run)
{
    int64_t at_us = -1, micro_usd = 0, tokens = 0;
    bool priced = false, counted = false;
    for (size_t place = 0; place < run->count; place++) {
        const Judged *told = &run->told[place];
        if (told->has_cost || told->has_tokens)
            at_us = told->at_us;
        priced = priced || told->has_cost;
        counted = counted || told->has_tokens;
        micro_usd += millionths(told->cost_usd);
        tokens += told->tokens;
    }
    if (!priced && !counted)
        return Py_NewRef(Py_None);
    PyObject *cost = priced ? PyLong_FromLongLong(micro_usd) : Py_NewRef(Py_None);
    PyObject *count = counted ? PyLong_FromLongLong(tokens) : Py_NewRef(Py_None);
    if (cost && count)
        return Py_BuildValue("(LNN)", (long long)at_us, cost, count);
    Py_XDECREF(cost);
    Py_XDECREF(count);
    return NULL;
}

/* Fills the checks that passed, the actions that were named, and what people's time was taken. */
static bool fill(const Run *run, const bool met[256], PyObject *checks, PyObject *actions,
                 PyObject *efforts)
{
    for (size_t place = 0; place < run->count; place++) {
        const Judged *told = &run->told[place];
        if (told->means->letter == 'p' &&
            !added(PySet_Add, checks, unicode(text_of(run, told, told->check))))
            return false;
        if (met['a'] && !added(PySet_Add, actions, unicode(text_of(run, told, told->action))))
            return false;
    }
    return (!met['q'] || add_approvals(run, efforts)) && (!met['r'] || add_recoveries(run, efforts));
}

/* Returns (sla_s, checks, actions, doubt_us, handoff, efforts, timed, spending). */
static PyObject *usual_of(const Run *run, const bool met[256])
{
    const Judged *start = &run->told[0], *end = &run->told[run->count - 1];
    PyObject *checks = PySet_New(NULL), *actions = PySet_New(NULL), *efforts = PyList_New(0);
    PyObject *sla = start->has_sla ? PyFloat_FromDouble(start->sla_s) : Py_NewRef(Py_None);
    PyObject *usual = NULL, *spending = spending_of(run);
    if (checks && actions && efforts && sla && spending &&
        fill(run, met, checks, actions, efforts))
        usual = Py_BuildValue("(OOOLOOOO)", sla, checks, actions, (long long)doubt_us(run),
                              end->means->letter == 'h' ? Py_True : Py_False, efforts,
                              end->has_elapsed ? Py_True : Py_False, spending);
    Py_XDECREF(checks);
    Py_XDECREF(actions);
    Py_XDECREF(efforts);
    Py_XDECREF(sla);
    Py_XDECREF(spending);
    return usual;
}

/* Returns the events and their places, packed. */
static PyObject *facts_of(const Run *run, int64_t file)
{
    Bytes bytes = {0};
    if (!bytes_reserve(&bytes, 16 + run->packed.length + run->count * (1 + 3 * 9)))
        return PyErr_NoMemory();
    pack_array(&bytes, 2);
    pack_array(&bytes, run->count);
    for (size_t place = 0; place < run->count; place++)
        put(&bytes, (Span){run->packed.data + run->told[place].begin, run->told[place].length});
    pack_array(&bytes, run->count);
    for (size_t place = 0; place < run->count; place++) {
        pack_array(&bytes, 3);
        pack_whole(&bytes, file);
        pack_whole(&bytes, run->told[place].offset);
        pack_whole(&bytes, run->told[place].line);
    }
    PyObject *facts = PyBytes_FromStringAndSize((const char *)bytes.data, (Py_ssize_t)bytes.length);
    bytes_free(&bytes);
    return facts;
}

static PyObject *instants_of(const Run *run)
{
    PyObject *instants = PyTuple_New((Py_ssize_t)run->count);
    for (size_t place = 0; instants && place < run->count; place++) {
        PyObject *at_us = PyLong_FromLongLong(run->told[place].at_us);
        if (at_us == NULL)
            Py_CLEAR(instants);
        else
            PyTuple_SetItem(instants, (Py_ssize_t)place, at_us);
    }
    return instants;
}

PyObject *run_as_tuple(Run *run, int64_t file)
{
    bool met[256] = {false};
    bool ordered = put_in_order(run);
    for (size_t place = 0; place < run->count; place++)
        met[(unsigned char)run->told[place].means->letter] = true;
    PyObject *agent = agent_of(run);
    if (agent == NULL)
        return NULL;
    bool alone = run->parent.length == 0;
    bool usually = alone && ordered && agent != Py_None && went_as_most_do(run, met);
    PyObject *usual = usually ? usual_of(run, met) : Py_NewRef(Py_None);
    PyObject *facts = NULL, *instants = NULL, *name = NULL, *parent = NULL, *tuple = NULL;
    if (usual && (facts = facts_of(run, file)) && (instants = instants_of(run)) &&
        (name = unicode((Span){run->name.data, run->name.length})) &&
        (parent = unicode((Span){run->parent.data, run->parent.length})))
        tuple = PyTuple_Pack(7, run->route, name, facts, instants, agent, usual, parent);
    Py_XDECREF(usual);
    Py_XDECREF(facts);
    Py_XDECREF(instants);
    Py_XDECREF(name);
    Py_XDECREF(parent);
    Py_DECREF(agent);
    return tuple;
}
