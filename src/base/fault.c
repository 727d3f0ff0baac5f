#include "base/fault.h"

#include <pthread.h>
#include <stddef.h>

#include "base/thread.h"

atomic_bool gn_fault_armed;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;
/* guarded by lock */
static gn_fault_hook *current;
static void *current_context;
static unsigned inside; /* threads in the hook */

void gn_fault_set(gn_fault_hook *hook, void *context)
{
    gn_lock(&lock);
    current = NULL;
    while (inside > 0)
        gn_cond_wait(&left, &lock);
    current = hook;
    current_context = context;
    atomic_store(&gn_fault_armed, hook != NULL);
    gn_unlock(&lock);
}

void gn_fault_reached(const char *point)
{
    gn_fault_hook *hook;
    void *context;

    gn_lock(&lock);
    hook = current;
    context = current_context;
    inside += hook != NULL;
    gn_unlock(&lock);
    if (hook == NULL)
        return;
    hook(context, point);
    gn_lock(&lock);
    inside--;
    gn_cond_wake_all(&left);
    gn_unlock(&lock);
}
