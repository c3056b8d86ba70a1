/* Objects of Python, made of what was read. */

#ifndef BURNLINE_OBJECTS_H
#define BURNLINE_OBJECTS_H

#include "python.h"

#include "bytes.h"

static inline PyObject *unicode(Span text)
{
    const char *at = text.length ? (const char *)text.at : "";
    return PyUnicode_FromStringAndSize(at, (Py_ssize_t)text.length);
}

/* Adds an object to a set or a list, and lets go of it; false with an exception set. */
static inline bool added(int (*add)(PyObject *, PyObject *), PyObject *to, PyObject *item)
{
    if (item == NULL)
        return false;
    int failed = add(to, item);
    Py_DECREF(item);
    return !failed;
}

static inline bool append(PyObject *list, PyObject *item)
{
    return added(PyList_Append, list, item);
}

#endif
