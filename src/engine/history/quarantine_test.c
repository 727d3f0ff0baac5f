/* quarantine_test.c - the statements of garner_quarantine. */
#include "engine/fixture_test.h"
#include "engine/history/quarantine.h"
#include "engine/history/schema.h"

/* A run of source, and the body it keeps apart. */
static void keep(struct world *w, int64_t source, const char *text,
                 const char *rows)
{
    const struct gn_run run = {.source = source,
                               .url = "http://h/",
                               .started_us = 1700000000000000,
                               .failure = "expect",
                               .bytes = 1,
                               .rows = -1};
    const struct gn_charge charge = {.rule = "min_rows", .rows = rows};
    const struct gn_body body = {.content_type = "text/html",
                                 .codec = "none",
                                 .data = text,
                                 .data_size = strlen(text),
                                 .size = strlen(text)};
    struct garner_batch *batch;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(gn_quarantine_add(batch, &run, &charge, &body, NULL),
                     GARNER_OK);
    assert_int_equal(gn_history_add_run(batch, &run, false, NULL), GARNER_OK);
    assert_int_equal(gn_quarantine_add_run(batch, source, NULL), GARNER_OK);
    assert_int_equal(garner_write(w->store, batch, NULL, NULL), GARNER_OK);
    garner_batch_free(batch);
}

static void it_tells_all_of_a_body(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    store_runs(w, "insert into garner_run (id, source, url, started) values"
                  " (40, 1, 'u', 1)");
    keep(w, 7, "<html>", NULL);
    keep(w, 8, "<html>2", "[1]");
    assert_asked(w,
                 "select json_array(run, source, started, rule, rows, size,"
                 " content_type, codec, cast(data as text))"
                 " from garner_quarantine where source = 7",
                 "[41,7,1700000000000000,\"min_rows\",null,6,\"text/html\","
                 "\"none\",\"<html>\"]");
    assert_asked(w,
                 "select json_array(run, rows, cast(data as text))"
                 " from garner_quarantine where source = 8",
                 "[42,\"[1]\",\"<html>2\"]");
    end(w);
}

static void the_newest_of_a_source_stay(void **state)
{
    struct world *w = begin(NULL, NULL);
    char text[16];

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    keep(w, 2, "other", NULL);
    for (int i = 1; i <= GN_QUARANTINE_MOST + 5; i++) {
        snprintf(text, sizeof text, "%d", i);
        keep(w, 1, text, NULL);
    }
    assert_asked(w, "select count(*) from garner_quarantine where source = 1",
                 "20");
    assert_asked(w,
                 "select min(cast(cast(data as text) as integer)) from"
                 " garner_quarantine where source = 1",
                 "6");
    assert_asked(w, "select count(*) from garner_quarantine where source = 2",
                 "1");
    assert_asked(w,
                 "select count(*) from garner_quarantine q left join"
                 " garner_run r on r.id = q.run where r.id is null",
                 "0");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_tells_all_of_a_body),
        cmocka_unit_test(the_newest_of_a_source_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
