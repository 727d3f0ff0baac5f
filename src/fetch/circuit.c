#include "fetch/circuit.h"

#include <limits.h>

enum { NS_PER_MS = 1000000 };
/* A probe's end is not known before: who waits for it asks so often. */
#define ASK_NS INT64_C(1000000000)

enum gn_outcome gn_circuit_outcome(enum gn_failure failure, int status)
{
    if (failure == GN_FAILURE_CANCELED || failure == GN_FAILURE_LOCAL)
        return GN_OUTCOME_UNKNOWN;
    return gn_backoff_class(failure, status) == GN_RETRY_NONE
               ? GN_OUTCOME_REACHED
               : GN_OUTCOME_FAILED;
}

bool gn_circuit_admits(const struct gn_circuit *c, int64_t now_ns)
{
    return c->openings == 0 || (now_ns >= c->until_ns && !c->probing);
}

bool gn_circuit_begin(struct gn_circuit *c)
{
    const bool probe = c->openings > 0;

    c->probing = c->probing || probe;
    return probe;
}

int64_t gn_circuit_again_ns(const struct gn_circuit *c, int64_t now_ns)
{
    return now_ns < c->until_ns ? c->until_ns : now_ns + ASK_NS;
}

static void open_circuit(struct gn_circuit *c, const struct gn_backoff *b,
                         double random, int64_t now_ns)
{
    c->openings += c->openings < INT_MAX;
    c->until_ns =
        now_ns + gn_backoff_delay_ms(b, c->openings, random) * NS_PER_MS;
}

bool gn_circuit_end(struct gn_circuit *c, enum gn_outcome outcome, bool probe,
                    int limit, const struct gn_backoff *b, double random,
                    int64_t now_ns)
{
    const bool was_open = c->openings > 0;

    if (probe)
        c->probing = false;
    if (outcome == GN_OUTCOME_UNKNOWN)
        return false;
    if (outcome == GN_OUTCOME_REACHED) {
        c->failures = c->openings = 0;
        return was_open;
    }
    c->failures += c->failures < INT_MAX;
    /* Fetches that began before it opened say nothing new by failing, too. */
    if (was_open ? !probe : c->failures < limit)
        return false;
    open_circuit(c, b, random, now_ns);
    return true;
}
