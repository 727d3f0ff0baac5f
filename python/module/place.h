/* place.h - where a statement runs: on the writer, or on a reader beside it. */
#ifndef GP_PLACE_H
#define GP_PLACE_H

#include "session.h"
#include "sql.h"

struct gp_place {
    struct gp_link *link;     /* entered */
    struct gp_reader *reader; /* NULL: it is the writer */
};

/* Borrows and enters. false: an exception is set. */
bool gp_place_writer(struct gp_session *s, struct gp_place *p);
bool gp_place_reader(struct gp_session *s, struct gp_place *p);
/* Whichever a SELECT would run on. */
bool gp_place_select(struct gp_session *s, struct gp_place *p);
void gp_place_leave(struct gp_place *p);

/* Prepares sql, of this kind, where it is to run. NULL: an exception is set,
 * and p is no place. */
struct gp_statement *gp_place_prepare(struct gp_session *s, PyObject *sql,
                                      enum gp_kind kind, struct gp_place *p);

#endif
