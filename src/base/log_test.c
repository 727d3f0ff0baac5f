/* log_test.c - lines for people and as JSON, levels, whole lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"

enum { THREADS = 4, LINES = 500 };

static void keep(void *context, const char *line)
{
    gn_buf_text(context, line);
}

static int begin(void **state)
{
    static struct gn_buf lines;

    gn_buf_clear(&lines);
    gn_log_set_sink(keep, &lines);
    gn_log_set_json(false);
    gn_log_set_level(GN_LOG_INFO);
    *state = &lines;
    return 0;
}

static int end(void **state)
{
    gn_log_set_sink(NULL, NULL);
    gn_buf_fini(*state);
    return 0;
}

/* The line without its time: "2026-11-23T02:16:00.123Z ". */
static const char *after_time(struct gn_buf *lines)
{
    assert_true(lines->size > 25);
    assert_memory_equal(lines->data + 23, "Z ", 2);
    return lines->data + 25;
}

static void a_line_names_its_source(void **state)
{
    gn_log(GN_LOG_WARN, "rates", "status %d", 500);
    assert_string_equal(after_time(*state), "warn  rates: status 500\n");
    gn_buf_clear(*state);
    gn_log(GN_LOG_INFO, NULL, "started");
    assert_string_equal(after_time(*state), "info  started\n");
}

static void an_event_is_one_line(void **state)
{
    gn_log(GN_LOG_ERROR, NULL, "a\nb\x1b[31m");
    assert_string_equal(after_time(*state), "error a b [31m\n");
}

static void levels_above_are_dropped(void **state)
{
    struct gn_buf *lines = *state;

    gn_log(GN_LOG_DEBUG, NULL, "not asked for");
    assert_int_equal(lines->size, 0);
    gn_log_set_level(GN_LOG_DEBUG);
    gn_log(GN_LOG_DEBUG, NULL, "asked for");
    assert_string_equal(after_time(lines), "debug asked for\n");
    gn_buf_clear(lines);
    gn_log_set_level(GN_LOG_ERROR);
    gn_log(GN_LOG_WARN, NULL, "not asked for");
    assert_int_equal(lines->size, 0);
}

static void json_lines_have_all_parts(void **state)
{
    struct gn_buf *lines = *state;

    gn_log_set_json(true);
    gn_log(GN_LOG_INFO, "a\"b", "x\ny");
    assert_memory_equal(lines->data, "{\"time\":\"", 9);
    assert_string_equal(lines->data + 9 + 24,
                        "\",\"level\":\"info\",\"source\":\"a\\\"b\","
                        "\"message\":\"x\\ny\"}\n");
}

static void *write_lines(void *arg)
{
    for (int i = 0; i < LINES; i++)
        gn_log(GN_LOG_INFO, arg, "a line that is written whole");
    return NULL;
}

static void lines_of_many_threads_stay_whole(void **state)
{
    static char names[THREADS][8];
    struct gn_buf *lines = *state;
    pthread_t threads[THREADS];
    size_t count = 0;

    for (int i = 0; i < THREADS; i++) {
        snprintf(names[i], sizeof names[i], "t%d", i);
        assert_int_equal(
            pthread_create(&threads[i], NULL, write_lines, names[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (char *line = lines->data; *line != '\0'; count++) {
        char *stop = strchr(line, '\n');

        assert_non_null(stop);
        *stop = '\0';
        assert_string_equal(line + 35, "a line that is written whole");
        line = stop + 1;
    }
    assert_int_equal(count, THREADS * LINES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_names_its_source, begin, end),
        cmocka_unit_test_setup_teardown(an_event_is_one_line, begin, end),
        cmocka_unit_test_setup_teardown(levels_above_are_dropped, begin, end),
        cmocka_unit_test_setup_teardown(json_lines_have_all_parts, begin, end),
        cmocka_unit_test_setup_teardown(lines_of_many_threads_stay_whole, begin,
                                        end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
