/* fixture_test.h - a store that enforces foreign keys, and short forms of
 * what tests of units do with it. Tests only. */
#ifndef GN_STORE_UNIT_FIXTURE_TEST_H
#define GN_STORE_UNIT_FIXTURE_TEST_H

#include "store/fixture_test.h"

#include "garner/garner.h"

#define UNIT_TEST(f)                                                           \
    cmocka_unit_test_setup_teardown(f, unit_fixture_up, unit_fixture_down)

/* "id", 5 */
#define I(column, number)                                                      \
    {                                                                          \
        column, garner_integer(number)                                         \
    }
#define T(column, text)                                                        \
    {                                                                          \
        column, garner_text(text)                                              \
    }
#define N(column)                                                              \
    {                                                                          \
        column, garner_null()                                                  \
    }

static struct garner_store *store;
static struct garner_unit *unit;

static UNUSED struct garner_store *open_store(const char *url)
{
    struct garner_options options;
    struct garner_store *opened;
    struct garner_error err;

    garner_options_init(&options);
    options.ack = GARNER_COMMITTED;
    options.foreign_keys = true;
    options.timeout_ms = 30000;
    if (garner_open(url, &options, &opened, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return opened;
}

static UNUSED int unit_fixture_up(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    store = open_store(fixture.db);
    return garner_unit_new(store, &unit, NULL) == GARNER_OK ? 0 : -1;
}

static UNUSED int unit_fixture_down(void **state)
{
    gn_mem_fail_at(0);
    garner_unit_free(unit);
    garner_close(store);
    garner_set_log(NULL, NULL);
    return fixture_down(state);
}

static UNUSED void exec(const char *sql)
{
    struct garner_error err;

    if (garner_exec(store, sql, NULL, 0, NULL, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

/* The first column of all rows, as "a,b,c". */
static UNUSED const char *text(const char *sql)
{
    static char all[4096];
    struct garner_rows *rows;
    struct garner_error err;
    size_t n = 0;

    all[0] = '\0';
    if (garner_query(store, sql, NULL, 0, &rows, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    while (garner_next(rows, NULL) == GARNER_ROW && n < sizeof all) {
        const struct garner_value v = garner_column(rows, 0);
        const char *comma = n > 0 ? "," : "";

        if (v.type == GARNER_INTEGER)
            n += (size_t)snprintf(all + n, sizeof all - n, "%s%lld", comma,
                                  (long long)v.integer);
        else
            n += (size_t)snprintf(
                all + n, sizeof all - n, "%s%.*s", comma,
                v.type == GARNER_TEXT ? (int)v.bytes.size : 0,
                v.type == GARNER_TEXT ? (const char *)v.bytes.data : "");
    }
    garner_rows_close(rows);
    return all;
}

static UNUSED int64_t number(const char *sql)
{
    return strtoll(text(sql), NULL, 10);
}

#define INSERT(table, ...)                                                     \
    added(garner_unit_insert(unit, table, GARNER_FIELDS(__VA_ARGS__),          \
                             &added_err))
#define UPSERT(table, keys, ...)                                               \
    added(garner_unit_upsert(unit, table, keys, GARNER_FIELDS(__VA_ARGS__),    \
                             &added_err))
#define UPDATE(table, keys, ...)                                               \
    added(garner_unit_update(unit, table, keys, GARNER_FIELDS(__VA_ARGS__),    \
                             &added_err))
#define DELETE(table, ...)                                                     \
    added(garner_unit_delete(unit, table, GARNER_FIELDS(__VA_ARGS__),          \
                             &added_err))

static struct garner_error added_err;

static UNUSED void added(enum garner_code code)
{
    if (code != GARNER_OK)
        fail_msg("%s", added_err.message);
}

/* Writes the unit and empties it; the changes it made. */
static UNUSED int64_t write_unit(void)
{
    struct garner_result result;
    struct garner_error err;

    if (garner_unit_write(unit, &result, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    garner_unit_clear(unit);
    return result.changes;
}

/* Writes the unit, which fails with code and words, leaves no trace in the
 * number of all rows, and is emptied. */
static UNUSED void refused(enum garner_code code, const char *words)
{
    struct garner_result result = {7, 7};
    struct garner_error err = {0};
    const enum garner_code got = garner_unit_write(unit, &result, &err);

    if (got != code || err.code != code || strstr(err.message, words) == NULL)
        fail_msg("%s, not %s with '%s': %s", garner_code_name(got),
                 garner_code_name(code), words, err.message);
    assert_int_equal(result.changes, 0);
    garner_unit_clear(unit);
}

/* From now on each row written to table is noted, with its id. */
static UNUSED void watch(const char *table)
{
    char sql[400];

    exec("create table if not exists seen (what)");
    snprintf(sql, sizeof sql,
             "create trigger \"%s_i\" after insert on \"%s\" begin "
             "insert into seen values ('+%s' || new.id); end",
             table, table, table);
    exec(sql);
    snprintf(sql, sizeof sql,
             "create trigger \"%s_u\" after update on \"%s\" begin "
             "insert into seen values ('=%s' || new.id); end",
             table, table, table);
    exec(sql);
    snprintf(sql, sizeof sql,
             "create trigger \"%s_d\" after delete on \"%s\" begin "
             "insert into seen values ('-%s' || old.id); end",
             table, table, table);
    exec(sql);
}

/* What was noted since the last time. */
static UNUSED const char *seen(void)
{
    static char what[4096];

    snprintf(what, sizeof what, "%s",
             text("select what from seen order by rowid"));
    exec("delete from seen");
    return what;
}

#endif
