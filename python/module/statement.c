#include "statement.h"

#include "run.h"
#include "session.h"

PyObject *gp_statement_new(struct gp_connection *c, PyObject *sql)
{
    struct gp_session *s = gp_connection_enter(c);
    bool prepared;

    if (s == NULL)
        return NULL;
    prepared = gp_run_try(s, sql);
    if (!gp_connection_leave(s) || !prepared)
        return NULL;
    return c->state->statement_type->tp_alloc(c->state->statement_type, 0);
}

static void dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot slots[] = {
    {Py_tp_dealloc, dealloc},
    {Py_tp_doc, "A statement that can be prepared."},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "garner.Statement",
    .basicsize = sizeof(PyObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};

PyTypeObject *gp_statement_make_type(PyObject *module)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
}
