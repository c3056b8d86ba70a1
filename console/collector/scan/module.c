/* Native lines a block at a time, without an object for each: the faster of two ways of reading.

   `scanning.py` says what is read how, and gives the words of the language; `native_block` and
   `parts` do the same in Python where this could not be built, and tests hold the two together. */

#include "block.h"

typedef struct {
    PyObject_HEAD
    Scan scan;
    bool busy;  /* while Python looks for secrets, which may let other threads run */
} Scanner;

static bool add_fields(Language *language, PyObject *fields)
{
    for (Py_ssize_t place = 0; place < PyList_Size(fields); place++) {
        const char *name;
        Py_ssize_t length;
        int type, left_out;
        if (!PyArg_ParseTuple(PyList_GetItem(fields, place), "s#Cp", &name, &length, &type, &left_out))
            return false;
        Span span = {(const unsigned char *)name, (size_t)length};
        if (!language_add_field(language, span, (FieldType)type, left_out)) {
            PyErr_Format(PyExc_ValueError, "field %s: too long, or one too many", name);
            return false;
        }
    }
    return true;
}

static bool add_kinds(Language *language, PyObject *kinds)
{
    for (Py_ssize_t place = 0; place < PyList_Size(kinds); place++) {
        const char *name;
        Py_ssize_t length;
        int letter, ends;
        if (!PyArg_ParseTuple(PyList_GetItem(kinds, place), "s#Cp", &name, &length, &letter, &ends))
            return false;
        Span span = {(const unsigned char *)name, (size_t)length};
        if (!language_add_kind(language, span, (char)letter, ends)) {
            PyErr_Format(PyExc_ValueError, "event %s: too long, or one too many", name);
            return false;
        }
    }
    return true;
}

/* Finds the fields that mean something to reading or to judging. */
static bool find_fields(Language *language)
{
    const struct {
        const char *name;
        int *number;
    } wanted[] = {
        {"ts", &language->ts},           {"route", &language->route},
        {"event", &language->event},     {"run", &language->run},
        {"agent", &language->agent},     {"boot", &language->boot},
        {"seq", &language->seq},         {"check", &language->check},
        {"action", &language->action},   {"scope", &language->scope},
        {"by", &language->by},           {"kind", &language->kind},
        {"sla_s", &language->sla_s},     {"trusted", &language->trusted},
        {"preventable", &language->preventable}, {"elapsed_s", &language->elapsed_s},
        {"cost_usd", &language->cost_usd},       {"tokens", &language->tokens},
        {"parent", &language->parent},
    };
    for (size_t place = 0; place < sizeof wanted / sizeof *wanted; place++) {
        Span name = {(const unsigned char *)wanted[place].name, strlen(wanted[place].name)};
        *wanted[place].number = language_field(language, name);
        if (*wanted[place].number == NO_FIELD) {
            PyErr_Format(PyExc_ValueError, "field %s is missing", wanted[place].name);
            return false;
        }
    }
    if (language->ts != 0) {  /* what follows it in a packed event is what may be looked at */
        PyErr_SetString(PyExc_ValueError, "the first field is ts");
        return false;
    }
    if (language->cost_usd + 3 != language->count || language->tokens + 2 != language->count) {
        PyErr_SetString(PyExc_ValueError, "the last fields but one are cost_usd and tokens");
        return false;
    }
    return true;
}

