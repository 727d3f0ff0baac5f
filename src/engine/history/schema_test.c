/* schema_test.c - garner's own tables. */
#include "engine/fixture_test.h"
#include "engine/history/history.h"
#include "engine/history/schema.h"

static void enter(struct world *w, const char *name, const char *url)
{
    struct garner_batch *batch;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(gn_history_add_source(batch, name, url, 7, NULL),
                     GARNER_OK);
    assert_int_equal(garner_write(w->store, batch, NULL, &w->err), GARNER_OK);
    garner_batch_free(batch);
}

static void tables_are_made_once(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    assert_asked(
        w,
        "select group_concat(name) from (select name from"
        " sqlite_schema where name like 'garner_%' and type in ('table',"
        " 'view') order by name)",
        "garner_body,garner_frontier,garner_host,garner_log,garner_meta,garner_"
        "outbox,"
        "garner_quarantine,garner_robots,garner_run,garner_source");
    assert_asked(w, "select value from garner_meta where key = 'version'", "3");
    end(w);
}

static void newer_tables_are_left_alone(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    store_runs(w, "update garner_meta set value = 4 where key = 'version'");
    assert_int_equal(gn_schema_open(w->store, &w->err), GARNER_UNSUPPORTED);
    assert_has(w->err.message, "version 4");
    assert_asked(w, "select value from garner_meta", "4");
    end(w);
}

static void tables_of_version_1_are_brought_up(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_memory memory;

    (void)state;
    store_runs(w, "create table garner_meta (key text primary key, value any)"
                  " strict, without rowid");
    store_runs(w, "insert into garner_meta values ('version', 1)");
    store_runs(w, "create table garner_source (id integer primary key, name"
                  " text not null unique, url text not null, body integer)"
                  " strict");
    store_runs(w, "create table garner_run (id integer primary key, source"
                  " integer not null, url text not null, started integer not"
                  " null, late_us integer, duration_us integer, status integer,"
                  " bytes integer, rows integer, failure text, error text, body"
                  " integer, missed integer not null default 0) strict");
    store_runs(w, "create table garner_body (id integer primary key, source"
                  " integer not null, sha256 blob not null, size integer not"
                  " null, content_type text, codec text not null, data blob not"
                  " null) strict");
    store_runs(w, "insert into garner_source values (5, 'a', 'http://a/', 1)");
    store_runs(w, "insert into garner_run (source, url, started)"
                  " values (5, 'http://a/', 7)");
    for (int i = 0; i < 2; i++)
        assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    assert_asked(w, "select value from garner_meta where key = 'version'", "3");
    enter(w, "a", "http://a/");
    assert_int_equal(gn_history_recall(w->store, "a", &memory, NULL),
                     GARNER_OK);
    assert_int_equal(memory.id, 5);
    assert_null(memory.etag);
    assert_asked(w, "select spec from garner_source", "7");
    assert_asked(w, "select attempt from garner_run", "1");
    assert_asked(w, "select count(base) from garner_body", "0");
    assert_int_equal(memory.off_until_us, 0);
    assert_int_equal(memory.attempt, 0);
    assert_int_equal(memory.next_due_us, 0);
    end(w);
}

static void tables_of_version_2_are_brought_up(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    store_runs(w, "update garner_meta set value = 2 where key = 'version'");
    store_runs(w, "alter table garner_run drop column file");
    store_runs(w, "alter table garner_run drop column duplicates");
    store_runs(w, "alter table garner_run drop column bad_rows");
    store_runs(w, "alter table garner_run drop column page");
    store_runs(w, "alter table garner_run drop column noindex");
    store_runs(w, "alter table garner_run drop column left_alone");
    store_runs(w, "drop table garner_source");
    store_runs(w, "drop table garner_quarantine");
    store_runs(w, "drop table garner_body");
    store_runs(w, "create table garner_body (id integer primary key, source"
                  " integer not null, sha256 blob not null, size integer not"
                  " null, content_type text, codec text not null, data blob not"
                  " null) strict");
    store_runs(w, "create table garner_source (id integer primary key, name"
                  " text not null unique, url text not null, body integer,"
                  " spec integer, etag text, modified text, answer_url text,"
                  " answer_body integer, off_until integer, tried integer)"
                  " strict");
    store_runs(w, "insert into garner_source (id, name, url)"
                  " values (5, 'a', 'http://a/')");
    for (int i = 0; i < 2; i++)
        assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    assert_asked(w, "select value from garner_meta where key = 'version'", "3");
    assert_asked(w,
                 "select coalesce(good_rows, next_due, interval, cookies) from"
                 " garner_source where id = 5",
                 "null");
    assert_asked(w, "select count(*) from garner_quarantine", "0");
    assert_asked(w, "select count(file) from garner_run", "0");
    assert_asked(w, "select count(duplicates) from garner_run", "0");
    assert_asked(w, "select count(bad_rows) from garner_run", "0");
    assert_asked(w, "select count(page) from garner_run", "0");
    assert_asked(w, "select count(noindex) from garner_run", "0");
    assert_asked(w, "select count(left_alone) from garner_run", "0");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_made_once),
        cmocka_unit_test(newer_tables_are_left_alone),
        cmocka_unit_test(tables_of_version_1_are_brought_up),
        cmocka_unit_test(tables_of_version_2_are_brought_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
