/*
 * outbox.h - the table garner_outbox: messages that are to go out, written in
 * the transaction of what they tell of, and kept until they have gone. So one
 * that goes out is true, and a crash loses none (one may go out twice).
 *
 * The tables are made by history.h. Thread: any, each call on its own.
 */
#ifndef GN_ENGINE_TELL_OUTBOX_H
#define GN_ENGINE_TELL_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "garner/store.h"
#include "garner/write.h"
#include "hook/event.h"

/* One to be sent, and the run it tells of. */
struct gn_message {
    int64_t id;
    int64_t source_id;
    int64_t run; /* garner_run.id; 0: it tells of none, or that is gone */
    enum gn_event event;
    char *recipient; /* a notifier's name; NULL: the source's own hook */
    char *text;      /* for people; NULL: none */
    char *rows;      /* JSON lines; NULL: none */
    int64_t created_us;
    int64_t due_us;
    int tries; /* that failed */

    char *source;  /* its name */
    char *url;     /* of the run, or of what is stale; NULL: none */
    int status;    /* HTTP; 0: none */
    char *failure; /* NULL: it went well */
    char *error;
    int64_t row_count; /* below 0: nothing was extracted */
    char *file;        /* that its body was saved to; NULL: none */
};

void gn_message_fini(struct gn_message *m);

/* One to be put there; all is borrowed. */
struct gn_notice {
    int64_t source;
    enum gn_event event;
    const char *recipient; /* these may be NULL */
    const char *text;
    const struct gn_buf *rows;
    int64_t created_us;
};

/* Adds a message to the batch of the run it tells of. first: the run's row was
 * added just before (if that adds none, neither does this); else another
 * message of that run was. */
enum garner_code gn_outbox_add(struct garner_batch *batch,
                               const struct gn_notice *notice, bool first,
                               struct garner_error *err);

/* The same of one that no run brings about: it tells of the source, and of its
 * last run, if that is not long gone. */
enum garner_code gn_outbox_add_alone(struct garner_batch *batch,
                                     const struct gn_notice *notice,
                                     struct garner_error *err);

/* Reads up to most messages that are due at now_us, the oldest first, into
 * *list (an array of most, to be fini'ed one by one). recipient: of that
 * notifier, none before one that is not due yet; NULL: of hooks, the oldest of
 * each source. Errors: those of the store, NOMEM; then none is read. */
enum garner_code gn_outbox_read(struct garner_store *store,
                                const char *recipient, int64_t now_us,
                                size_t most, struct gn_message *list,
                                size_t *count, struct garner_error *err);

/* When the next one is due that is not at now_us; INT64_MAX: none is. */
enum garner_code gn_outbox_next(struct garner_store *store, int64_t now_us,
                                int64_t *due_us, struct garner_error *err);

/* When one went to recipient last; 0: never. */
enum garner_code gn_outbox_last(struct garner_store *store,
                                const char *recipient, int64_t *done_us,
                                struct garner_error *err);

/* What came of sending a message. */
struct gn_outcome {
    bool is_done;        /* else it is sent again, at: */
    int64_t at_us;       /* when it was sent, or is to be sent again */
    const char *outcome; /* for people */
    const char *output;  /* of a command; NULL: none */
};

/* Adds that; of a source's messages that are done, the last GN_OUTBOX_KEPT are
 * kept, and of those that wait for its hook, which may take longer than what it
 * hears of, the last GN_OUTBOX_WAITING: older ones are given up. */
enum { GN_OUTBOX_KEPT = 20, GN_OUTBOX_WAITING = 1000 };
enum garner_code gn_outbox_add_outcome(struct garner_batch *batch, int64_t id,
                                       int64_t source,
                                       const struct gn_outcome *outcome,
                                       struct garner_error *err);

#endif