static int scanner_init(Scanner *self, PyObject *args, PyObject *named)
{
    static char *names[] = {"fields",      "kinds",       "name_limit", "text_limit", "longest",
                            "most_tokens", "earliest_us", "seed",       NULL};
    Scan *scan = &self->scan;
    PyObject *fields, *kinds;
    Py_ssize_t name_limit, text_limit, seed_length;
    const char *seed;
    long long earliest_us, most_tokens;
    if (scan->runs.slots) {
        PyErr_SetString(PyExc_TypeError, "a scanner is made once");
        return -1;
    }
    if (!PyArg_ParseTupleAndKeywords(args, named, "O!O!nndLLy#", names, &PyList_Type, &fields,
                                     &PyList_Type, &kinds, &name_limit, &text_limit,
                                     &scan->language.longest, &most_tokens, &earliest_us, &seed,
                                     &seed_length))
        return -1;
    if (name_limit < 1 || text_limit < 1 || text_limit > 60000 || name_limit > 60000 ||
        seed_length != sizeof(HashKey)) {
        PyErr_SetString(PyExc_ValueError, "limits are 1 to 60000 bytes, the seed is 16");
        return -1;
    }
    scan->language.name_limit = (size_t)name_limit;
    scan->language.text_limit = (size_t)text_limit;
    scan->language.earliest_us = earliest_us;
    scan->language.most_tokens = most_tokens;
    HashKey key;
    memcpy(&key, seed, sizeof key);
    if (!add_fields(&scan->language, fields) || !add_kinds(&scan->language, kinds) ||
        !find_fields(&scan->language))
        return -1;
    if (!runs_start(&scan->runs, key) || !names_start(&scan->routes, key) ||
        !names_start(&scan->cleared, key)) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static void scanner_dealloc(Scanner *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    Scan *scan = &self->scan;
    runs_end(&scan->runs);
    names_end(&scan->routes);
    names_end(&scan->cleared);
    bytes_free(&scan->packed);
    bytes_free(&scan->doubtful);
    bytes_free(&scan->texts);
    free(scan->items);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static bool usable(const Scanner *self)
{
    if (self->busy)
        PyErr_SetString(PyExc_RuntimeError, "the scanner is reading a block");
    else if (!self->scan.cleared.slots)
        PyErr_SetString(PyExc_TypeError, "the scanner was not made");
    else
        return true;
    return false;
}

static PyObject *scanner_read(Scanner *self, PyObject *args)
{
    const char *data;
    Py_ssize_t length;
    long long file, offset, line, until_us, floor_us;
    Block block;
    if (!usable(self) || !PyArg_ParseTuple(args, "y#LLLLLO", &data, &length, &file, &offset, &line,
                                         &until_us, &floor_us, &block.suspected))
        return NULL;
    if (self->scan.runs.count && self->scan.file != file) {
        PyErr_SetString(PyExc_ValueError, "runs of another file are not closed");
        return NULL;
    }
    self->scan.file = file;
    block.data = (Span){(const unsigned char *)data, (size_t)length};
    block.offset = offset;
    block.line = line;
    block.until_us = until_us;
    block.floor_us = floor_us;
    self->busy = true;
    PyObject *found = scan_block(&self->scan, &block);
    self->busy = false;
    return found;
}

static PyObject *scanner_close(Scanner *self, PyObject *args)
{
    int ended;
    if (!usable(self) || !PyArg_ParseTuple(args, "p", &ended))
        return NULL;
    return scan_close(&self->scan, ended);
}

static PyObject *scanner_holds(Scanner *self, PyObject *args)
{
    const char *route, *name;
    Py_ssize_t route_length, length;
    if (!usable(self) || !PyArg_ParseTuple(args, "s#s#", &route, &route_length, &name, &length))
        return NULL;
    return PyBool_FromLong(scan_holds(&self->scan,
                                      (Span){(const unsigned char *)route, (size_t)route_length},
                                      (Span){(const unsigned char *)name, (size_t)length}));
}

static PyMethodDef scanner_methods[] = {
    {"read", (PyCFunction)scanner_read, METH_VARARGS,
     "read(data, file, offset, line, until_us, floor_us, suspected)\n"
     "Take in the plain lines of a block; return (others, alive, numbered, latest_us, routes)."},
    {"close", (PyCFunction)scanner_close, METH_VARARGS,
     "close(ended)\nReturn and forget the runs that were gathered, all or those that ended."},
    {"holds", (PyCFunction)scanner_holds, METH_VARARGS,
     "holds(route, run)\nSay whether an event of a run is gathered now."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot scanner_slots[] = {
    {Py_tp_doc, "Reads native lines, and gathers them run by run."},
    {Py_tp_init, scanner_init},
    {Py_tp_dealloc, scanner_dealloc},
    {Py_tp_methods, scanner_methods},
    {0, NULL},
};

static PyType_Spec scanner_spec = {
    .name = "console.collector._scan.Scanner",
    .basicsize = sizeof(Scanner),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = scanner_slots,
};

static int execute(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&scanner_spec);
    if (type == NULL)
        return -1;
    int failed = PyModule_AddObjectRef(module, "Scanner", type);
    Py_DECREF(type);
    return failed;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, execute},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_scan",
    .m_doc = "Native lines a block at a time.",
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__scan(void)
{
    return PyModuleDef_Init(&module);
}
