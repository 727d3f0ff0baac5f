/* metrics_test.c - what a scraper relies on: each sample is announced, named
 * with its unit, documented, and has the engine's number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "serve/metrics.h"

static struct gn_status status;

static int fill(void **state)
{
    (void)state;
    status.phase = GN_PHASE_RUNNING;
    status.started_wall_us = 1500000000500000;
    status.sources = 3;
    status.fetching = 4;
    status.extracting = 5;
    status.storing = 6;
    status.body_bytes = 7;
    status.next_due_us = 250000;
    status.resident_bytes = 12345678;
    status.totals = (struct gn_totals){.due = 111,
                                       .started = 100,
                                       .missed_overlap = 1,
                                       .missed_late = 3,
                                       .missed_refused = 7,
                                       .missed_waiting = 70,
                                       .missed_stopped = 30,
                                       .rows = UINT64_MAX / 2};
    status.store = (struct garner_stats){
        .batches = 21,
        .groups = 22,
        .queued_bytes = 23,
        .wal_bytes = 24,
        .group_batches = {3, 70, 20, 30, 40},
        .wait_ns = {9, 4500000000, 1000, 2000000, 3000000000},
        .checkpoint_longest_ns = 1500000,
        .reader_age_ns = 2500000,
        .readers_open = 5,
        .readers_leased = 2};
    gn_histogram_add(&status.latency, 900);
    gn_histogram_add(&status.latency, 40000);
    gn_histogram_add(&status.latency, 3000000000);
    gn_histogram_add(&status.lateness, 50);
    return 0;
}

/* The whole of it; free with gn_buf_fini. */
static struct gn_buf write_all(void)
{
    struct gn_buf out = {0};

    gn_metrics_write(&status, &out);
    assert_false(gn_buf_failed(&out));
    return out;
}

static void has(const char *text, const char *line)
{
    char whole[200];

    snprintf(whole, sizeof whole, "\n%s\n", line);
    if (strstr(text, whole) == NULL)
        fail_msg("missing: %s", line);
}

static void numbers_are_the_engines(void **state)
{
    struct gn_buf out = write_all();

    (void)state;
    has(out.data, "garner_build_info{version=\"" GN_VERSION "\"} 1");
    has(out.data, "garner_start_time_seconds 1500000000.500000");
    has(out.data, "garner_next_due_seconds 0.250000");
    has(out.data, "garner_resident_memory_bytes 12345678");
    has(out.data, "garner_phase{phase=\"starting\"} 0");
    has(out.data, "garner_phase{phase=\"running\"} 1");
    has(out.data, "garner_phase{phase=\"draining\"} 0");
    has(out.data, "garner_slots_due_total 111");
    has(out.data, "garner_fetches_started_total 100");
    has(out.data, "garner_slots_missed_total{reason=\"overlap\"} 1");
    has(out.data, "garner_slots_missed_total{reason=\"late\"} 3");
    has(out.data, "garner_slots_missed_total{reason=\"refused\"} 7");
    has(out.data, "garner_slots_missed_total{reason=\"waiting\"} 70");
    has(out.data, "garner_slots_missed_total{reason=\"stopped\"} 30");
    has(out.data, "garner_rows_total 9223372036854775807");
    has(out.data, "garner_sources 3");
    has(out.data, "garner_jobs{state=\"fetching\"} 4");
    has(out.data, "garner_jobs{state=\"extracting\"} 5");
    has(out.data, "garner_jobs{state=\"storing\"} 6");
    has(out.data, "garner_body_memory_bytes 7");
    has(out.data, "garner_store_batches_total 21");
    has(out.data, "garner_store_groups_total 22");
    has(out.data, "garner_store_queued_bytes 23");
    has(out.data, "garner_store_wal_bytes 24");
    has(out.data, "garner_store_group_batches{quantile=\"0.5\"} 20");
    has(out.data, "garner_store_group_batches{quantile=\"0.99\"} 30");
    has(out.data, "garner_store_group_batches{quantile=\"1\"} 40");
    has(out.data, "garner_store_group_batches_sum 70");
    has(out.data, "garner_store_group_batches_count 3");
    has(out.data, "garner_store_wait_seconds{quantile=\"0.5\"} 1e-06");
    has(out.data, "garner_store_wait_seconds{quantile=\"0.99\"} 0.002");
    has(out.data, "garner_store_wait_seconds{quantile=\"1\"} 3");
    has(out.data, "garner_store_wait_seconds_sum 4.5");
    has(out.data, "garner_store_wait_seconds_count 9");
    has(out.data, "garner_store_sync_seconds_count 0");
    has(out.data, "garner_store_checkpoint_longest_seconds 0.001500");
    has(out.data, "garner_store_oldest_reader_seconds 0.002500");
    has(out.data, "garner_store_readers{state=\"leased\"} 2");
    has(out.data, "garner_store_readers{state=\"idle\"} 3");
    gn_buf_fini(&out);
    status.next_due_us = INT64_MAX;
    out = write_all();
    assert_null(strstr(out.data, "next_due"));
    gn_buf_fini(&out);
    status.next_due_us = 250000;
}

