/*
 * fault.h - named failure points: places in the code where a test may stop a
 * thread, break something, or kill the process.
 *
 * GN_FAULT("room.step") stands where what happens just then matters: a batch is
 * queued, a group is taken, a commit is on the disk. Without a test's hook it
 * is one relaxed load; points stand once in a group, never in the work on a
 * row.
 *
 * Thread: a point is any thread's, and so is the hook, which is called on the
 * thread that came by; it may wait, call what the thread may call, and end the
 * process. Points stand where no lock is held.
 */
#ifndef GN_BASE_FAULT_H
#define GN_BASE_FAULT_H

#include <stdatomic.h>
#include <stdbool.h>

typedef void gn_fault_hook(void *context, const char *point);

/* Tests: from now on hook is called at every point; NULL: at none. Returns when
 * no thread is in the hook that was set before; so not from a hook. */
void gn_fault_set(gn_fault_hook *hook, void *context);

#define GN_FAULT(point)                                                        \
    do {                                                                       \
        if (atomic_load_explicit(&gn_fault_armed, memory_order_relaxed))       \
            gn_fault_reached(point);                                           \
    } while (0)

extern atomic_bool gn_fault_armed;
void gn_fault_reached(const char *point);

#endif
