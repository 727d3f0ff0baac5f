/* api_test.c - the JSON as a whole, its nulls, and that the page documents
 * every field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "serve/api.h"

static struct gn_status running = {
    .phase = GN_PHASE_RUNNING,
    .started_wall_us = 1500000000000000,
    .now_wall_us = 1500000012345678,
    .sources = 9,
    .stale = 2,
    .fetching = 1,
    .extracting = 2,
    .storing = 3,
    .body_bytes = 4,
    .next_due_us = 1500,
    .totals = {1,  2,  3,  4,  5,  6,  20, 7,  8,  9,
               10, 11, 12, 13, 14, 15, 16, 17, 18, 19},
    .store = {.batches = 1,
              .statements = 2,
              .failed = 3,
              .groups = 4,
              .syncs = 5,
              .reruns = 6,
              .queries = 7,
              .group_batches = {8, 9, 10, 11, 12},
              .wait_ns = {4, 10000000, 1000000, 2500000, 4000000},
              .queued_batches = 13,
              .queued_statements = 14,
              .queued_bytes = 15,
              .wal_bytes = 16,
              .wal_peak_bytes = 17,
              .checkpoints = 18,
              .checkpoint_failures = 19,
              .checkpoint_longest_ns = 20500000,
              .checkpoint_error = {.message = "no room"},
              .readers_open = 21,
              .readers_leased = 22,
              .reader_age_ns = 23500000,
              .reader_sql = "select 1"},
    .resident_bytes = 5};

static const struct gn_source_status busy = {
    .name = "a \"b\"",
    .url = "http://h/",
    .error = "refused",
    .failure = "http",
    .status = 500,
    .max_age_ms = 1000,
    .good_us = 1500000000000000,
    .stale = true,
    .last_wall_us = 1500000001000000,
    .last_duration_us = 1234,
    .last_bytes = 99,
    .next_due_us = 10,
    .runs = 5,
    .failures = 4,
    .rows = 3,
    .missed = 2,
    .pages = {.total = 9, .left = 8, .failed = 7}};

static void a_running_engine(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_histogram_add(&running.latency, 10);
    gn_histogram_add(&running.latency, 13);
    gn_api_status(&running, &busy, 7, 1, &out);
    assert_string_equal(
        gn_buf_cstr(&out),
        "{\"version\":\"" GN_VERSION "\",\"phase\":\"running\","
        "\"now\":\"2017-07-14T02:40:12.345Z\","
        "\"started\":\"2017-07-14T02:40:00.000Z\",\"uptime_ms\":12345.678,"
        "\"next_due_ms\":1.5,\"fetching\":1,\"extracting\":2,\"storing\":3,"
        "\"body_bytes\":4,\"resident_bytes\":5,"
        "\"totals\":{\"due\":1,\"started\":2,\"missed_overlap\":3,"
        "\"missed_late\":4,\"missed_refused\":5,"
        "\"missed_waiting\":6,\"missed_stopped\":20,\"retried\":7,\"fetched\":"
        "8,"
        "\"fetch_failed\":9,\"http_errors\":10,\"extract_failed\":11,"
        "\"store_failed\":12,\"stored\":13,\"rows\":14,\"bytes\":15,"
        "\"bodies_unchanged\":16,\"not_modified\":17,\"unexpected\":18},"
        "\"latency\":{\"count\":2,\"mean_ms\":0.012,\"p50_ms\":0.01,"
        "\"p90_ms\":0.013,\"p99_ms\":0.013,\"max_ms\":0.013},"
        "\"lateness\":{\"count\":0,\"mean_ms\":0,\"p50_ms\":0,\"p90_ms\":0,"
        "\"p99_ms\":0,\"max_ms\":0},"
        "\"store\":{\"batches\":1,\"statements\":2,\"failed\":3,\"groups\":4,"
        "\"syncs\":5,\"reruns\":6,"
        "\"group_batches\":{\"p50\":10,\"p99\":11,\"max\":12},"
        "\"wait\":{\"count\":4,\"mean_ms\":2.5,\"p50_ms\":1,\"p99_ms\":2.5,"
        "\"max_ms\":4},"
        "\"sync\":{\"count\":0,\"mean_ms\":0,\"p50_ms\":0,\"p99_ms\":0,"
        "\"max_ms\":0},"
        "\"queued_batches\":13,\"queued_statements\":14,\"queued_bytes\":15,"
        "\"wal_bytes\":16,\"wal_peak_bytes\":17,\"checkpoints\":18,"
        "\"checkpoint_failures\":19,\"checkpoint_longest_ms\":20.5,"
        "\"checkpoint_error\":\"no room\",\"queries\":7,"
        "\"readers_open\":21,\"readers_leased\":22,"
        "\"oldest_reader_ms\":23.5,\"oldest_reader_sql\":\"select 1\"},"
        "\"sources_total\":9,\"sources_stale\":2,\"sources_first\":7,"
        "\"sources\":["
        "{\"name\":\"a \\\"b\\\"\",\"url\":\"http://h/\",\"status\":500,"
        "\"failure\":\"http\",\"error\":\"refused\",\"stale\":true,"
        "\"last_good\":\"2017-07-14T02:40:00.000Z\",\"last_start\":\"2017-07-"
        "14T02:40:01.000Z\","
        "\"last_duration_ms\":1.234,\"last_bytes\":99,\"next_due_ms\":0.01,"
        "\"runs\":5,\"failures\":4,\"rows\":3,\"missed\":2,"
        "\"urls\":{\"total\":9,\"left\":8,\"failed\":7}}]}\n");
    gn_buf_fini(&out);
}

static void what_is_not_yet_is_null(void **state)
{
    const struct gn_status s = {.next_due_us = INT64_MAX};
    const struct gn_source_status line = {
        .name = "a", .url = "http://h/", .next_due_us = INT64_MAX};
    struct gn_buf out = {0};

    (void)state;
    gn_api_status(&s, &line, 0, 1, &out);
    assert_non_null(strstr(out.data, "\"phase\":\"starting\","));
    assert_non_null(strstr(out.data, "\"next_due_ms\":null,\"fetching\""));
    assert_non_null(strstr(
        out.data, "{\"name\":\"a\",\"url\":\"http://h/\",\"status\":null,"
                  "\"failure\":null,\"error\":null,\"stale\":null,\"last_"
                  "good\":null,\"last_start\":null,\"last_"
                  "duration_ms\":null,"
                  "\"last_bytes\":null,\"next_due_ms\":null,\"runs\":0,"
                  "\"failures\":0,\"rows\":0,\"missed\":0,"
                  "\"urls\":null}"));
    gn_buf_clear(&out);
    gn_api_status(&s, NULL, 0, 0, &out);
    assert_non_null(strstr(out.data, "\"sources\":[]}\n"));
    gn_buf_fini(&out);
}

static void every_field_is_documented(void **state)
{
    static char docs[64 * 1024];
    const struct gn_status s = {.phase = GN_PHASE_DRAINING};
    const struct gn_source_status line = {.name = "a"};
    FILE *f = fopen(GN_SOURCE_ROOT "/docs/http.md", "r");
    struct gn_buf out = {0};
    size_t fields = 0;

    (void)state;
    assert_non_null(f);
    assert_true(fread(docs, 1, sizeof docs - 1, f) > 1000);
    assert_int_equal(fclose(f), 0);
    gn_api_status(&s, &line, 0, 1, &out);
    for (const char *at = out.data; (at = strstr(at, "\":")) != NULL; at++) {
        const char *key = at;
        char quoted[60];

        while (key[-1] != '"')
            key--;
        snprintf(quoted, sizeof quoted, "`%.*s`", (int)(at - key), key);
        if (strstr(docs, quoted) == NULL)
            fail_msg("docs/http.md lacks %s", quoted);
        fields++;
    }
    assert_true(fields > 60);
    gn_buf_fini(&out);
}

static void lost_memory_shows(void **state)
{
    const struct gn_status s = {.phase = GN_PHASE_RUNNING};
    struct gn_buf out = {0};

    (void)state;
    gn_mem_fail_at(2);
    gn_api_status(&s, NULL, 0, 0, &out);
    gn_mem_fail_at(0);
    assert_true(gn_buf_failed(&out));
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_running_engine),
        cmocka_unit_test(what_is_not_yet_is_null),
        cmocka_unit_test(every_field_is_documented),
        cmocka_unit_test(lost_memory_shows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