static void histograms_are_cumulative_and_in_seconds(void **state)
{
    struct gn_buf out = write_all();

    (void)state;
    has(out.data, "garner_fetch_duration_seconds_bucket{le=\"0.0005\"} 0");
    has(out.data, "garner_fetch_duration_seconds_bucket{le=\"0.001\"} 1");
    has(out.data, "garner_fetch_duration_seconds_bucket{le=\"0.025\"} 1");
    has(out.data, "garner_fetch_duration_seconds_bucket{le=\"0.05\"} 2");
    has(out.data, "garner_fetch_duration_seconds_bucket{le=\"60\"} 2");
    has(out.data, "garner_fetch_duration_seconds_bucket{le=\"+Inf\"} 3");
    has(out.data, "garner_fetch_duration_seconds_sum 3000.040900");
    has(out.data, "garner_fetch_duration_seconds_count 3");
    has(out.data, "garner_start_lateness_seconds_bucket{le=\"0.0001\"} 1");
    has(out.data, "garner_start_lateness_seconds_count 1");
    gn_buf_fini(&out);
}

/* The name of the sample on line, cut to its family's: _bucket and so on left
 * out if it is one of several, as type says. */
static void family_of(const char *line, bool several, char name[80])
{
    static const char *const ends[] = {"_bucket", "_sum", "_count"};
    const size_t size = strcspn(line, "{ ");

    assert_true(size < 80);
    memcpy(name, line, size);
    name[size] = '\0';
    for (size_t i = 0; i < 3 && several; i++) {
        const size_t length = strlen(ends[i]);

        if (size > length && strcmp(name + size - length, ends[i]) == 0) {
            name[size - length] = '\0';
            return;
        }
    }
}

static char *read_docs(void)
{
    static char text[64 * 1024];
    FILE *f = fopen(GN_SOURCE_ROOT "/docs/http.md", "r");
    size_t size;

    assert_non_null(f);
    size = fread(text, 1, sizeof text - 1, f);
    assert_in_range(size, 1000, sizeof text - 2);
    text[size] = '\0';
    assert_int_equal(fclose(f), 0);
    return text;
}

static void every_sample_is_announced_and_documented(void **state)
{
    struct gn_buf out = write_all();
    const char *docs = read_docs();
    char name[80] = "";
    char type[20] = "";
    char quoted[90];
    size_t families = 0;
    char *rest = NULL;

    (void)state;
    assert_int_equal(out.data[out.size - 1], '\n');
    for (char *line = strtok_r(out.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char family[80];

        if (strncmp(line, "# HELP ", 7) == 0) {
            assert_int_equal(sscanf(line, "# HELP %79s", name), 1);
            assert_memory_equal(name, "garner_", 7);
            snprintf(quoted, sizeof quoted, "`%s`", name);
            assert_non_null(strstr(docs, quoted));
            families++;
        } else if (line[0] == '#') {
            assert_int_equal(sscanf(line, "# TYPE %79s %19s", family, type), 2);
            assert_string_equal(family, name);
            assert_int_equal(strcmp(type, "counter") == 0,
                             strstr(name, "_total") != NULL);
            if (strcmp(type, "histogram") == 0)
                assert_non_null(strstr(name, "_seconds"));
        } else {
            family_of(line,
                      strcmp(type, "histogram") == 0 ||
                          strcmp(type, "summary") == 0,
                      family);
            assert_string_equal(family, name);
        }
    }
    assert_true(families > 30);
    gn_buf_fini(&out);
}

static void lost_memory_shows(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_mem_fail_at(3);
    gn_metrics_write(&status, &out);
    gn_mem_fail_at(0);
    assert_true(gn_buf_failed(&out));
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_the_engines),
        cmocka_unit_test(histograms_are_cumulative_and_in_seconds),
        cmocka_unit_test(every_sample_is_announced_and_documented),
        cmocka_unit_test(lost_memory_shows),
    };

    return cmocka_run_group_tests(tests, fill, NULL);
}
