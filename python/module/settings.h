/*
 * settings.h - what has been set up on a connection: functions, collations,
 * hooks, limits. It is applied to each of SQLite's connections, at the latest
 * when one is lent.
 */
#ifndef GP_SETTINGS_H
#define GP_SETTINGS_H

#include "connection.h"

/* Entered: sets up what link lacks. false: an exception is set. */
bool gp_settings_apply(struct gp_link *link, struct garner_loan *loan);

/* Forgets all. */
void gp_settings_clear(struct gp_connection *c);
int gp_settings_traverse(struct gp_connection *c, visitproc visit, void *arg);

/* Methods of Connection. */
PyObject *gp_settings_create_function(PyObject *self, PyObject *args,
                                      PyObject *kwargs);
PyObject *gp_settings_create_aggregate(PyObject *self, PyObject *args,
                                       PyObject *kwargs);
PyObject *gp_settings_create_window_function(PyObject *self, PyObject *args);
PyObject *gp_settings_create_collation(PyObject *self, PyObject *args);
PyObject *gp_settings_set_authorizer(PyObject *self, PyObject *args,
                                     PyObject *kwargs);
PyObject *gp_settings_set_progress_handler(PyObject *self, PyObject *args,
                                           PyObject *kwargs);
PyObject *gp_settings_set_trace_callback(PyObject *self, PyObject *args,
                                         PyObject *kwargs);
PyObject *gp_settings_setlimit(PyObject *self, PyObject *args);
PyObject *gp_settings_getlimit(PyObject *self, PyObject *args);
PyObject *gp_settings_enable_load_extension(PyObject *self, PyObject *args);
PyObject *gp_settings_load_extension(PyObject *self, PyObject *args,
                                     PyObject *kwargs);

#endif
