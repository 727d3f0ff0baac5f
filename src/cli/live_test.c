/* live_test.c - the screen and the log's lines, on an engine that is played
 * here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/live.h"
#include "cli/text.h"

enum { SECOND = 1000000, ROOM = 1 << 20 };

static struct gn_status now; /* what the engine says of itself */

void gn_engine_status(struct gn_engine *e, struct gn_status *status)
{
    (void)e;
    *status = now;
}

size_t gn_engine_sources(struct gn_engine *e, size_t first,
                         struct gn_source_status *lines, size_t max)
{
    (void)e;
    assert_int_equal(first, 0);
    assert_true(max > 0);
    lines[0] = (struct gn_source_status){.name = "the-source", .status = 200};
    return 1;
}

static int reset(void **state)
{
    (void)state;
    memset(&now, 0, sizeof now);
    now.phase = GN_PHASE_RUNNING;
    now.sources = 1;
    now.started_wall_us = now.now_wall_us = INT64_C(1000) * SECOND;
    now.next_due_us = INT64_MAX;
    return 0;
}

static struct gn_live *begin(bool screen)
{
    const struct gn_live_options options = {
        .store = "data.db", .listen = NULL, .screen = screen};
    struct gn_live *l;

    assert_int_equal(gn_live_new(&options, &l, NULL), GARNER_OK);
    return l;
}

/* stderr as a file, while a test looks at what is written there. */
static int file;
static int kept;

static void catch_stderr(void)
{
    fflush(stderr);
    file = memfd_create("stderr", MFD_CLOEXEC);
    kept = dup(STDERR_FILENO);
    assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
}

static char *release_stderr(void)
{
    static char text[ROOM];
    const ssize_t n = pread(file, text, sizeof text - 1, 0);

    assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(file), 0);
    assert_int_equal(close(kept), 0);
    assert_true(n >= 0);
    text[n] = '\0';
    return text;
}

static void has(const char *text, const char *part)
{
    if (text == NULL || strstr(text, part) == NULL)
        fail_msg("no '%s' in '%s'", part, text != NULL ? text : "");
}

static void rates_are_those_since_the_last_line(void **state)
{
    struct gn_live *l = begin(false);
    char *text;

    (void)state;
    catch_stderr();
    now.now_wall_us += (int64_t)10 * SECOND;
    now.totals.fetched = 100;
    gn_live_tick(l);
    now.now_wall_us += (int64_t)10 * SECOND;
    now.totals.fetched = 150;
    now.totals.rows = 20;
    gn_live_tick(l);
    gn_live_resized(l);                      /* no screen: nothing */
    now.now_wall_us -= (int64_t)60 * SECOND; /* the clock was set back */
    gn_live_tick(l);
    gn_live_finish(l);
    text = release_stderr();
    has(text, "1 source, 100 fetches (10.0/s), 0 rows");
    has(text, "150 fetches (5.0/s), 20 rows (2.0/s)");
    has(text, "150 fetches (0.0/s), 20 rows (0.0/s)");
}

static void the_end_of_a_crawl_is_estimated(void **state)
{
    struct gn_live *l = begin(false);
    char *text;

    (void)state;
    catch_stderr();
    now.pages = (struct gn_pages){200, 200, 0};
    gn_live_tick(l);
    now.now_wall_us += (int64_t)10 * SECOND;
    now.pages = (struct gn_pages){300, 200, 7};
    gn_live_tick(l);
    gn_live_finish(l);
    text = release_stderr();
    has(text, "0 of 200 URLs (0.0/s), 0 failed, time left not known yet");
    has(text, "100 of 300 URLs (10.0/s), 7 failed, at least 20.0 s left");
}

static void logged_lines_go_above_the_screen(void **state)
{
    struct gn_live *l;
    const char *logged;
    char *text;

    (void)state;
    catch_stderr();
    l = begin(true);
    gn_live_tick(l);
    gn_log(GN_LOG_WARN, NULL, "something happened");
    now.now_wall_us += SECOND;
    gn_live_tick(l);
    gn_live_ending(l, 1);
    gn_live_finish(l);
    gn_log(GN_LOG_WARN, NULL, "after it");
    text = release_stderr();
    has(text, "garner  running");
    has(text, "the-source");
    logged = strstr(text, "something happened\n");
    assert_non_null(logged);
    /* Erased, then logged, then drawn anew. */
    assert_true(strstr(text, "A\033[J") < logged);
    has(logged, "garner  running  1.00 s");
    has(logged, "finishing what is under way");
    has(logged, "after it\n");
}

static void a_flood_of_lines_is_counted_and_not_kept(void **state)
{
    struct gn_live *l;
    char *text;

    (void)state;
    catch_stderr();
    l = begin(true);
    for (int i = 0; i < 5000; i++)
        gn_log(GN_LOG_INFO, NULL, "line %d", i);
    gn_live_tick(l);
    gn_live_finish(l);
    text = release_stderr();
    has(text, "line 0\n");
    assert_null(strstr(text, "line 4999\n"));
    has(text, " more lines were logged than could be shown)\n");
    assert_true(strlen(text) < 100000);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_live_options options = {.store = "data.db", .screen = true};
    struct gn_live *l;

    (void)state;
    for (unsigned nth = 1; nth <= 2; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_live_new(&options, &l, NULL), GARNER_NOMEM);
        assert_null(l);
    }
    gn_mem_fail_at(0);
    gn_live_finish(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rates_are_those_since_the_last_line, reset),
        cmocka_unit_test_setup(the_end_of_a_crawl_is_estimated, reset),
        cmocka_unit_test_setup(logged_lines_go_above_the_screen, reset),
        cmocka_unit_test_setup(a_flood_of_lines_is_counted_and_not_kept, reset),
        cmocka_unit_test_setup(lost_memory_is_an_error, reset),
    };

    gn_text_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
