#include "store/commit/pump.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"

struct gn_pump {
    struct gn_commit *commit;
    pthread_t thread;
};

static void *pump(void *argument)
{
    struct gn_pump *p = argument;
    enum gn_commit_task task;

    while ((task = gn_commit_next_task(p->commit)) != GN_TASK_END)
        gn_commit_do(p->commit, task);
    return NULL;
}

enum garner_code gn_pump_start(struct gn_commit *c, struct gn_pump **out,
                               struct garner_error *err)
{
    struct gn_pump *p;
    enum garner_code code;

    *out = p = gn_alloc(sizeof *p);
    if (p == NULL)
        return gn_fail(err, GARNER_NOMEM, "a background thread");
    p->commit = c;
    code = gn_thread_start(&p->thread, pump, p, err);
    if (code != GARNER_OK) {
        gn_free(p);
        *out = NULL;
    }
    return code;
}

void gn_pump_join(struct gn_pump *p)
{
    if (p == NULL)
        return;
    gn_thread_join(p->thread);
    gn_free(p);
}
