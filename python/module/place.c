#include "place.h"

static bool reads_apart(const struct gp_session *s, enum gp_kind kind)
{
    const struct gp_connection *c = s->connection;

    if (c->read_only)
        return true;
    return s->loan == NULL && c->pooled && !c->pinned &&
           (kind == GP_SELECT || kind == GP_TELLS);
}

bool gp_place_writer(struct gp_session *s, struct gp_place *p)
{
    if (!gp_session_take(s))
        return false;
    *p = (struct gp_place){.link = s->connection->writer};
    gp_link_enter(p->link);
    return true;
}

bool gp_place_reader(struct gp_session *s, struct gp_place *p)
{
    p->reader = gp_session_lend(s);
    if (p->reader == NULL)
        return false;
    p->link = p->reader->link;
    gp_link_enter(p->link);
    return true;
}

bool gp_place_select(struct gp_session *s, struct gp_place *p)
{
    return reads_apart(s, GP_SELECT) ? gp_place_reader(s, p)
                                     : gp_place_writer(s, p);
}

void gp_place_leave(struct gp_place *p)
{
    gp_link_leave(p->link);
    if (p->reader != NULL)
        gp_session_return(p->reader);
}

/* A PRAGMA tells of the schema as its connection knows it, without a look at
 * whether it has changed; a query looks. */
static bool learn_schema(struct gp_link *link)
{
    PyObject *sql = PyUnicode_FromString("SELECT 1 FROM sqlite_schema LIMIT 1");
    struct gp_statement *st = sql != NULL ? gp_link_prepare(link, sql) : NULL;
    int rc = SQLITE_NOMEM;

    Py_XDECREF(sql);
    if (st != NULL) {
        rc = gp_link_step(st->stmt);
        gp_link_release(st);
    }
    return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

/* Prepares sql where it is to run. */
struct gp_statement *gp_place_prepare(struct gp_session *s, PyObject *sql,
                                      enum gp_kind kind, struct gp_place *p)
{
    struct gp_statement *st;
    const bool apart = reads_apart(s, kind);

    if (apart ? !gp_place_reader(s, p) : !gp_place_writer(s, p))
        return NULL;
    if (apart && kind == GP_TELLS && !learn_schema(p->link))
        PyErr_Clear(); /* the PRAGMA meets the same, and says so */
    st = gp_link_prepare(p->link, sql);
    if (st != NULL && p->reader != NULL && !st->reads &&
        !s->connection->read_only) { /* WITH ... INSERT, a function that
                                        writes */
        gp_link_release(st);
        gp_place_leave(p);
        if (!gp_place_writer(s, p))
            return NULL;
        st = gp_link_prepare(p->link, sql);
    }
    if (st == NULL)
        gp_place_leave(p);
    return st;
}
