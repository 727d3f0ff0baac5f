/* row.h - sqlite3.Row: a row whose values are found by position and by name. */
#ifndef GP_ROW_H
#define GP_ROW_H

#include "state.h"

PyTypeObject *gp_row_make_type(PyObject *module);

#endif
