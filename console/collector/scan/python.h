/* Python's stable ABI: one build serves every version from 3.11 on. */

#ifndef BURNLINE_PYTHON_H
#define BURNLINE_PYTHON_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030b0000
#include <Python.h>

#endif
