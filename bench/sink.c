#include "sink.h"

#include <pthread.h>
#include <stddef.h>

#include "cli/pour.h"
#include "garner/store.h"
#include "plan.h"

struct sink {
    struct garner_store *store; /* NULL: there is none */
    pthread_mutex_t lock;       /* of pour, which is for one thread at a time */
    struct gn_pour *pour;
};

static struct gn_rows_spec table = {.table = "row"};
static struct sink the_sink = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct sink *sink_open(const char *db)
{
    struct sink *s = &the_sink;
    struct garner_error err;

    if (db == NULL)
        return s;
    if (garner_open(db, NULL, &s->store, &err) != GARNER_OK ||
        gn_pour_new(s->store, &table, 1, GARNER_QUEUED, &s->pour, &err) !=
            GARNER_OK)
        die(db, err.message);
    return s;
}

void sink_take(struct sink *sink, const struct gn_rowset *rows)
{
    const struct gn_pour_set set = {.rows = rows};
    struct garner_error err;

    if (sink->store == NULL)
        return;
    if (pthread_mutex_lock(&sink->lock) != 0)
        die("a lock", "is not to be had");
    if (gn_pour_write(sink->pour, &set, 1, NULL, &err) != GARNER_OK)
        die("rows", err.message);
    if (pthread_mutex_unlock(&sink->lock) != 0)
        die("a lock", "is not to be given back");
}

void sink_close(struct sink *sink)
{
    gn_pour_free(sink->pour);
    garner_close(sink->store);
}
