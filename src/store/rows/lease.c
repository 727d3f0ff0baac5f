#include "store/rows/lease.h"

#include <string.h>

#include "base/clock.h"
#include "base/futex.h"
#include "base/thread.h"

void gn_lease_init(struct gn_lease *l, const char *sql,
                   bool (*end)(struct gn_lease *l))
{
    l->connection = NULL;
    l->end = end;
    l->leased_ns = gn_clock_monotonic_ns();
    l->thread = gn_thread_id();
    if (memccpy(l->sql, sql, '\0', sizeof l->sql) == NULL)
        l->sql[sizeof l->sql - 1] = '\0';
    atomic_init(&l->state, GN_LEASE_BUSY);
    atomic_init(&l->stop, GN_STOP_NOT);
    atomic_init(&l->since_ns, 0);
}

bool gn_lease_enter(struct gn_lease *l)
{
    unsigned state = GN_LEASE_IDLE;

    while (!atomic_compare_exchange_weak_explicit(
        &l->state, &state, GN_LEASE_BUSY, memory_order_acquire,
        memory_order_acquire)) {
        if (state == GN_LEASE_ENDED)
            return false;
        if (state == GN_LEASE_ENDING)
            (void)gn_futex_wait(&l->state, GN_LEASE_ENDING, INT64_MAX);
        state = GN_LEASE_IDLE;
    }
    return true;
}

void gn_lease_leave(struct gn_lease *l)
{
    atomic_store_explicit(&l->state, GN_LEASE_IDLE, memory_order_release);
}

void gn_lease_over(struct gn_lease *l)
{
    atomic_store_explicit(&l->state, GN_LEASE_ENDED, memory_order_release);
}

bool gn_lease_claim(struct gn_lease *l, enum gn_stop reason)
{
    unsigned none = GN_STOP_NOT;
    unsigned state = GN_LEASE_IDLE;

    (void)atomic_compare_exchange_strong(&l->stop, &none, reason);
    return atomic_compare_exchange_strong(&l->state, &state, GN_LEASE_ENDING);
}

bool gn_lease_end(struct gn_lease *l)
{
    const bool ended = l->end(l);

    atomic_store_explicit(&l->state, ended ? GN_LEASE_ENDED : GN_LEASE_IDLE,
                          memory_order_release);
    gn_futex_wake(&l->state); /* only its address is used now */
    return ended;
}
