/*
 * values.h - Python's objects as SQL values, and back: adapters, converters,
 * text factories.
 */
#ifndef GP_VALUES_H
#define GP_VALUES_H

#include <sqlite3.h>

#include "garner/value.h"
#include "state.h"

/* An object on its way into SQL. The value's bytes are owner's, or those of
 * its buffer. */
struct gp_value {
    struct garner_value value;
    PyObject *owner;
    Py_buffer buffer;
};

/* Converts object, adapted if need be. false: an exception is set; one of an
 * unsupported type names the parameter at (from 1), called name (NULL: it has
 * none). After it gp_values_release, in any case but that. */
bool gp_values_take(struct gp_state *state, PyObject *object, int at,
                    const char *name, struct gp_value *out);
void gp_values_release(struct gp_value *v);

/* The object adapted to protocol: by a registered adapter, its __conform__ or
 * the protocol's __adapt__; else alternative (borrowed), or ProgrammingError
 * where that is NULL. */
PyObject *gp_values_adapt(struct gp_state *state, PyObject *object,
                          PyObject *protocol, PyObject *alternative);

/* Binds it to stmt's parameter; SQLite's result. */
int gp_values_bind(sqlite3_stmt *stmt, int at, const struct gp_value *v);

/* What a function returned becomes its result. false: an exception is set. */
bool gp_values_result(sqlite3_context *context, PyObject *object);
/* An SQL value as an object; text is always str. */
PyObject *gp_values_of_sql(sqlite3_value *value);
/* The arguments of a function: a tuple; NULL: an exception is set. */
PyObject *gp_values_tuple(sqlite3_value **values, int count);

/* How the columns of a query are read. */
struct gp_reading {
    struct gp_state *state;
    PyObject *text_factory; /* borrowed */
    PyObject *converters;   /* of each column, a tuple; None in it: none; or
                               NULL */
};

/* The current row of stmt. */
PyObject *gp_values_row(const struct gp_reading *r, sqlite3_stmt *stmt);

/* The converters of stmt's columns as detect_types says, for the above. NULL:
 * an exception is set. */
PyObject *gp_values_converters(struct gp_state *state, sqlite3_stmt *stmt,
                               int detect_types);
enum { GP_PARSE_DECLTYPES = 1, GP_PARSE_COLNAMES = 2 };

#endif
