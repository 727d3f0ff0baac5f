/* progress_test.c - the live screen and the log's line, from given numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/progress.h"
#include "cli/text.h"

enum { SECOND = 1000000, SOURCES = 30 };

static struct gn_status status;
static struct gn_source_status sources[SOURCES];
static struct gn_progress progress;

static int reset(void **state)
{
    (void)state;
    memset(&status, 0, sizeof status);
    status.phase = GN_PHASE_RUNNING;
    status.started_wall_us = 1000 * INT64_C(1000000);
    status.now_wall_us = status.started_wall_us + INT64_C(83) * SECOND;
    status.sources = SOURCES;
    status.fetching = 2;
    status.next_due_us = 12000;
    status.totals.fetched = 12345;
    status.totals.stored = 12340;
    status.totals.rows = 24690;
    status.totals.bytes = 1536;
    gn_histogram_add(&status.latency, 1250);
    for (size_t i = 0; i < SOURCES; i++) {
        sources[i] = (struct gn_source_status){.status = 200, .runs = 7};
        snprintf(sources[i].name, sizeof sources[i].name, "source%02zu", i);
        sources[i].last_wall_us = status.now_wall_us - SECOND;
    }
    progress = (struct gn_progress){.status = &status,
                                    .store = "data.db",
                                    .fetches_per_s = 199.84,
                                    .rows_per_s = 399.6,
                                    .sources = sources,
                                    .source_count = SOURCES};
    return 0;
}

/* Draws the screen and checks what always holds. */
static void draw(size_t columns, size_t rows, struct gn_buf *out)
{
    const char *at;
    size_t lines = 0;

    gn_buf_clear(out);
    gn_progress_screen(&progress, columns, rows, false, out);
    assert_false(gn_buf_failed(out));
    for (at = gn_buf_cstr(out); *at != '\0'; lines++) {
        const size_t n = strcspn(at, "\n");

        assert_true(gn_text_show(NULL, at, n, SIZE_MAX - 1) < columns);
        assert_int_equal(at[n], '\n');
        at += n + 1;
    }
    assert_true(lines <= rows);
}

static void shows(const struct gn_buf *out, const char *text)
{
    if (strstr(gn_buf_cstr(out), text) == NULL)
        fail_msg("no '%s' in\n%s", text, gn_buf_cstr(out));
}

static void the_screen_shows_what_goes_on(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    progress.listen = "http://127.0.0.1:8765";
    draw(120, 50, &out);
    shows(&out, "garner  running  83.0 s  into data.db  http://127.0.0.1:8765");
    shows(&out, "12,345      199.8/s   stored 12,340");
    shows(&out, "24,690      399.6/s   received 1.5 KiB");
    shows(&out, "next due in 12.0 ms");
    shows(&out, "source29");
    gn_buf_fini(&out);
}

static void trouble_comes_first_and_says_why(void **state)
{
    struct gn_buf out = {0};
    const char *bad;

    (void)state;
    status.totals.http_errors = 2;
    status.totals.missed_late = 3;
    sources[20].status = 503;
    sources[20].failure = "http";
    sources[21].status = 404; /* as expected */
    status.totals.unexpected = 4;
    snprintf(sources[20].error, sizeof sources[20].error, "HTTP 503\x1b[2J");
    draw(120, 20, &out);
    bad = strstr(gn_buf_cstr(&out), "source20");
    assert_non_null(bad);
    assert_true(bad < strstr(gn_buf_cstr(&out), "source00"));
    shows(&out, "HTTP 503\\x1b[2J");
    shows(&out, "HTTP 2");
    shows(&out, "unexpected 4");
    shows(&out, "late 3");
    shows(&out, "more\n"); /* those there is no room for */
    gn_buf_fini(&out);
}

static void any_terminal_is_large_enough(void **state)
{
    static const size_t sizes[][2] = {{0, 0},   {1, 1},   {2, 3},    {20, 4},
                                      {40, 12}, {80, 24}, {300, 100}};
    struct gn_buf out = {0};

    (void)state;
    memset(sources[3].name, 'x', sizeof sources[3].name - 1);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        draw(sizes[i][0] < 2 ? 2 : sizes[i][0], sizes[i][1], &out);
    gn_buf_fini(&out);
}

