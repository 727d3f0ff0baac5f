#include "faults/plan.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

static struct plan current;
static atomic_uint matched;
static atomic_uint failed;

static int before(void *context, struct shim_call *call)
{
    unsigned number;

    (void)context;
    if (call->op != current.op || strstr(call->path, current.name) == NULL)
        return SQLITE_OK;
    number = atomic_fetch_add(&matched, 1) + 1;
    if (current.nth == 0 || number < current.nth ||
        (number > current.nth && !current.for_good))
        return SQLITE_OK;
    atomic_fetch_add(&failed, 1);
    call->size = current.half ? call->size / 2 : 0;
    return current.rc;
}

void plan_start(const struct plan *plan)
{
    static const struct shim_watch watch = {.before = before};

    shim_watch(NULL);
    current = *plan;
    atomic_store(&matched, 0);
    atomic_store(&failed, 0);
    shim_watch(&watch);
}

unsigned plan_stop(void)
{
    shim_watch(NULL);
    return atomic_load(&failed);
}

unsigned plan_matched(void)
{
    return atomic_load(&matched);
}
