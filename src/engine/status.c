#include "engine/status.h"

static void add_totals(struct gn_totals *to, const struct gn_totals *more)
{
    to->due += more->due;
    to->started += more->started;
    to->missed_overlap += more->missed_overlap;
    to->missed_late += more->missed_late;
    to->missed_refused += more->missed_refused;
    to->missed_waiting += more->missed_waiting;
    to->missed_stopped += more->missed_stopped;
    to->retried += more->retried;
    to->fetched += more->fetched;
    to->fetch_failed += more->fetch_failed;
    to->http_errors += more->http_errors;
    to->extract_failed += more->extract_failed;
    to->store_failed += more->store_failed;
    to->stored += more->stored;
    to->rows += more->rows;
    to->bytes += more->bytes;
    to->bodies_unchanged += more->bodies_unchanged;
    to->not_modified += more->not_modified;
    to->unexpected += more->unexpected;
    to->passing += more->passing;
}

/* One that starts yet has all of them starting; one that ends, ending. */
static enum gn_phase phase_of(enum gn_phase a, enum gn_phase b)
{
    if (a == GN_PHASE_DRAINING || b == GN_PHASE_DRAINING)
        return GN_PHASE_DRAINING;
    return a == GN_PHASE_STARTING || b == GN_PHASE_STARTING ? GN_PHASE_STARTING
                                                            : GN_PHASE_RUNNING;
}

void gn_status_add(struct gn_status *status, const struct gn_status *other)
{
    status->phase = phase_of(status->phase, other->phase);
    if (status->started_wall_us == 0)
        status->started_wall_us = other->started_wall_us;
    status->sources += other->sources;
    status->stale += other->stale;
    status->fetching += other->fetching;
    status->extracting += other->extracting;
    status->storing += other->storing;
    status->body_bytes += other->body_bytes;
    if (other->next_due_us < status->next_due_us)
        status->next_due_us = other->next_due_us;
    status->pages.total += other->pages.total;
    status->pages.left += other->pages.left;
    status->pages.failed += other->pages.failed;
    add_totals(&status->totals, &other->totals);
    gn_histogram_merge(&status->lateness, &other->lateness);
    gn_histogram_merge(&status->latency, &other->latency);
}
