/* schedule_random_test.c - random operations, after which the sums are right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "schedule/schedule_testing.h"

enum { SOURCES = 40, STEPS = 60000 };

struct world {
    struct gn_schedule *s;
    struct gn_due due[SOURCES];
    bool in[SOURCES];
    int64_t now;
    int64_t shift; /* of the wall clock */
    uint64_t seed;
    struct gn_window window;
    struct gn_cron line;
};

static uint64_t below(struct world *w, uint64_t bound)
{
    return gn_random_next(&w->seed) % bound;
}

static int64_t wall(const struct world *w)
{
    return (w->now + w->shift) / 1000;
}

static void add_or_remove(struct world *w, size_t i)
{
    struct gn_spec spec = {.every_ms = 1 + (int64_t)below(w, 300),
                           .align = below(w, 3) == 0};

    if (below(w, 3) == 0)
        spec.jitter_ms = (int64_t)below(w, (uint64_t)spec.every_ms);
    spec.queue = below(w, 3) == 0;
    spec.once = below(w, 3) == 0;
    if (below(w, 4) == 0)
        spec.window = &w->window;
    if (below(w, 8) == 0)
        spec = (struct gn_spec){.cron = &w->line, .once = below(w, 2) == 0};
    if (below(w, 8) == 0)
        spec = (struct gn_spec){0};
    if (w->in[i])
        gn_schedule_remove(w->s, &w->due[i]);
    else
        assert_int_equal(
            gn_schedule_add(w->s, &w->due[i], &spec, w->now, wall(w), NULL),
            GARNER_OK);
    w->in[i] = !w->in[i];
}

static void pop_some(struct world *w)
{
    struct gn_due *due;
    int64_t due_at;

    do {
        due = gn_schedule_pop(w->s, w->now, wall(w), &due_at);
        if (due == NULL) {
            assert_true(gn_schedule_next_ns(w->s) > w->now);
            return;
        }
        assert_true(due->running);
        assert_true(due_at <= w->now);
        if (due->spec.every_ms != 0 && !due->again && !due->spec.once &&
            !due->spec.queue && due->spec.window == NULL)
            assert_true(w->now - due_at < 2 * due->spec.every_ms * MS);
        if (below(w, 10) == 0)
            gn_schedule_refuse(w->s, due);
        else if (below(w, 10) == 0)
            gn_schedule_turn_away(w->s, due, w->now + 1, GN_MISS_WAITING);
        else if (below(w, 2) == 0)
            gn_schedule_finish(w->s, due);
    } while (below(w, 20) != 0);
}

static void step(struct world *w)
{
    const size_t i = below(w, SOURCES);

    w->now += (int64_t)below(w, 3) * (int64_t)below(w, 40 * (uint64_t)MS);
    switch (below(w, 16)) {
    case 0:
        add_or_remove(w, i);
        break;
    case 1:
    case 2:
    case 3:
    case 4:
        if (w->in[i] && w->due[i].running)
            gn_schedule_finish(w->s, &w->due[i]);
        break;
    case 6:
        if (w->in[i] && !w->due[i].running)
            gn_schedule_put_off(w->s, &w->due[i],
                                w->now + (int64_t)below(w, (uint64_t)S),
                                GN_MISS_ASKED, below(w, 2) == 0);
        break;
    case 7:
        if (w->in[i])
            gn_schedule_resume(w->s, &w->due[i],
                               wall(w) + (int64_t)below(w, 2000000) - 1000000,
                               w->now, wall(w));
        break;
    case 8:
        if (w->in[i] && w->due[i].started > 0 && !w->due[i].spec.align &&
            w->due[i].spec.every_ms > 0)
            gn_schedule_adapt(w->s, &w->due[i],
                              w->due[i].spec.jitter_ms + 1 +
                                  (int64_t)below(w, 300),
                              w->now, wall(w));
        break;
    case 5:
        if (below(w, 50) == 0) /* somebody sets the clock */
            w->shift += (int64_t)below(w, 20 * (uint64_t)S) - 10 * S;
        break;
    default:
        pop_some(w);
    }
}

static void due_is_always_started_plus_missed(void **state)
{
    static struct world w;

    (void)state;
    w.now = w.shift = 1000 * S;
    w.seed = 5;
    w.s = begin(w.now);
    assert_int_equal(
        gn_window_parse("00:16-00:17,00:20-24:00", &w.window, NULL), GARNER_OK);
    assert_int_equal(gn_cron_parse("* * * * * *", &w.line, NULL), GARNER_OK);
    for (int n = 0; n < STEPS; n++) {
        step(&w);
        for (size_t i = 0; i < SOURCES; i++)
            assert_int_equal(w.due[i].due_count,
                             w.due[i].started + missed(&w.due[i]));
    }
    gn_schedule_free(w.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(due_is_always_started_plus_missed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
