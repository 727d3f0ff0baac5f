/* standing_test.c - how a source stands, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "cli/standing.h"

#define SEC INT64_C(1000000)

static void says(const struct gn_standing *s, const char *state,
                 const char *next, const char *end)
{
    struct gn_buf out = {0};
    char whole[512];

    snprintf(whole, sizeof whole, "state\t%s\nnext\t%s\nsince start\t%s", state,
             next, end);
    gn_standing_tell(s, &out);
    assert_string_equal(gn_buf_cstr(&out), whole);
    gn_buf_fini(&out);
}

static const char none[] = "0 runs, 0 failed, 0 due times missed\n";

static void what_it_does(void **state)
{
    static const char by[] = "in 1.00 s, by its schedule";
    static const struct {
        struct gn_standing s;
        const char *state;
    } cases[] = {
        {{.running = false}, "waits"},
        {{.paused = true}, "paused"},
        {{.running = true}, "a fetch is under way"},
        {{.running = true, .paused = true}, "paused; a fetch is under way"},
        {{.running = true, .waits_for_host = true, .host_us = 5 * SEC},
         "waits for its host, about 5.00 s more (host: interval, or "
         "Crawl-delay)"},
        {{.running = true, .waits_for_host = true},
         "waits for its host, whose turn comes now"},
        {{.running = true, .waits_for_host = true, .host_us = INT64_MAX},
         "waits for its host, until a fetch from that ends"},
        {{.running = true,
          .paused = true,
          .waits_for_host = true,
          .host_us = INT64_MAX},
         "paused; waits for its host, until a fetch from that ends"},
        /* it has waited, and has ended since */
        {{.waits_for_host = true, .host_us = INT64_MAX}, "waits"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_standing s = cases[i].s;

        s.next = GN_NEXT_SLOT;
        s.next_us = SEC;
        says(&s, cases[i].state, by, none);
    }
}

static void when_it_is_due_and_why(void **state)
{
    static const struct {
        struct gn_standing s;
        const char *next;
    } cases[] = {
        {{.next = GN_NEXT_NEVER, .next_us = INT64_MAX},
         "nothing is due any more: it has no interval"},
        {{.next = GN_NEXT_FRESH, .next_us = 24 * SEC},
         "in 24.0 s, since its answer is fresh until then, as the server said"},
        {{.next = GN_NEXT_SLOT, .next_us = SEC, .jitter_us = 250000},
         "in 1.00 s, by its schedule, 250 ms of jitter after its slot"},
        {{.next = GN_NEXT_AGAIN,
          .next_us = SEC,
          .off_us = SEC,
          .off_for = GN_MISS_WAITING},
         "in 1.00 s, tried again after a failure; put off for 1.00 s more, "
         "after a failure"},
        {{.next = GN_NEXT_AGAIN,
          .next_us = SEC,
          .off_us = SEC,
          .off_for = GN_MISS_ASKED},
         "in 1.00 s, tried again after a failure; put off for 1.00 s more, as "
         "the server asked (Retry-After)"},
        {{.next = GN_NEXT_SLOT,
          .next_us = 2 * SEC,
          .off_us = SEC,
          .off_for = GN_MISS_HOST},
         "in 2.00 s, by its schedule; put off for 1.00 s more, since its host "
         "failed too often"},
        {{.next = GN_NEXT_ASKED, .off_us = SEC}, "in 0 us, asked for by hand"},
        {{.next = GN_NEXT_CHANGED, .next_us = INT64_MAX},
         "as the file has it now, when that has ended"},
        {{.next = GN_NEXT_GONE, .next_us = INT64_MAX},
         "never: the file has it no more"},
        {{.next = GN_NEXT_PAUSED, .next_us = INT64_MAX},
         "never while it is paused; 'garner resume' lets it go on"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        says(&cases[i].s, "waits", cases[i].next, none);
}

static void how_old_its_last_good_run_is(void **state)
{
    struct gn_standing s = {.next = GN_NEXT_SLOT,
                            .next_us = SEC,
                            .runs = 3,
                            .failures = 2,
                            .missed = 1,
                            .has_age = true,
                            .good_us = INT64_MAX};
    static const char by[] = "in 1.00 s, by its schedule";

    (void)state;
    says(&s, "waits", by,
         "3 runs, 2 failed, 1 due times missed\ngood run\tnone yet\n");
    s.stale = true;
    s.good_us = 200 * SEC;
    says(&s, "waits", by,
         "3 runs, 2 failed, 1 due times missed\n"
         "good run\tthe last one ended 3m20s ago: it is stale\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_does),
        cmocka_unit_test(when_it_is_due_and_why),
        cmocka_unit_test(how_old_its_last_good_run_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
