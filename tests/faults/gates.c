#include "faults/gates.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/thread.h"

enum { LONGEST_WAIT_MS = 120000 };

static struct gate {
    const char *point; /* NULL: free */
    unsigned stops;    /* that many more are stopped */
    unsigned arrivals;
    unsigned open; /* counts its openings */
} gates[GATES];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_change(void)
{
    gn_cond_init(&change); /* by the monotonic clock */
}

/* With the lock held: the gate at point, or NULL. */
static struct gate *find(const char *point)
{
    for (size_t i = 0; i < GATES; i++)
        if (gates[i].point != NULL && strcmp(gates[i].point, point) == 0)
            return &gates[i];
    return NULL;
}

static void come_by(void *unused, const char *point)
{
    struct gate *g;

    (void)unused;
    gn_lock(&lock);
    g = find(point);
    if (g != NULL) {
        const unsigned open = g->open;

        g->arrivals++;
        gn_cond_wake_all(&change);
        if (g->stops > 0) {
            g->stops--;
            while (g->open == open)
                gn_cond_wait(&change, &lock);
        }
    }
    gn_unlock(&lock);
}

static void set(const char *point, unsigned stops)
{
    struct gate *g;
    bool first = true;

    (void)pthread_once(&once, make_change);
    gn_lock(&lock);
    g = find(point);
    for (size_t i = 0; i < GATES; i++) {
        first = first && gates[i].point == NULL;
        if (g == NULL && gates[i].point == NULL)
            g = &gates[i];
    }
    if (g == NULL)
        abort();
    g->point = point;
    g->stops = stops;
    g->arrivals = 0;
    gn_unlock(&lock);
    if (first) /* later, threads may be in it */
        gn_fault_set(come_by, NULL);
}

void gate_shut(const char *point, unsigned stops)
{
    set(point, stops);
}

void gate_count(const char *point)
{
    set(point, 0);
}

/* With the lock held. */
static void open_gate(struct gate *g)
{
    g->stops = 0;
    g->open++;
    gn_cond_wake_all(&change);
}

void gate_open(const char *point)
{
    struct gate *g;

    gn_lock(&lock);
    g = find(point);
    if (g == NULL)
        abort();
    open_gate(g);
    gn_unlock(&lock);
}

bool gate_await(const char *point, unsigned count)
{
    const int64_t deadline = gn_deadline(LONGEST_WAIT_MS);
    const struct gate *g;
    bool in_time = true;

    gn_lock(&lock);
    g = find(point);
    if (g == NULL)
        abort();
    while (g->arrivals < count && in_time)
        in_time = gn_cond_wait_until(&change, &lock, deadline);
    gn_unlock(&lock);
    return in_time;
}

unsigned gate_arrivals(const char *point)
{
    const struct gate *g;
    unsigned arrivals;

    gn_lock(&lock);
    g = find(point);
    arrivals = g != NULL ? g->arrivals : 0;
    gn_unlock(&lock);
    return arrivals;
}

void gates_clear(void)
{
    (void)pthread_once(&once, make_change);
    gn_lock(&lock);
    for (size_t i = 0; i < GATES; i++)
        if (gates[i].point != NULL)
            open_gate(&gates[i]);
    gn_unlock(&lock);
    gn_fault_set(NULL, NULL);
    for (size_t i = 0; i < GATES; i++)
        gates[i].point = NULL;
}