static void phases_say_what_a_signal_would_do(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    status.phase = GN_PHASE_STARTING;
    status.next_due_us = INT64_MAX;
    draw(120, 20, &out);
    shows(&out, "starting");
    shows(&out, "nothing more is due");
    progress.stops = 1;
    draw(120, 20, &out);
    shows(&out, "finishing what is under way");
    progress.stops = 2;
    draw(120, 20, &out);
    shows(&out, "canceling what is under way");
    gn_buf_fini(&out);
}

static void colour_is_only_there_when_asked_for(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_progress_screen(&progress, 80, 24, false, &out);
    assert_null(strchr(gn_buf_cstr(&out), '\033'));
    gn_progress_screen(&progress, 80, 24, true, &out);
    assert_non_null(strchr(gn_buf_cstr(&out), '\033'));
    gn_buf_fini(&out);
}

static void many_urls_have_a_line(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    draw(120, 50, &out);
    assert_null(strstr(gn_buf_cstr(&out), "URLs"));
    status.pages = (struct gn_pages){1746, 512, 3};
    progress.pages = (struct gn_estimate){
        .per_s = 52.34, .grows = true, .left_us = INT64_C(9800000)};
    draw(120, 50, &out);
    shows(&out, "  URLs           1,234       52.3/s   of 1,746  failed 3   "
                "at least 9.80 s left\n");
    progress.pages.grows = false;
    draw(120, 50, &out);
    shows(&out, "about 9.80 s left\n");
    gn_buf_clear(&out);
    gn_progress_line(&progress, &out);
    shows(&out, ", 1234 of 1746 URLs (52.3/s), 3 failed, about 9.80 s left, "
                "latency");
    progress.pages.left_us = -1;
    draw(120, 50, &out);
    shows(&out, "time left not known yet");
    status.pages.left = 0;
    draw(120, 50, &out);
    shows(&out, "1,746       52.3/s   of 1,746  failed 3   none left");
    gn_buf_fini(&out);
}

static void the_line_says_it_in_one(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    status.totals.extract_failed = 1;
    status.totals.missed_overlap = 4;
    gn_progress_line(&progress, &out);
    assert_string_equal(
        gn_buf_cstr(&out),
        "30 sources, 12345 fetches (199.8/s), 24690 rows (399.6/s), 1 error, "
        "4 missed, latency p50 1.25 ms p99 1.25 ms, next due in 12.0 ms");
    gn_buf_clear(&out);
    status.sources = status.totals.fetched = status.totals.rows = 1;
    gn_progress_line(&progress, &out);
    assert_memory_equal(gn_buf_cstr(&out),
                        "1 source, 1 fetch (199.8/s), 1 row (399.6/s), 1 error",
                        53);
    gn_buf_fini(&out);
}

static void lost_memory_shows_in_the_buffer(void **state)
{
    bool failed = true;

    (void)state;
    for (unsigned nth = 1; failed; nth++) {
        struct gn_buf out = {0};

        gn_mem_fail_at(nth);
        gn_progress_screen(&progress, 80, 24, false, &out);
        gn_mem_fail_at(0);
        failed = gn_buf_failed(&out);
        gn_buf_fini(&out);
        assert_true(nth < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_screen_shows_what_goes_on, reset),
        cmocka_unit_test_setup(trouble_comes_first_and_says_why, reset),
        cmocka_unit_test_setup(any_terminal_is_large_enough, reset),
        cmocka_unit_test_setup(phases_say_what_a_signal_would_do, reset),
        cmocka_unit_test_setup(colour_is_only_there_when_asked_for, reset),
        cmocka_unit_test_setup(many_urls_have_a_line, reset),
        cmocka_unit_test_setup(the_line_says_it_in_one, reset),
        cmocka_unit_test_setup(lost_memory_shows_in_the_buffer, reset),
    };

    gn_text_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
