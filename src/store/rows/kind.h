/*
 * kind.h - what a cursor is made of, whatever its rows come from; and what each
 * kind of it does by itself: leased.h, held.h, whole.h, joined.h.
 *
 * Thread: one at a time; but one that is leased may be ended by another while
 * its own is in no call (lease.h).
 */
#ifndef GN_STORE_ROWS_KIND_H
#define GN_STORE_ROWS_KIND_H

#include "garner/read.h"
#include "store/commit/hold.h"
#include "store/rows/kept.h"
#include "store/rows/lease.h"
#include "store/rows/row.h"

struct gn_pool;
struct gn_rows_source;

struct gn_rows_kind {
    /* As garner_next, while it has not ended. */
    enum garner_code (*next)(struct garner_rows *r, struct garner_error *err);
    /* The value of a column that is there, in a row that is there. NULL: it is
     * one of others, which are asked. */
    struct garner_value (*value)(struct garner_rows *r, size_t column);
    /* A call of its thread begins, or is over: in between there is a cursor.
     * false: it has ended, or belongs to a parent process. NULL: it never has
     * one. */
    bool (*enter)(struct garner_rows *r);
    void (*leave)(struct garner_rows *r);
    /* Lets go of what it reads from. NULL: of nothing. */
    void (*close)(struct garner_rows *r);
    /* The lease's, from outside. NULL: nobody else may end it. */
    bool (*end)(struct gn_lease *l);
};

struct garner_rows {
    /* constant */
    const struct gn_rows_kind *kind;
    struct gn_pool *pool; /* leased from it */
    unsigned forks;       /* gn_turn_forks when it was opened */
    int timeout_ms;       /* foreign locks are waited for so long */

    struct gn_lease lease;
    struct gn_held held; /* by the transaction */

    /* whose the lease says; or the transaction */
    struct gn_cursor *cursor; /* NULL: it has ended */
    struct gn_row row;
    struct gn_arena arena;
    const char **names; /* NULL: not asked for yet */
    int64_t age_ns;     /* of its snapshot, when it was ended for it */

    /* its thread's */
    size_t columns;
    bool started;
    bool borrows;           /* a value is not copied: it stays BUSY */
    bool lost;              /* a value could not be given */
    enum garner_code ended; /* DONE or an error; OK: not yet */
    int64_t deadline_ns;    /* by garner_rows_set_timeout, ... */
    int given_ms;           /* ... which was given so long */

    /* kept in memory: its thread's */
    struct gn_kept kept;
    const struct gn_kept_row *at; /* the current one */

    /* joined: its thread's */
    struct gn_rows_source *source; /* NULL: it is not */
    struct garner_rows *on;        /* stands on the current row */

    _Alignas(16) char memory[256]; /* the arena's first */
};

/* A cursor of sql with nothing open. Errors: NOMEM. */
enum garner_code gn_kind_new(const struct gn_rows_kind *kind, const char *sql,
                             int timeout_ms, struct garner_rows **rows,
                             struct garner_error *err);
/* With nothing open any more. */
void gn_kind_free(struct garner_rows *r);

/* true: in a forked child, where whoever was ending it is not there to finish.
 */
bool gn_kind_is_parents(const struct garner_rows *r);

/* Entered: the names outlive the cursor's. false: no memory. */
bool gn_kind_keep_names(struct garner_rows *r);

/* The cursor may have other columns than before its first step. */
void gn_kind_started(struct garner_rows *r);

/* Another thread asked it to stop: the error says so. */
bool gn_kind_is_stopped(const struct garner_rows *r);
enum garner_code gn_kind_stopped(struct garner_rows *r,
                                 struct garner_error *err);
/* Its time is over. */
enum garner_code gn_kind_late(const struct garner_rows *r,
                              struct garner_error *err);

/* Says what stopped a step that ended with TIMEOUT or BUSY, as far as it was
 * one of those; else returns code, with *err as it is. */
enum garner_code gn_kind_explain(struct garner_rows *r, enum garner_code code,
                                 struct garner_error *err);

#endif
