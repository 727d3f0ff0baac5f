#include "store/rows/whole.h"

#include "base/clock.h"
#include "base/error.h"
#include "store/rows/kind.h"

struct reading {
    const struct gn_statement *statement;
    struct gn_kept *kept;
    int64_t deadline_ns;
};

/* Run by the leader, which need not be the thread that asked. Nobody can write
 * meanwhile, so it may not take for ever. */
static enum garner_code read_all(void *context, void *connection,
                                 struct garner_error *err)
{
    const struct reading *reading = context;
    enum garner_code code =
        gn_kept_read(reading->kept, connection, reading->statement,
                     reading->deadline_ns, err);

    if (code != GARNER_TIMEOUT)
        return code;
    return gn_fail(
        err, code,
        "without a log all rows are read at once, within timeout_ms; "
        "that took longer: %.96s",
        reading->statement->sql);
}

static enum garner_code next(struct garner_rows *r, struct garner_error *err)
{
    if (gn_kind_is_stopped(r))
        return gn_kind_stopped(r, err);
    r->at = r->started ? r->at->next : r->kept.first;
    r->started = true;
    return r->at != NULL ? GARNER_ROW : GARNER_DONE;
}

static struct garner_value value(struct garner_rows *r, size_t column)
{
    return r->at->values[column];
}

static const struct gn_rows_kind whole = {.next = next, .value = value};

enum garner_code gn_rows_read(struct gn_commit *c, const struct gn_statement *s,
                              int timeout_ms, struct garner_rows **rows,
                              struct garner_error *err)
{
    struct reading reading = {
        .statement = s,
        .deadline_ns = gn_clock_monotonic_ns() + timeout_ms * INT64_C(1000000),
    };
    struct gn_ticket ticket = {
        .work = read_all,
        .work_context = &reading,
        .deadline_ns = reading.deadline_ns,
        .err = err,
    };
    enum garner_code code = gn_kind_new(&whole, s->sql, timeout_ms, rows, err);
    struct garner_rows *r = *rows;

    if (code != GARNER_OK)
        return code;
    r->kept.arena = &r->arena;
    reading.kept = &r->kept;
    code = gn_commit_wait(c, &ticket);
    if (code != GARNER_OK) {
        gn_kind_free(r);
        *rows = NULL;
        return code;
    }
    r->columns = r->kept.columns;
    r->names = r->kept.names;
    return GARNER_OK;
}
