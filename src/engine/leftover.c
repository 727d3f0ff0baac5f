#include "engine/leftover.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/error.h"
#include "engine/closing.h"
#include "engine/frontier/tally.h"
#include "engine/host/costs.h"
#include "engine/record.h"
#include "garner/write.h"

enum { BATCH = 1000 };

/* What was lost and not told yet, and what the loop did not settle. */
static enum garner_code add(const struct gn_flow *f, const struct gn_roster *r,
                            struct garner_batch *batch,
                            struct garner_error *err)
{
    const int64_t wall_us = gn_clock_wall_us();
    enum garner_code code = gn_closing_add_unsettled(f, batch, err);

    for (size_t i = 0; i < r->count && code == GARNER_OK; i++) {
        uint64_t losses[GN_LOSS_REASONS] = {0};

        code = gn_record_add_losses(r->actives[i], batch, wall_us, losses, err);
        if (code == GARNER_OK && garner_batch_count(batch) >= BATCH) {
            code = garner_write(f->store, batch, NULL, err);
            garner_batch_clear(batch);
        }
    }
    return code;
}

enum garner_code gn_leftover_store(struct gn_flow *f, struct gn_roster *r,
                                   int wait_ms, struct garner_error *err)
{
    struct garner_batch *batch;
    enum garner_code code = garner_batch_new(&batch, err);

    if (code != GARNER_OK)
        return code;
    garner_batch_set_ack(batch, GARNER_SYNCED);
    if (wait_ms > 0)
        garner_batch_set_timeout(batch, wait_ms);
    code = add(f, r, batch, err);
    if (code == GARNER_OK)
        code = garner_write(f->store, batch, NULL, err);
    garner_batch_free(batch);
    if (code == GARNER_OK)
        code = gn_costs_store_rest(&r->hosts, f->store, err);
    return code == GARNER_OK ? gn_tally_rest(f, err) : code;
}

static size_t with_store(const struct gn_flow *f)
{
    size_t count = 0;

    for (const struct gn_job *job = TAILQ_FIRST(&f->all); job != NULL;
         job = TAILQ_NEXT(job, in_all))
        count += job->in_store;
    return count;
}

enum garner_code gn_leftover_tell(const struct gn_flow *f, bool twice,
                                  int64_t late_ms, struct garner_error *err)
{
    const enum garner_code code = twice ? GARNER_CANCELED : GARNER_TIMEOUT;
    const size_t waiting = with_store(f);

    if (waiting > 0)
        return gn_fail(err, code,
                       "the database has not taken %zu runs yet; they are "
                       "written as soon as it does",
                       waiting);
    if (twice)
        return gn_fail(err, code,
                       "stopped twice: what was under way was given up");
    if (late_ms > 0)
        return gn_fail(err, code,
                       "what was still under way %" PRId64 " ms after the stop "
                       "was given up",
                       late_ms);
    return GARNER_OK;
}
