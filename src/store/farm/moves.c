#include "store/farm/moves.h"

#include <inttypes.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/commit/turn.h"

struct gn_moves {
    /* constant */
    const char *folder;
    struct gn_turn *turn; /* whose it is, begin and end see to */

    pthread_mutex_t lock;
    pthread_cond_t change;
    /* guarded by lock */
    bool taken; /* a thread has the turn, or tries for it */
};

static void pause_a_little(void)
{
    const struct timespec pause = {.tv_nsec = 1000000L};

    (void)nanosleep(&pause, NULL); /* interrupted: look again sooner */
}

/* --- opening and closing ---------------------------------------------------
 */

static void granted(void *context)
{
    (void)context; /* it is only ever tried */
}

static enum garner_code open_turn(struct gn_moves *m, struct garner_error *err)
{
    struct gn_buf path = {0};
    enum garner_code code;

    gn_buf_printf(&path, "%s/resize", m->folder);
    code = gn_buf_failed(&path)
               ? gn_fail(err, GARNER_NOMEM, "a farm")
               : gn_turn_open(gn_buf_cstr(&path), granted, NULL, &m->turn, err);
    gn_buf_fini(&path);
    return code;
}

static enum garner_code attend(struct gn_moves *m, int64_t deadline_ns,
                               struct garner_error *err)
{
    while (!gn_turn_attend(m->turn)) {
        if (gn_clock_monotonic_ns() >= deadline_ns)
            return gn_fail(err, GARNER_BUSY,
                           "%s: another process is removing files of it",
                           m->folder);
        pause_a_little();
    }
    return GARNER_OK;
}

enum garner_code gn_moves_open(const char *folder, int64_t deadline_ns,
                               struct gn_moves **out, struct garner_error *err)
{
    struct gn_moves *m = gn_alloc(sizeof *m);
    enum garner_code code;

    *out = NULL;
    if (m == NULL)
        return gn_fail(err, GARNER_NOMEM, "a farm");
    m->folder = folder;
    gn_mutex_init(&m->lock);
    gn_cond_init(&m->change);
    code = open_turn(m, err);
    if (code == GARNER_OK)
        code = attend(m, deadline_ns, err);
    if (code == GARNER_OK)
        *out = m;
    else
        gn_moves_close(m);
    return code;
}

void gn_moves_close(struct gn_moves *m)
{
    if (m == NULL)
        return;
    gn_turn_close(m->turn);
    gn_cond_fini(&m->change);
    gn_mutex_fini(&m->lock);
    gn_free(m);
}

/* --- being the only one ----------------------------------------------------
 */

/* true: this thread is the only one of the process. */
static bool enter(struct gn_moves *m, int64_t deadline_ns)
{
    bool in_time = true;
    bool entered;

    gn_lock(&m->lock);
    while (m->taken && in_time)
        in_time = gn_cond_wait_until(&m->change, &m->lock, deadline_ns);
    entered = !m->taken;
    m->taken = true;
    gn_unlock(&m->lock);
    return entered;
}

static void leave(struct gn_moves *m)
{
    gn_lock(&m->lock);
    m->taken = false;
    gn_cond_wake_all(&m->change);
    gn_unlock(&m->lock);
}

static enum garner_code blame(const struct gn_moves *m,
                              struct garner_error *err)
{
    const struct gn_holder holder = gn_turn_holder(m->turn);

    return gn_fail(err, GARNER_BUSY,
                   "%s: process %" PRId64 " has resized or harvested it for "
                   "%" PRId64 " ms; wait for it, or end it",
                   m->folder, holder.pid,
                   (gn_clock_monotonic_ns() - holder.since_ns) / 1000000);
}

enum garner_code gn_moves_begin(struct gn_moves *m, int64_t deadline_ns,
                                struct garner_error *err)
{
    bool mine;

    if (!enter(m, deadline_ns))
        return gn_fail(err, GARNER_BUSY,
                       "%s: another thread resizes or harvests it", m->folder);
    /* Who only mends has it for a moment. */
    while (!(mine = gn_turn_try(m->turn)) &&
           gn_clock_monotonic_ns() < deadline_ns)
        pause_a_little();
    if (mine)
        return GARNER_OK;
    leave(m);
    return blame(m, err);
}

void gn_moves_end(struct gn_moves *m)
{
    gn_turn_give(m->turn);
    leave(m);
}

/* --- being alone -----------------------------------------------------------
 */

bool gn_moves_seclude(struct gn_moves *m)
{
    return gn_turn_seclude(m->turn);
}

void gn_moves_end_seclusion(struct gn_moves *m)
{
    /* From being alone to being one of many: nobody is in the way. */
    if (!gn_turn_attend(m->turn))
        gn_check_failed("a farm's attendance", __FILE__, __LINE__);
}
